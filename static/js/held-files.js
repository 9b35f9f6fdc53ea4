// <div class="drop" data-hold="address">: files go to the server as soon as they are chosen,
// dropped or pasted, each with its progress; the server’s own row takes the place when it is there.
// Without this script the files travel with the form.
import { asBytes } from "./bytes.js";

const onTheirWay = new WeakMap()

for (const drop of document.querySelectorAll("[data-hold]")) enhance(drop)
document.addEventListener("asked", (event) => {
  for (const drop of event.target.querySelectorAll("[data-hold]")) enhance(drop)
})

function enhance(drop) {
  const input = drop.querySelector('input[type="file"]')
  const form = drop.closest("form")
  input.addEventListener("change", () => {
    for (const file of input.files) send(drop, form, file)
    input.value = ""
  })
  drop.addEventListener("dragover", (event) => {
    event.preventDefault()
    drop.classList.add("drop--over")
  })
  drop.addEventListener("dragleave", () => drop.classList.remove("drop--over"))
  drop.addEventListener("drop", (event) => {
    event.preventDefault()
    drop.classList.remove("drop--over")
    for (const file of event.dataTransfer.files) send(drop, form, file)
  })
  drop.addEventListener("click", (event) => remove(event, drop, form))
  watch(form)
}

// One paste and one submit listener for each form, however many places for files it has.
function watch(form) {
  if (onTheirWay.has(form)) return
  onTheirWay.set(form, new Set())
  form.addEventListener("paste", (event) => {
    const last = [...form.querySelectorAll("[data-hold]")].at(-1)
    for (const file of event.clipboardData.files) send(last, form, file)
  })
  form.addEventListener("submit", (event) => {
    const pending = onTheirWay.get(form)
    if (!pending.size) return
    event.preventDefault()
    const button = event.submitter
    Promise.allSettled([...pending]).then(() => setTimeout(() => form.requestSubmit(button)))
  })
}

function send(drop, form, file) {
  const row = rowOf(file, drop.dataset.holdStop)
  drop.querySelector(".drop__files").append(row.element)
  if (file.size > Number(drop.dataset.holdLimit)) {
    row.stop.addEventListener("click", () => row.element.remove())
    row.refuse(drop.dataset.holdTooBig)
    return
  }
  const request = new XMLHttpRequest()
  const done = new Promise((resolve) => request.addEventListener("loadend", resolve))
  const pending = onTheirWay.get(form)
  pending.add(done)
  done.then(() => pending.delete(done))
  row.stop.addEventListener("click", () => {
    request.abort()
    row.element.remove()
  })
  request.upload.addEventListener("progress", (event) => row.progress(event.loaded, event.total))
  request.addEventListener("load", () => {
    if (request.status === 201) row.element.replaceWith(parsed(request.responseText))
    else row.refuse(request.status < 500 && request.status !== 403 ? request.responseText : drop.dataset.holdFailed)
  })
  request.addEventListener("error", () => row.refuse(drop.dataset.holdFailed))
  const said = new FormData()
  said.set("file", file)
  said.set("field", drop.dataset.holdField)
  for (const name of ["key", "csrfmiddlewaretoken"]) said.set(name, form.elements[name].value)
  request.open("POST", drop.dataset.hold)
  request.send(said)
}

async function remove(event, drop, form) {
  const button = event.target.closest('button[name="remove"]')
  if (!button) return
  event.preventDefault()
  const said = new FormData()
  said.set("remove", button.value)
  for (const name of ["key", "csrfmiddlewaretoken"]) said.set(name, form.elements[name].value)
  const answer = await fetch(drop.dataset.holdRemove, { method: "POST", body: said })
  if (!answer.ok) return
  button.closest("[data-held]").remove()
  drop.querySelector('input[type="file"]').focus()
}

function rowOf(file, stopWord) {
  const element = document.createElement("div")
  element.className = "file"
  const picture = document.createElement("span")
  picture.className = "file__picture"
  const words = document.createElement("span")
  const name = document.createElement("b")
  name.textContent = file.name
  const size = document.createElement("span")
  size.className = "quiet"
  size.textContent = ` ${asBytes(file.size)}`
  const bar = document.createElement("progress")
  bar.max = 100
  bar.value = 0
  bar.setAttribute("aria-label", file.name)
  words.append(name, size, bar)
  const stop = document.createElement("button")
  stop.type = "button"
  stop.className = "button button--bare button--small"
  stop.textContent = stopWord
  stop.setAttribute("aria-label", `${stopWord}: ${file.name}`)
  element.append(picture, words, stop)
  return {
    element,
    stop,
    progress: (loaded, total) => {
      bar.value = (100 * loaded) / total
    },
    refuse: (sentence) => {
      const refusal = document.createElement("span")
      refusal.className = "field__error"
      refusal.setAttribute("role", "alert")
      refusal.textContent = sentence
      bar.replaceWith(refusal)
      stop.textContent = "×"
    },
  }
}

function parsed(text) {
  return new DOMParser().parseFromString(text, "text/html").body.firstElementChild
}
