const PREFIXES: readonly (readonly [prefix: string, factor: number])[] = [
  ['', 1],
  ['k', 1e3],
  ['M', 1e6],
  ['G', 1e9],
  ['T', 1e12],
  ['P', 1e15],
  ['m', 1e-3],
  ['µ', 1e-6],
  ['u', 1e-6],
  ['n', 1e-9],
  ['p', 1e-12]
]

/** How many of one unit another is, where the two differ in their prefix alone; NaN elsewhere, and of areas, whose prefixes are squared. */
function factorTo(unit: string, typed: string): number {
  if (typed === '' || typed === unit) return 1
  if (/[²³]/.test(unit)) return Number.NaN
  for (const [own, ownFactor] of PREFIXES) {
    if (!unit.startsWith(own) || unit === own) continue
    const bare = unit.slice(own.length)
    for (const [prefix, factor] of PREFIXES) if (typed === prefix + bare) return factor / ownFactor
  }
  return Number.NaN
}

/**
 * A number as a person types it where a unit is meant: plain, grouped by commas, with the unit behind it or with one of another prefix
 * (`900 MHz` where GHz are meant is 0.9).
 * @returns in that unit; NaN where it is no number, or one of something else
 */
export function typedNumber(text: string, unit: string): number {
  const [, number, of] = /^([+-]?(?:[\d.]|(?<=\d),(?=\d{3}\b))+(?:[eE][+-]?\d+)?)\s*(.*)$/.exec(text.trim()) ?? []
  return number === undefined ? Number.NaN : Number(number.replaceAll(',', '')) * factorTo(unit, of!)
}
