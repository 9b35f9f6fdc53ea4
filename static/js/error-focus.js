// After a swap brought a form back, focus stands on the list of what to mend.
// On a whole page the list's own autofocus does it, without any script.
document.addEventListener("htmx:afterSwap", (event) => event.target.querySelector?.("[data-focus]")?.focus())
