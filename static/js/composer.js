// <form data-draft="…" data-kind="reply">: what is written is saved within a second of the last key,
// on leaving the field, and when the page goes. Ctrl or Cmd with Enter sends any sheet.
// What could not be saved, and what is being sent, is kept in this window until the server has it:
// whoever has to sign in first finds it here again.
const QUIET_FOR = 600
// Browsers carry no more than 64 KB past the end of a page.
const MOST_KEPT_ALIVE = 15_000

for (const form of document.querySelectorAll("form[data-draft]")) keep(form)

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return
  const form = event.target.closest("form[data-sheet]")
  if (!form) return
  event.preventDefault()
  form.requestSubmit(form.querySelector("[data-send]"))
})

function keep(form) {
  const said = form.querySelector("[data-saved]")
  const before = written(form)
  let last = before
  let timer
  let saving = Promise.resolve()
  let isGone = false
  let saves = 0
  const place = `unsent ${form.dataset.draft} ${form.dataset.kind} ${form.dataset.writer}`
  restore()

  form.addEventListener("input", () => {
    clearTimeout(timer)
    timer = setTimeout(save, QUIET_FOR)
  })
  form.addEventListener("focusout", save)
  form.addEventListener("submit", () => {
    isGone = true
    clearTimeout(timer)
    keepHere()
  })
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) isGone = false
  })
  window.addEventListener("pagehide", () => {
    if (!isGone && written(form) !== last) post()
    isGone = true
  })

  function save() {
    clearTimeout(timer)
    if (isGone || written(form) === last) return
    last = written(form)
    // One after the other: a later save can never be overtaken by an earlier one.
    saving = saving.then(post)
  }

  // The number tells the server which of this window’s saves is the later, whichever arrives first.
  async function post() {
    const body = fields(form)
    body.set("save", ++saves)
    try {
      const keepalive = form.elements.text.value.length < MOST_KEPT_ALIVE
      const answer = await fetch(form.dataset.draft, { method: "POST", body, keepalive })
      if (answer.redirected || answer.status === 403) return failed(said.dataset.signedOut)
      if (answer.status >= 500) return failed(said.dataset.failed)
      const kept = await answer.json()
      if (kept.version) form.elements.version.value = kept.version
      if (answer.ok && !isGone) sessionStorage.removeItem(place)
      tell(kept.words, answer.ok)
    } catch {
      failed(said.dataset.failed)
    }
  }

  function failed(words) {
    if (isGone) return
    last = null
    keepHere()
    tell(words, false)
  }

  function keepHere() {
    const { key, text, version } = form.elements
    if (!text.value) return
    const kept = { key: key.value, text: text.value, version: version.value }
    sessionStorage.setItem(place, JSON.stringify(kept))
  }

  // A message with its key in the thread: it was sent after all. A draft that is newer stays above.
  function restore() {
    const kept = JSON.parse(sessionStorage.getItem(place))
    if (!kept) return
    const { text, version } = form.elements
    if (text.value.includes(kept.text) || document.querySelector(`[data-sent="${kept.key}"]`)) {
      sessionStorage.removeItem(place)
      return
    }
    const isNewer = text.value && version.value !== kept.version
    text.value = isNewer ? `${text.value}\n\n${kept.text}` : kept.text
    last = written(form)
    saving = saving.then(post)
  }

  function tell(words, isKept) {
    said.textContent = words ?? ""
    said.classList.toggle("composer__unsaved", !isKept)
  }
}

function fields(form) {
  const data = new FormData(form)
  data.delete("files")
  data.delete("remove")
  data.set("kind", form.dataset.kind)
  return data
}

function written(form) {
  const data = fields(form)
  for (const name of ["csrfmiddlewaretoken", "version", "key", "seen"]) data.delete(name)
  return new URLSearchParams(data).toString()
}
