// <form data-keep="submit"> keeps what was typed on this device, until the page that says
// <meta name="kept-done" content="submit">. Passwords, files and hidden fields are never kept.
const SKIPPED = ["password", "file", "hidden", "submit", "button"]
const place = (name) => `kept:${name}`

const done = document.querySelector('meta[name="kept-done"]')
if (done) remember(done.content, null)

for (const form of document.querySelectorAll("form[data-keep]")) {
  restore(form)
  let timer
  form.addEventListener("input", () => {
    clearTimeout(timer)
    timer = setTimeout(() => save(form), 400)
  })
  window.addEventListener("pagehide", () => save(form))
}

function fields(form) {
  return [...form.elements].filter((field) => field.name && !SKIPPED.includes(field.type) && !field.closest(".honey"))
}

function save(form) {
  const kept = fields(form)
    .filter((field) => (isTick(field) ? field.checked : field.value))
    .map((field) => [field.name, field.value])
  remember(form.dataset.keep, kept.length ? kept : null)
}

// What the server sent back wins: a field that has a value keeps it.
function restore(form) {
  const kept = recall(form.dataset.keep)
  const all = fields(form)
  if (!kept || all.some((field) => (isTick(field) ? false : field.tagName === "TEXTAREA" && field.value))) return
  for (const [name, value] of kept) {
    for (const field of all.filter((one) => one.name === name)) {
      if (isTick(field)) field.checked = field.checked || field.value === value
      else if (!field.value) field.value = value
    }
  }
  form.dispatchEvent(new Event("change", { bubbles: true }))
}

function isTick(field) {
  return field.type === "checkbox" || field.type === "radio"
}

// A browser that refuses storage simply doesn't keep.
function remember(name, kept) {
  try {
    if (kept) localStorage.setItem(place(name), JSON.stringify(kept))
    else localStorage.removeItem(place(name))
  } catch { /* private window */ }
}

function recall(name) {
  try {
    return JSON.parse(localStorage.getItem(place(name)))
  } catch {
    return null
  }
}
