// "/" goes into the box of this page, or to the page that has one: the way there is a link that works by itself.
const FIELDS = "input, select, textarea, [contenteditable]"

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
  if (event.target.closest(FIELDS) || document.querySelector("dialog[open], [popover]:popover-open")) return
  const box = document.querySelector("[data-find]")
  const way = box ?? document.querySelector("[data-search]")
  if (!way) return
  event.preventDefault()
  if (box) box.select()
  box ? box.focus() : way.click()
})
