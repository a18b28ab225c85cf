import { WaferChipSpec } from '../chip/chip-spec.ts'
import { chipFields, numberAt, type ChipField } from '../chip/editing/fields.ts'
import { numericLeaves } from '../chip/numeric-leaves.ts'
import { technologies } from '../chip/technology.ts'
import type { ArchitectureSpace } from './architecture-space.ts'

/** Values of one gene, as a space gives them. */
export type GivenGene = ArchitectureSpace['genes'][string]

/** A number or a word of a wafer that an exploration may change, as a form offers it. */
export interface GeneField {
  readonly path: string
  readonly title: string
  readonly unit: string
  /** How many of the spec's unit one of the shown unit is. */
  readonly factor: number
  /** What the chip has now, in the shown unit. */
  readonly now: string
  /** Words that it may be; undefined for numbers. */
  readonly words?: readonly string[]
}

const meant = (text: string, factor: number): number => Number((Number(text) * factor).toPrecision(15))
/** As people type it, without the noise of binary fractions; with all digits where fewer would be read as another number. */
function shown(value: number, factor: number): string {
  const short = String(Number((value / factor).toPrecision(12)))
  return meant(short, factor) === value ? short : String(value / factor)
}

const wordFields: readonly { readonly path: string; readonly title: string; readonly words: readonly string[] }[] = [
  { path: 'technology', title: 'Technology', words: technologies.map(({ name }) => name) },
  { path: 'memory.kind', title: 'Kind of memory', words: WaferChipSpec.shape.memory.shape.kind.options }
]

/** Everything of a wafer that may be a gene: numbers with words for them, words, then its other numbers by their paths. */
export function geneFields(chip: WaferChipSpec): readonly GeneField[] {
  const named = chipFields
    // A limit is stated for all wafers of a search, not bred.
    .filter(({ group }) => group !== 'limits')
    .flatMap(({ path, title, unit, factor }: ChipField): GeneField[] => {
      const now = numberAt(chip, path)
      return now === undefined ? [] : [{ path, title, unit, factor, now: shown(now, factor) }]
    })
  const words = wordFields.map(({ path, title, words: all }): GeneField => {
    const now = path === 'technology' ? chip.technology : chip.memory.kind
    return { path, title, unit: '', factor: 1, now, words: all }
  })
  const others = [...numericLeaves(chip)].flatMap(([path, value]): GeneField[] =>
    typeof value !== 'number' || named.some((one) => one.path === path)
      ? []
      : [{ path, title: path, unit: '', factor: 1, now: shown(value, 1) }]
  )
  return [...named, ...words, ...others]
}

/** Values of a gene as a person types them, in the shown unit: `4, 6, 8`, `0.8 to 1.6`, `4 to 8 step 2`, or alternatives as JSON. */
export function geneText(given: GivenGene, factor: number): string {
  if ('choices' in given) return JSON.stringify(given.choices, null, 1)
  if (Array.isArray(given))
    return given.map((value) => (typeof value === 'number' ? shown(value, factor) : value)).join(', ')
  const { from, to, step } = given as { from: number; to: number; step?: number }
  return `${shown(from, factor)} to ${shown(to, factor)}${step === undefined ? '' : ` step ${shown(step, factor)}`}`
}

const NUMBER = String.raw`(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)`
const RANGE = new RegExp(`^${NUMBER}\\s*(?:to|–|\\.\\.)\\s*${NUMBER}(?:\\s*step\\s*${NUMBER})?$`, 'i')

/** What is typed as the values of a number, in the spec's unit; undefined for what is no list and no range of numbers. */
export function numbersOfText(text: string, factor: number): GivenGene | undefined {
  const range = RANGE.exec(text.trim())
  if (range) {
    const [, from, to, step] = range
    const ends = { from: meant(from!, factor), to: meant(to!, factor) }
    return step === undefined ? ends : { ...ends, step: meant(step, factor) }
  }
  const parts = text.split(/[\s,;]+/).filter((part) => part !== '')
  const numbers = parts.map((part) => meant(part, factor))
  return numbers.length > 0 && numbers.every(Number.isFinite) ? numbers : undefined
}

/** What is typed as alternatives, `{ "name": { part of a chip } }`; undefined for what is none. */
export function choicesOfText(text: string): GivenGene | undefined {
  const isObject = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
  try {
    const parsed: unknown = JSON.parse(text)
    return isObject(parsed) && Object.values(parsed).every(isObject)
      ? { choices: parsed as Record<string, Record<string, unknown>> }
      : undefined
  } catch {
    return undefined
  }
}
