// <form data-passkey="get|create" data-cancelled="…">: signs in with, confirms by, or adds a passkey.
// The options are in the JSON block that data-options names, or come from the form’s own address.
const canPasskeys = Boolean(window.PublicKeyCredential?.parseRequestOptionsFromJSON)

async function optionsOf(form) {
  const block = document.getElementById(form.dataset.options)
  if (block) return JSON.parse(block.textContent)
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } })
  if (!answer.ok) throw new DOMException("The desk did not answer.", "NetworkError")
  return answer.json()
}

async function create(options, form) {
  const publicKey = structuredClone(options.creation_options.publicKey)
  const alone = form.elements.passwordless?.checked ?? false
  // A passkey that stands alone is kept on the device and asks who is holding it.
  Object.assign(publicKey.authenticatorSelection, {
    residentKey: alone ? "required" : "discouraged",
    requireResidentKey: alone,
    ...(alone && { userVerification: "required" }),
  })
  return navigator.credentials.create({
    publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey),
  })
}

async function get(options) {
  return navigator.credentials.get({
    publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options.request_options.publicKey),
  })
}

async function ask(event) {
  const form = event.currentTarget
  if (form.elements.credential.value) return
  event.preventDefault()
  const said = form.querySelector("[data-said]")
  said.textContent = ""
  try {
    const options = await optionsOf(form)
    const credential = await (form.dataset.passkey === "create" ? create(options, form) : get(options))
    form.elements.credential.value = JSON.stringify(credential)
    form.submit()
  } catch (reason) {
    // Cancelled, too slow, or no passkey for this desk: browsers do not tell which.
    if (!(reason instanceof DOMException)) throw reason
    said.textContent = form.dataset.cancelled
  }
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!canPasskeys) continue
  form.hidden = false
  form.addEventListener("submit", ask)
}
