// Whether a field holds what the server does not know yet.
export function isUnsaved(field) {
  if (field.options) {
    const chosen = [...field.options].find((one) => one.defaultSelected) ?? field.options[0]
    return field.value !== (chosen?.value ?? "")
  }
  if (field.type === "hidden" || !("defaultValue" in field)) return false
  return field.type === "checkbox" || field.type === "radio"
    ? field.checked !== field.defaultChecked
    : field.value !== field.defaultValue
}
