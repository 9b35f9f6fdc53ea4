// A double click is one message: a POST form that is on its way swallows the second submit.
const onTheirWay = new WeakMap()

document.addEventListener("submit", (event) => {
  const form = event.target
  if (form.method !== "post" || form.hasAttribute("data-unguarded")) return
  if (onTheirWay.has(form)) {
    event.preventDefault()
    event.stopImmediatePropagation()
    return
  }
  onTheirWay.set(form, event.submitter)
  event.submitter?.setAttribute("aria-busy", "true")
  // Somebody else refused this submit: the form stays and may be sent again.
  setTimeout(() => {
    if (event.defaultPrevented && !form.matches("[hx-post], [data-hx-post]")) release(form)
  })
}, true)

document.addEventListener("htmx:afterRequest", (event) => release(event.target.closest?.("form")))

// Back from the next page, out of the browser's memory: ready again.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) for (const form of document.forms) release(form)
})

function release(form) {
  if (!form) return
  onTheirWay.get(form)?.removeAttribute("aria-busy")
  onTheirWay.delete(form)
}
