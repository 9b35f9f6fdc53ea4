// After a form came back, focus stands on the list of what to mend.
document.querySelector("[data-focus]")?.focus()
document.addEventListener("htmx:afterSwap", (event) => event.target.querySelector?.("[data-focus]")?.focus())
