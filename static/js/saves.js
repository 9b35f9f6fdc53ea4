// <form data-saves>: its button shows once there is something to save. Without JavaScript it always shows.
for (const form of document.querySelectorAll("form[data-saves]")) watch(form)
document.addEventListener("htmx:load", (event) => {
  for (const form of event.target.querySelectorAll?.("form[data-saves]") ?? []) watch(form)
})

function watch(form) {
  const button = form.querySelector("button")
  const before = values(form)
  if (form.querySelector(".field__error")) return
  button.hidden = true
  form.addEventListener("input", () => {
    button.hidden = values(form) === before
  })
}

function values(form) {
  return new URLSearchParams(new FormData(form)).toString()
}
