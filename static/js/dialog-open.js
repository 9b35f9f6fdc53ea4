// data-opens="id" opens that dialog; data-close inside closes it. A link keeps its page for no JavaScript.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]")
  if (opener) {
    const dialog = document.getElementById(opener.dataset.opens)
    if (dialog) {
      event.preventDefault()
      dialog.showModal()
    }
    return
  }
  event.target.closest("[data-close]")?.closest("dialog")?.close()
})
