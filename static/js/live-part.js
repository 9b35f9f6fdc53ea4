// <div data-live="address">: asks every fifteen seconds what has changed and puts each part that
// came back in the place of the one with the same id. Only while somebody looks, and never a part
// in which somebody is writing.
const EVERY = 15_000

const page = document.querySelector("[data-live]")
let timer = page && setInterval(look, EVERY)
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && look())

async function look() {
  if (!timer || document.visibilityState !== "visible") return
  const version = document.querySelector("[data-version]").dataset.version
  const here = new URL(page.dataset.live, location.href)
  here.search = location.search
  try {
    const answer = await fetch(here, { headers: { "X-Fragment": version } })
    if (answer.status === 403) stop()
    if (answer.ok) put(await answer.text())
  } catch {
    // No connection: the page stays as it is, and the next look tries again.
  }
}

function put(text) {
  for (const fresh of new DOMParser().parseFromString(text, "text/html").body.children) {
    const old = document.getElementById(fresh.id)
    if (old && !isInUse(old) && old.innerHTML !== fresh.innerHTML) old.replaceWith(document.adoptNode(fresh))
  }
}

function isInUse(part) {
  const typed = [...part.querySelectorAll("textarea")].some((field) => field.value)
  return typed || part.contains(document.activeElement)
}

function stop() {
  clearInterval(timer)
  timer = null
}
