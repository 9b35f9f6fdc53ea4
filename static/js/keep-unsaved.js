// News draw a part of the page anew: what was typed there and not saved yet is carried over, and so
// is what was opened. Not the form that was just sent: that one comes back as it is now.
import { isUnsaved } from "./unsaved.js";

let sent

document.addEventListener("htmx:beforeSwap", (event) => {
  sent = event.detail.requestConfig.elt.closest("form")?.getAttribute("action")
})

document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target, fragment } = event.detail
  const menu = target.querySelector("[popover]:popover-open form")
  if (menu && menu.getAttribute("action") !== sent) {
    // Somebody is choosing from it: the next look brings the news.
    event.detail.shouldSwap = false
    return
  }
  for (const form of target.querySelectorAll("form")) carry(form, fragment)
  const fresh = [...fragment.querySelectorAll("details")]
  for (const box of target.querySelectorAll("details[open]")) {
    const same = fresh.find((one) => nameOf(one) === nameOf(box))
    if (same && !(sent && box.querySelector("form")?.getAttribute("action") === sent)) same.open = true
  }
})

function carry(form, fragment) {
  const action = form.getAttribute("action")
  if (action === sent) return
  const fresh = [...fragment.querySelectorAll("form")].find((one) => one.getAttribute("action") === action)
  for (const field of form.elements) {
    const same = field.name && isUnsaved(field) && fresh?.elements.namedItem(field.name)
    if (!same) continue
    if (field.type === "checkbox") same.checked = field.checked
    else same.value = field.value
  }
}

function nameOf(box) {
  return box.querySelector("form")?.getAttribute("action") ?? `${box.closest("[id]")?.id} ${box.className}`
}
