// <form data-saves>: its button shows once there is something to save. Without JavaScript it always shows.
import { isUnsaved } from "./unsaved.js";

for (const form of document.querySelectorAll("form[data-saves]")) watch(form)
document.addEventListener("htmx:load", (event) => {
  for (const form of event.target.querySelectorAll?.("form[data-saves]") ?? []) watch(form)
})

function watch(form) {
  if (form.querySelector(".field__error")) return
  show(form)
  form.addEventListener("input", () => show(form))
}

function show(form) {
  form.querySelector("button").hidden = ![...form.elements].some(isUnsaved)
}
