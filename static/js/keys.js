// data-key="r" on a button or link: that key presses it. Never in a field, with a modifier, or behind a dialog.
const FIELDS = "input, select, textarea, [contenteditable]"

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return
  if (event.target.closest(FIELDS) || document.querySelector("dialog[open], [popover]:popover-open")) return
  const pressed = [...document.querySelectorAll(`[data-key="${CSS.escape(event.key)}"]`)].find((one) => one.checkVisibility())
  if (!pressed) return
  event.preventDefault()
  pressed.click()
})
