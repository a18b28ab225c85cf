import type { SearchSpec } from '../../../contract/search-spec.ts'

/** Told by a part of the form: what was done in words, the set-up after it, and what steps of one gesture share. */
export type SearchChange = readonly [label: string, spec: SearchSpec, mergeKey: string]

type Optional = {
  [Key in keyof SearchSpec]-?: undefined extends SearchSpec[Key] ? Key : never
}[keyof SearchSpec]

/** What every part of the form does to a set-up: it sets a field, or leaves one out. */
export function searchEdits(spec: () => SearchSpec, change: (...told: SearchChange) => void) {
  return {
    set: <Key extends keyof SearchSpec>(label: string, key: Key, value: SearchSpec[Key]): void =>
      change(label, { ...spec(), [key]: value }, key),
    clear(label: string, key: Optional): void {
      const { [key]: _, ...rest } = spec()
      change(label, rest as SearchSpec, key)
    }
  }
}

export const textOf = (event: Event): string => (event.target as HTMLInputElement).value
export const numberOf = (event: Event): number => (event.target as HTMLInputElement).valueAsNumber
