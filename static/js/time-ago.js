// <time-ago datetime="…" pattern="{} late">40 min late</time-ago>
// Keeps the span that the server printed true while the page stays open.
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const [min = "min", h = "h", d = "d"] = (document.documentElement.dataset.units ?? "").split(" ").filter(Boolean)

class TimeAgo extends HTMLElement {
  #timer

  connectedCallback() {
    this.#timer = setInterval(() => this.#reword(), MINUTE / 2)
  }

  disconnectedCallback() {
    clearInterval(this.#timer)
  }

  #reword() {
    const span = words(Math.abs(new Date(this.getAttribute("datetime")) - Date.now()))
    const text = (this.getAttribute("pattern") ?? "{}").replace("{}", span)
    if (text !== this.textContent) this.textContent = text
  }
}

// The same rule as supportdesk.lib.moments.span.
function words(length) {
  if (length < HOUR) return `${Math.max(1, Math.floor(length / MINUTE))} ${min}`
  const hours = Math.floor(length / HOUR)
  const minutes = Math.floor((length % HOUR) / MINUTE)
  if (hours < 10 && minutes) return `${hours} ${h} ${String(minutes).padStart(2, "0")}`
  if (length < DAY) return `${hours} ${h}`
  return `${Math.floor(length / DAY)} ${d}`
}

customElements.define("time-ago", TimeAgo)
