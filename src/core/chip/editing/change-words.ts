import type { WaferChipSpec } from '../chip-spec.ts'
import { technologies } from '../technology.ts'
import { chipField, chipFields, fieldText, numberAt } from './fields.ts'

/** A member of a wafer that is one of a few words. */
export interface ChipChoice {
  readonly title: string
  /** The values, and what people call each. */
  readonly options: readonly (readonly [value: string, words: string])[]
}

export const chipChoices = {
  'wafer.shape': {
    title: 'Shape of the wafer',
    options: [
      ['disc', 'disc'],
      ['square', 'square']
    ]
  },
  technology: { title: 'Technology', options: technologies.map(({ name }) => [name, name]) },
  'memory.kind': {
    title: 'Place of the DRAM',
    options: [
      ['stacks', 'stacks beside each die'],
      ['stacked-on-die', 'stacked on the die'],
      ['edge', 'ports on the wafer edge'],
      ['sram', 'none but SRAM']
    ]
  }
} as const satisfies Readonly<Record<string, ChipChoice>>
export type ChipChoiceName = keyof typeof chipChoices

/** What is chosen in a wafer. */
export const choiceAt = (chip: WaferChipSpec, path: ChipChoiceName): string =>
  path === 'technology' ? chip.technology : path === 'memory.kind' ? chip.memory.kind : chip.wafer.shape

/** Another choice in words: `Place of the DRAM: stacks beside each die → stacked on the die`. */
export function choiceWords(path: ChipChoiceName, from: string, to: string): string {
  const { title, options }: ChipChoice = chipChoices[path]
  const wordsOf = (value: string): string => options.find(([one]) => one === value)?.[1] ?? value
  return `${title}: ${wordsOf(from)} → ${wordsOf(to)}`
}

/** Another number in words, as `Columns 7 → 8`, `Width of a die 21.9 → 24 mm`. @param from undefined where the chip had none */
export function numberWords(path: string, from: number | undefined, to: number): string {
  const field = chipField(path)
  if (from === undefined) return `${field.title}: ${fieldText(field, to)}`
  return `${field.title} ${fieldText({ ...field, unit: '' }, from)} → ${fieldText(field, to)}`
}

/** The numbers that differ between two chips, in words. */
export const changeWords = (before: WaferChipSpec, after: WaferChipSpec): string =>
  chipFields
    .map(({ path }) => ({ path, from: numberAt(before, path), to: numberAt(after, path) }))
    .filter(({ from, to }) => to !== undefined && from !== to)
    .map(({ path, from, to }) => numberWords(path, from, to!))
    .join(', ')
