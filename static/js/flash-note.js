// What has just become true steps aside by itself; an error, or one with a button to press, stays.
// One that can be undone for so many seconds (data-seconds) goes with its button.
const SHOWN_FOR = 8_000

class FlashNote extends HTMLElement {
  #timer

  connectedCallback() {
    const dismiss = this.querySelector("[data-dismiss]")
    dismiss?.removeAttribute("hidden")
    dismiss?.addEventListener("click", () => this.remove())
    if (this.dataset.seconds) {
      this.#timer = setTimeout(() => this.remove(), Number(this.dataset.seconds) * 1000)
      return
    }
    if (this.matches(".flash--error") || this.querySelector("a, form")) return
    this.#timer = setInterval(() => {
      if (!this.matches(":hover, :focus-within")) this.remove()
    }, SHOWN_FOR)
  }

  disconnectedCallback() {
    clearInterval(this.#timer)
  }
}

customElements.define("flash-note", FlashNote)
