// <input type="file" multiple data-file-list>: names, sizes and "remove" for what was chosen,
// and files can be dropped on it or pasted into its form. The input stays the truth.
import { asBytes } from "./bytes.js";

for (const input of document.querySelectorAll("[data-file-list]")) enhance(input)
document.addEventListener("htmx:load", (event) => {
  for (const input of event.target.querySelectorAll?.("[data-file-list]") ?? []) enhance(input)
})

function enhance(input) {
  if (input.dataset.fileList === "on") return
  input.dataset.fileList = "on"
  const list = document.createElement("ul")
  list.className = "files"
  list.setAttribute("aria-live", "polite")
  input.after(list)
  let chosen = new DataTransfer()

  input.addEventListener("change", () => take(input.files, input.multiple))
  const box = input.closest(".drop") ?? input
  box.addEventListener("dragover", (event) => {
    event.preventDefault()
    box.classList.add("drop--over")
  })
  box.addEventListener("dragleave", () => box.classList.remove("drop--over"))
  box.addEventListener("drop", (event) => {
    event.preventDefault()
    box.classList.remove("drop--over")
    take(event.dataTransfer.files, input.multiple)
  })
  input.form?.addEventListener("paste", (event) => {
    if (event.clipboardData.files.length) take(event.clipboardData.files, input.multiple)
  })
  input.form?.addEventListener("reset", () => {
    chosen = new DataTransfer()
    list.replaceChildren()
  })
  if (input.files.length) take(input.files, input.multiple)

  // Choosing again adds to what was chosen before, as people expect; the same file is one file.
  function take(files, many) {
    const all = many ? [...chosen.files, ...files] : [...files].slice(0, 1)
    keep(all.filter((file, place) => place === all.findIndex((other) => same(file, other))))
  }

  function keep(files) {
    chosen = new DataTransfer()
    for (const file of files) chosen.items.add(file)
    input.files = chosen.files
    list.replaceChildren(...files.map(row))
  }

  function row(file) {
    const item = document.createElement("li")
    item.className = "file"
    const name = document.createElement("span")
    const strong = document.createElement("b")
    strong.textContent = file.name
    const size = document.createElement("span")
    size.className = "quiet"
    size.textContent = ` ${asBytes(file.size)}`
    name.append(strong, size)
    const limit = Number(input.dataset.limit)
    if (limit && file.size > limit) {
      const refused = document.createElement("span")
      refused.className = "field__error"
      refused.textContent = input.dataset.tooBig ?? ""
      name.append(refused)
    }
    const remove = document.createElement("button")
    remove.type = "button"
    remove.className = "button button--bare button--small"
    remove.textContent = input.dataset.remove ?? "Remove"
    remove.setAttribute("aria-label", `${remove.textContent}: ${file.name}`)
    remove.addEventListener("click", () => {
      keep([...chosen.files].filter((other) => !same(file, other)))
      input.focus()
    })
    item.append(name, remove)
    return item
  }
}

function same(one, other) {
  return one.name === other.name && one.size === other.size && one.lastModified === other.lastModified
}
