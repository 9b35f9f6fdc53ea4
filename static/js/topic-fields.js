// <div data-asked>: choosing a topic asks the server what else that topic needs, and puts the
// answer in its place. What was typed goes along and comes back; focus stays where it was.
let latest = 0

document.addEventListener("change", (event) => {
  const asked = event.target.closest?.("[data-asked]")
  if (asked && event.target.matches('input[type="radio"], select')) ask(asked)
})

async function ask(asked) {
  const mine = ++latest
  const form = asked.closest("form")
  const said = new FormData(form)
  for (const field of form.querySelectorAll('input[type="file"]')) said.delete(field.name)
  said.set("step", "topic")
  asked.setAttribute("aria-busy", "true")
  try {
    const answer = await fetch(form.action, { method: "POST", body: said, headers: { "X-Fragment": "asked" } })
    if (!answer.ok || mine !== latest) return
    put(asked, parsed(await answer.text()), form)
  } catch {
    // No connection: the form still works, and asks when it is sent.
  } finally {
    asked.removeAttribute("aria-busy")
  }
}

function put(asked, fresh, form) {
  const next = fresh.querySelector("[data-asked]")
  const ribbon = fresh.querySelector("#answered-by")
  if (!next) return
  const focused = document.activeElement?.id
  // Typed while the answer was on its way: that is newer than what came back.
  for (const field of asked.querySelectorAll('input[type="text"], input[type="number"], input[type="date"], textarea')) {
    const twin = next.querySelector(`[name="${CSS.escape(field.name)}"]`)
    if (twin && field.value) twin.value = field.value
  }
  asked.replaceWith(next)
  if (ribbon) form.querySelector("#answered-by")?.replaceWith(ribbon)
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true })
  next.dispatchEvent(new CustomEvent("asked", { bubbles: true }))
}

function parsed(text) {
  return new DOMParser().parseFromString(text, "text/html")
}
