// [data-menu] is a popover list: it opens at its button and the arrow keys walk through it.
document.addEventListener("toggle", (event) => {
  const menu = event.target
  if (!menu.matches?.("[data-menu]") || event.newState !== "open") return
  const button = document.querySelector(`[popovertarget="${menu.id}"]`)
  place(menu, button.getBoundingClientRect())
  entries(menu)[0]?.focus()
}, true)

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("[data-menu]")
  if (!menu || !["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) return
  event.preventDefault()
  const all = entries(menu)
  const here = all.indexOf(document.activeElement)
  const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: -1 }[event.key]
  all.at(to % all.length)?.focus()
})

function entries(menu) {
  return [...menu.querySelectorAll(".menu__go")]
}

function place(menu, button) {
  const gap = 4
  const { width, height } = menu.getBoundingClientRect()
  const below = button.bottom + gap + height <= innerHeight
  const left = Math.min(button.left, innerWidth - width - gap)
  menu.style.top = `${Math.max(gap, below ? button.bottom + gap : button.top - height - gap)}px`
  menu.style.left = `${Math.max(gap, left)}px`
}
