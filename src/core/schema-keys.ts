interface Definition {
  readonly shape?: Readonly<Record<string, unknown>>
  readonly element?: unknown
  readonly innerType?: unknown
  readonly in?: unknown
  readonly valueType?: unknown
  readonly options?: readonly unknown[]
  readonly discriminator?: string
  readonly values?: readonly unknown[]
}

const definitionOf = (schema: unknown): Definition | undefined => (schema as { _zod?: { def: Definition } })?._zod?.def

const member = (value: unknown, key: PropertyKey): unknown =>
  value !== null && typeof value === 'object' ? (value as Record<PropertyKey, unknown>)[key] : undefined

/** The plain objects a schema may stand for, without defaults, transforms and unions; of a discriminated union those of the value's kind. */
function plain(schema: unknown, value: unknown, everyKind: boolean): readonly Definition[] {
  const definition = definitionOf(schema)
  if (!definition) return []
  const inner = definition.innerType ?? definition.in
  if (inner) return plain(inner, value, everyKind)
  const { options, discriminator } = definition
  if (!options) return [definition]
  const kind = discriminator === undefined || everyKind ? undefined : member(value, discriminator)
  const ofKind = options.filter((option) =>
    definitionOf(definitionOf(option)?.shape?.[discriminator!])?.values?.includes(kind)
  )
  return (kind === undefined || ofKind.length === 0 ? options : ofKind).flatMap((option) =>
    plain(option, value, everyKind)
  )
}

/**
 * Keys that the schema's object at a path takes; none where the schema has no plain object there.
 * @param value what is parsed: its kind chooses among the objects of a discriminated union
 * @param everyKind keys of all those objects instead
 */
export function keysAt(
  schema: unknown,
  value: unknown,
  path: readonly PropertyKey[],
  everyKind = false
): readonly string[] {
  const definitions = plain(schema, value, everyKind)
  const [head, ...rest] = path
  if (head === undefined) return [...new Set(definitions.flatMap(({ shape }) => Object.keys(shape ?? {})))]
  const within = definitions.flatMap(({ shape, element, valueType }) =>
    keysAt(shape?.[String(head)] ?? element ?? valueType, member(value, head), rest, everyKind)
  )
  return [...new Set(within)]
}

/** Paths of all members that objects of this schema have, theirs within too, as `die.clock_Hz`; not those in lists or records. */
export function memberPaths(schema: unknown, value: unknown): readonly string[] {
  const paths = plain(schema, value, false).flatMap(({ shape }) =>
    Object.entries(shape ?? {}).flatMap(([key, inner]) => [
      key,
      ...memberPaths(inner, member(value, key)).map((path) => `${key}.${path}`)
    ])
  )
  return [...new Set(paths)]
}
