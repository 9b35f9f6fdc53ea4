// data-key="r" on a button or link: that key presses it; data-key="g d": those two, one after the other.
// Never in a field, with a modifier, or behind a dialog.
const FIELDS = "input, select, textarea, [contenteditable]"
const TOGETHER_FOR = 1_500

let first = { key: "", at: 0 }

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return
  if (event.target.closest(FIELDS) || document.querySelector("dialog[open], [popover]:popover-open")) return
  const before = event.timeStamp - first.at < TOGETHER_FOR ? first.key : ""
  first = { key: event.key, at: event.timeStamp }
  const pressed = (before && reached(`${before} ${event.key}`)) || reached(event.key)
  if (!pressed) return
  first = { key: "", at: 0 }
  event.preventDefault()
  pressed.click()
})

function reached(keys) {
  return [...document.querySelectorAll(`[data-key="${CSS.escape(keys)}"]`)].find((one) => one.checkVisibility())
}
