// <form data-suggest="address"> with a box [data-find] and a list #suggestions: asks what might be meant
// while one types. Arrows walk, Enter opens what is chosen or sends the form, Escape leaves the words.
const PAUSE = 140

for (const form of document.querySelectorAll("form[data-suggest]")) {
  const box = form.querySelector("[data-find]")
  const list = form.querySelector("#suggestions")
  let timer
  let asked

  box.setAttribute("role", "combobox")
  box.setAttribute("aria-controls", list.id)
  box.setAttribute("aria-autocomplete", "list")
  box.setAttribute("aria-expanded", "false")

  box.addEventListener("input", () => {
    clearTimeout(timer)
    timer = setTimeout(ask, PAUSE)
  })
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault()
      close()
    }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") walk(event.key === "ArrowDown" ? 1 : -1, event)
    if (event.key === "Enter" && chosen()) {
      event.preventDefault()
      location.assign(chosen().href)
    }
  })
  form.addEventListener("focusout", (event) => form.contains(event.relatedTarget) || close())
  // The box keeps the focus: else the list would be gone before the click arrives.
  list.addEventListener("pointerdown", (event) => event.preventDefault())

  async function ask() {
    asked?.abort()
    const text = box.value.trim()
    if (text.length < 2) return close()
    asked = new AbortController()
    const address = new URL(form.dataset.suggest, location.href)
    address.searchParams.set("q", text)
    try {
      const answer = await fetch(address, { signal: asked.signal })
      if (!answer.ok || document.activeElement !== box || box.value.trim() !== text) return
      list.innerHTML = await answer.text()
      open()
    } catch {
      // No connection, or another letter: the form works without.
    }
  }

  function open() {
    list.hidden = !list.querySelector("[role=option]")
    box.setAttribute("aria-expanded", String(!list.hidden))
    box.removeAttribute("aria-activedescendant")
  }

  function close() {
    clearTimeout(timer)
    asked?.abort()
    list.hidden = true
    box.setAttribute("aria-expanded", "false")
    box.removeAttribute("aria-activedescendant")
  }

  function chosen() {
    return list.hidden ? null : list.querySelector("[aria-selected=true]")
  }

  function walk(step, event) {
    const all = [...list.querySelectorAll("[role=option]")]
    if (list.hidden || !all.length) return
    event.preventDefault()
    const here = all.indexOf(chosen())
    const next = here === -1 ? (step === 1 ? 0 : all.length - 1) : here + step
    all[here]?.setAttribute("aria-selected", "false")
    if (!all[next]) return box.removeAttribute("aria-activedescendant")
    all[next].setAttribute("aria-selected", "true")
    box.setAttribute("aria-activedescendant", all[next].id)
  }
}
