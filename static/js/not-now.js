// The desk is away for a moment: a part of the page that was asked for says so at the foot of the
// screen, once. What was typed stays where it is. A look that nobody asked for fails quietly.
document.addEventListener("htmx:responseError", ({ detail }) => {
  if (detail.xhr.status !== 503 || detail.requestConfig.triggeringEvent?.type === "poll") return
  const note = document.createElement("flash-note")
  note.className = "flash"
  const words = document.createElement("span")
  words.textContent = detail.xhr.responseText
  note.append(words)
  document.getElementById("flashes")?.replaceChildren(note)
})
