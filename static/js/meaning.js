// .meaning: its words show while one points at it or has it in focus; Escape puts them away until then.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return
  for (const open of document.querySelectorAll(".meaning:hover, .meaning:focus-within")) open.dataset.shut = ""
})

for (const leave of ["focusout", "mouseout"]) {
  document.addEventListener(leave, (event) => {
    const left = event.target.closest?.(".meaning")
    if (left && !left.contains(event.relatedTarget)) delete left.dataset.shut
  })
}
