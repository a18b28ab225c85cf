import { dotted } from '../../core/problem.ts'

/** A member whose key its object already has: its path, as `training.globalBatch`, and where the later key starts. */
export interface RepeatedKey {
  readonly path: string
  readonly offset: number
}

/** An object or list that is being read; only objects have keys. */
interface Level {
  readonly keys: Set<string> | undefined
  at: string | number
}

const token = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],]/g

/** Members of all objects inside a value, each counted once however often its key was written. */
export function memberCount(value: unknown): number {
  if (value === null || typeof value !== 'object') return 0
  const members = Object.values(value)
  return members.reduce<number>((sum, member) => sum + memberCount(member), Array.isArray(value) ? 0 : members.length)
}

/**
 * The first key that an object has twice. RFC 8259 leaves open what such an object means; JSON.parse keeps the last one and says nothing.
 * @param text JSON that JSON.parse reads
 */
export function repeatedKey(text: string): RepeatedKey | undefined {
  const levels: Level[] = []
  let wantsKey = false
  for (const { 0: mark, index: offset } of text.matchAll(token)) {
    const level = levels.at(-1)
    if (mark === '{' || mark === '[') {
      wantsKey = mark === '{'
      levels.push({ keys: wantsKey ? new Set() : undefined, at: 0 })
    } else if (mark === '}' || mark === ']') {
      levels.pop()
      wantsKey = false
    } else if (mark === ',') {
      wantsKey = level!.keys !== undefined
      if (typeof level!.at === 'number') level!.at++
    } else if (wantsKey) {
      const key = JSON.parse(mark) as string
      level!.at = key
      if (level!.keys!.has(key)) return { path: dotted(levels.map(({ at }) => at)), offset }
      level!.keys!.add(key)
      wantsKey = false
    }
  }
  return undefined
}
