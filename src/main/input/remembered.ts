/**
 * A function that remembers what it made for each key, for the latest `limit` keys or so: at the limit it forgets all and starts anew,
 * which costs a stream of requests nothing it would notice and keeps its memory bounded.
 */
export function remembered<Args extends readonly unknown[], Value>(
  limit: number,
  make: (...args: Args) => Value
): (key: string, ...args: Args) => Value {
  const known = new Map<string, Value>()
  return (key, ...args) => {
    const found = known.get(key)
    if (found !== undefined) return found
    const value = make(...args)
    if (known.size >= limit) known.clear()
    known.set(key, value)
    return value
  }
}
