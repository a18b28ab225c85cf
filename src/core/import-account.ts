/** What a foreign file says at one place, as far as it can mean a number or a switch here. */
export type ForeignValue = number | boolean | string

/** What became of every field when a foreign file was read. */
export interface ImportAccount {
  /** Fields here that a key there set. */
  readonly mapped: readonly { readonly field: string; readonly from: string; readonly value: ForeignValue }[]
  /** Fields that no key set. */
  readonly defaulted: readonly { readonly field: string; readonly value: ForeignValue; readonly why: string }[]
  /** Fields that say less, or something else, than was meant. */
  readonly approximated: readonly { readonly field: string; readonly value: ForeignValue; readonly why: string }[]
  /** Keys that say nothing of what is modelled here; lists and objects appear as their size. */
  readonly ignored: readonly { readonly key: string; readonly value: ForeignValue | null }[]
}

/** An account while it is being written. */
export class AccountBook implements ImportAccount {
  readonly mapped: ImportAccount['mapped'][number][] = []
  readonly defaulted: ImportAccount['defaulted'][number][] = []
  readonly approximated: ImportAccount['approximated'][number][] = []
  readonly ignored: ImportAccount['ignored'][number][] = []

  /** A field that a key sets. @returns its value */
  map<Value extends ForeignValue>(field: string, from: string, value: Value): Value {
    this.mapped.push({ field, from, value })
    return value
  }

  /** A field as its key has it or, where that is missing, by default. */
  mapOr<Value extends ForeignValue>(
    field: string,
    from: string,
    value: Value | undefined,
    fallback: Value,
    why: string
  ): Value {
    if (value !== undefined) return this.map(field, from, value)
    this.defaulted.push({ field, value: fallback, why })
    return fallback
  }

  approximate(field: string, value: ForeignValue, why: string): void {
    this.approximated.push({ field, value, why })
  }

  get account(): ImportAccount {
    const { mapped, defaulted, approximated, ignored } = this
    return { mapped, defaulted, approximated, ignored }
  }
}

/** A value that nothing is made of, short enough for a line. */
export function ignoredValue(value: unknown): ForeignValue | null {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return value
  if (typeof value === 'string') return value.length > 80 ? `${value.slice(0, 77)}...` : value
  if (Array.isArray(value)) return `a list of ${value.length}`
  return typeof value === 'object' ? `an object of ${Object.keys(value).length}` : typeof value
}

/** Puts all members of an object but those named among what was ignored. */
export function ignoreOthers(book: AccountBook, value: object, used: readonly string[], prefix = ''): void {
  for (const [key, member] of Object.entries(value))
    if (!used.includes(key)) book.ignored.push({ key: `${prefix}${key}`, value: ignoredValue(member) })
}
