// The rows of a list: j and k walk, Enter opens; where there is room, a row shows its look beside the list first.
const WIDE = matchMedia("(width >= 1200px)")
const FIELDS = "input, select, textarea, button, summary"

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.isComposing) return
  if (event.target.closest(FIELDS) || document.querySelector("dialog[open], [popover]:popover-open")) return
  if (event.key === "j") walk(1, event)
  if (event.key === "k") walk(-1, event)
  if (event.key === "Enter" && !event.target.closest("a")) open(event)
})

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-row] .row__about")
  if (!link || !WIDE.matches || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return
  const row = link.closest("[data-row]")
  // Enter on a focused link comes as a click without a place: it opens. A second click opens, too.
  if (event.detail === 0 || row.matches(".row--open")) return
  event.preventDefault()
  choose(row)
})

function rows() {
  return [...document.querySelectorAll("[data-row]")]
}

function walk(step, event) {
  const all = rows()
  if (!all.length) return
  event.preventDefault()
  const here = all.findIndex((row) => row.contains(document.activeElement) || row.matches(".row--open"))
  const next = all[here === -1 ? 0 : Math.min(Math.max(here + step, 0), all.length - 1)]
  next.querySelector(".row__about").focus()
  next.scrollIntoView({ block: "nearest" })
  if (WIDE.matches) choose(next)
}

function open(event) {
  const row = document.querySelector("[data-row].row--open")
  if (!row) return
  event.preventDefault()
  row.querySelector(".row__about").click()
}

// On a phone the views are a strip: the one that is shown is in sight.
document.querySelector(".views [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" })

let waiting

function choose(row) {
  for (const other of document.querySelectorAll(".row--open")) other.classList.remove("row--open")
  row.classList.add("row--open")
  const address = new URL(location)
  address.searchParams.set("ticket", row.id.slice(1))
  history.replaceState(history.state, "", address)
  clearTimeout(waiting)
  waiting = setTimeout(() => window.htmx.ajax("GET", row.dataset.look, { target: "#preview", swap: "innerHTML" }), 60)
}
