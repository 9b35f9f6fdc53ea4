// data-open="reply" opens the sheet of that name under the thread, one at a time; Esc puts it away.
// What was written in it stays. Without JavaScript the links load the page with the sheet open.
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-open]")
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return
  event.preventDefault()
  show(link.dataset.open)
})

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.isComposing || !event.target.closest("form[data-sheet]")) return
  if (document.querySelector("[popover]:popover-open")) return
  show("")
})

function show(name) {
  const sheets = [...document.querySelectorAll("[data-sheet]")]
  const chosen = sheets.find((sheet) => sheet.dataset.sheet === name)
  if (!chosen) return
  for (const sheet of sheets) sheet.hidden = sheet !== chosen
  const address = new URL(location)
  if (name) address.searchParams.set("open", name)
  else address.searchParams.delete("open")
  history.replaceState(history.state, "", address)
  // What is typed next must never be a shortcut: focus goes into the sheet before anything else.
  const fields = [...chosen.querySelectorAll("input:not([type=hidden]), select, textarea")]
  if (name) (chosen.querySelector(".composer__text") ?? fields.find((one) => one.checkVisibility()))?.focus()
  else chosen.querySelector("[data-open]")?.focus()
}
