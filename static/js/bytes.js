// "2.1 MB", in the page's own language.
const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"]

export function asBytes(size) {
  const step = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(size, 1)) / 3))
  return new Intl.NumberFormat(document.documentElement.lang, {
    style: "unit",
    unit: UNITS[step],
    maximumFractionDigits: step > 1 ? 1 : 0,
  }).format(size / 1000 ** step)
}
