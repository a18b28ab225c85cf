const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

/**
 * The mapping in JSON data, unchecked: data that is one by itself, or that has one as its member `mapping`, as an evaluation does; undefined
 * where nothing looks like one.
 */
export function mappingIn(value: unknown): unknown {
  if (!isObject(value)) return undefined
  const isMapping =
    String(value['schema']).startsWith('tmac.mapping/') ||
    (Object.hasOwn(value, 'plans') && Object.hasOwn(value, 'stages'))
  if (isMapping) return value
  return isObject(value['mapping']) ? value['mapping'] : undefined
}
