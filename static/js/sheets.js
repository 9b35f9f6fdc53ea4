// data-open="reply" opens the sheet of that name under the thread, one at a time; Esc puts it away.
// What was written in it stays. Sheets without a draft are fetched when they are first opened.
// Without JavaScript the links load the page with the sheet open.
let isFetching = false

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

// What is typed while a sheet is on its way must not be a shortcut.
window.addEventListener("keydown", (event) => {
  if (!isFetching || event.ctrlKey || event.metaKey || event.altKey) return
  event.preventDefault()
  event.stopImmediatePropagation()
}, { capture: true })

async function show(name) {
  if (isFetching || (!find(name) && !await fetched(name))) return
  const sheets = [...document.querySelectorAll("[data-sheet]")]
  const chosen = find(name)
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

function find(name) {
  return document.querySelector(`[data-sheet="${CSS.escape(name)}"]`)
}

// The server gives it only to a page that shows all there is; any other is loaded anew with it.
async function fetched(name) {
  const page = new URL(location)
  page.searchParams.set("open", name)
  const address = new URL(page)
  address.searchParams.set("version", document.querySelector("#version").value)
  isFetching = true
  try {
    const answer = await fetch(address, { headers: { "X-Fragment": "sheet" } })
    const sheet = answer.ok && new DOMParser()
      .parseFromString(await answer.text(), "text/html")
      .querySelector(`[data-sheet="${CSS.escape(name)}"]`)
    if (sheet) document.querySelector("[data-sheets]").append(document.adoptNode(sheet))
    else if (answer.status < 500) location.assign(page)
    else tell()
    return Boolean(sheet)
  } catch {
    tell()
    return false
  } finally {
    isFetching = false
  }
}

function tell() {
  const note = document.createElement("flash-note")
  note.className = "flash flash--error"
  const words = document.createElement("span")
  words.textContent = document.querySelector("[data-sheets]").dataset.away
  note.append(words)
  document.getElementById("flashes")?.replaceChildren(note)
}
