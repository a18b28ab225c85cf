import type { ForeignValue } from '../import-account.ts'
import { Problem } from '../problem.ts'

/** What a config.json says at one place. */
export type FieldValue = ForeignValue

/** Members of a ModelSpec that a configuration can set. */
export type SpecField =
  | 'layers'
  | 'hidden'
  | 'heads'
  | 'kvHeads'
  | 'headDimension'
  | 'ffnHidden'
  | 'ffn'
  | 'vocabulary'
  | 'maxPositions'
  | 'positions'
  | 'tiedEmbeddings'
  | 'normalization'
  | 'biases'
  | `moe.${'experts' | 'topK' | 'expertHidden' | 'sharedExperts' | 'firstLayer' | 'everyLayers'}`

/** Reads one kind of value from a configuration; undefined where the key is missing or null. */
export interface ConfigReader {
  /** A whole number of at least `least` (1 unless given). */
  readonly count: (key: string, least?: number) => number | undefined
  /** A count that must be there. */
  readonly needed: (key: string, least?: number) => number
  readonly flag: (key: string) => boolean | undefined
  /** A list of whole numbers of at least 0. */
  readonly indices: (key: string) => readonly number[] | undefined
}

/** How one field of the spec comes from a family's configuration. */
export interface FieldRule {
  readonly field: SpecField
  /** Keys that carry the value, the first present one wins; none for what every model of the family has. */
  readonly keys?: readonly string[]
  /** What the key holds; `count` unless given. */
  readonly kind?: 'count' | 'count-from-zero' | 'flag'
  /** Turns what the first present key says into the field; without it the value is taken as it is. */
  readonly convert?: (read: ConfigReader, key: string) => FieldValue
  /** The value when no key is present (undefined: as ModelSpec defaults it) and why; without it the key is required. */
  readonly otherwise?: { readonly value?: FieldValue; readonly why: string }
}

/** A place where the spec says less than the model has. */
export interface Caveat {
  readonly field: SpecField
  readonly holds: (read: ConfigReader) => boolean
  readonly why: string
}

const shown = (value: unknown): string => {
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}...` : value)
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : String(value)
}

/** Own member of the configuration, null counted as missing; what an object inherits is never read. */
export function ownMember(config: object, key: string): unknown {
  const value: unknown = Object.hasOwn(config, key) ? (config as Record<string, unknown>)[key] : undefined
  return value ?? undefined
}

/**
 * A reader of this configuration.
 * @throws Problem `bad-input` (from its functions) with the key as path when a value is not what the key must hold
 */
export function configReader(config: object): ConfigReader {
  const refuse = (key: string, found: string, wanted: string): never => {
    throw new Problem('bad-input', `config.json: '${key}' is ${found}; it must be ${wanted}`, key)
  }
  const whole = (value: unknown, least: number): value is number =>
    Number.isSafeInteger(value) && Number(value) >= least
  const count = (key: string, least = 1): number | undefined => {
    const value = ownMember(config, key)
    if (value === undefined || whole(value, least)) return value
    return refuse(key, shown(value), `a whole number of at least ${least}`)
  }
  return {
    count,
    needed: (key, least) => count(key, least) ?? refuse(key, 'missing', 'there for this family of models'),
    flag: (key) => {
      const value = ownMember(config, key)
      if (value === undefined || typeof value === 'boolean') return value
      return refuse(key, shown(value), 'true or false')
    },
    indices: (key) => {
      const value = ownMember(config, key)
      if (value === undefined) return undefined
      if (Array.isArray(value) && value.every((item) => whole(item, 0))) return value as number[]
      return refuse(key, shown(value), 'a list of layer numbers')
    }
  }
}
