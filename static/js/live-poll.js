// <div data-poll="10" hx-get="…" hx-trigger="poll">: asks every ten seconds while somebody is looking.
for (const poll of document.querySelectorAll("[data-poll]")) {
  setInterval(() => ask(poll), Number(poll.dataset.poll) * 1000)
}
document.addEventListener("visibilitychange", () => {
  for (const poll of document.querySelectorAll("[data-poll]")) ask(poll)
})

function ask(poll) {
  if (document.visibilityState === "visible") window.htmx?.trigger(poll, "poll")
}
