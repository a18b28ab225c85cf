import type { Database, Statement } from 'better-sqlite3'
import * as z from 'zod'
import { canonicalJson } from '../../core/canonical.ts'
import { ChipSpec } from '../../core/chip/chip-spec.ts'
import { textHash } from '../../core/content-hash.ts'
import { Mapping } from '../../core/mapping/mapping.ts'
import { parseInput, Problem } from '../../core/problem.ts'
import { ModelSpec } from '../../core/workload/model-spec.ts'
import { TrainingSpec } from '../../core/workload/training-spec.ts'

const schemas = { model: ModelSpec, chip: ChipSpec, training: TrainingSpec, space: z.unknown(), mapping: Mapping }
export type SpecKind = keyof typeof schemas
type SpecOf<Kind extends SpecKind> = z.output<(typeof schemas)[Kind]>

/** How a kept spec is referred to: by number within the project, by content anywhere. */
export interface SpecKey {
  readonly id: number
  readonly hash: string
}

/** Specs of a project by content: the same spec is kept once, whoever refers to it. */
export interface SpecTable {
  /** Keeps a spec. Call within a transaction. */
  put(kind: SpecKind, spec: unknown): SpecKey
  /** Forgets what was put: the transaction that did so was rolled back. */
  forget(): void
  /** @throws Problem `corrupt-project` when the spec is missing or no longer what its schema says */
  get<Kind extends SpecKind>(kind: Kind, hash: string): SpecOf<Kind>
}

export function specTable(database: Database, path: string): SpecTable {
  const insert = database.prepare('INSERT INTO spec (hash, kind, json) VALUES (?, ?, ?)')
  const select = database.prepare<[string], string>('SELECT json FROM spec WHERE hash = ?').pluck()
  let selectId: Statement<[string], number> | undefined
  /** Points of one chip share the object: its hash is worked out once. */
  let kept = new WeakMap<object, SpecKey>()
  const parsed = new Map<string, unknown>()

  const put = (kind: SpecKind, spec: unknown): SpecKey => {
    const shared = spec !== null && typeof spec === 'object' ? kept.get(spec) : undefined
    if (shared) return shared
    const text = canonicalJson(spec ?? null)
    const hash = textHash(text)
    // Formats that are only read number no specs.
    selectId ??= database.prepare<[string], number>('SELECT id FROM spec WHERE hash = ?').pluck()
    const id = selectId.get(hash) ?? Number(insert.run(hash, kind, text).lastInsertRowid)
    const key = { id, hash }
    if (spec !== null && typeof spec === 'object') kept.set(spec, key)
    return key
  }

  const get = <Kind extends SpecKind>(kind: Kind, hash: string): SpecOf<Kind> => {
    if (kind === 'chip' && parsed.has(hash)) return parsed.get(hash) as SpecOf<Kind>
    const text = select.get(hash)
    if (text === undefined)
      throw new Problem('corrupt-project', `'${path}' is damaged: ${kind} ${hash} is missing. Restore a copy`)
    try {
      const spec = parseInput(schemas[kind] as z.ZodType, JSON.parse(text), `${kind} ${hash.slice(0, 12)}`)
      if (kind === 'chip') parsed.set(hash, spec)
      return spec as SpecOf<Kind>
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      throw new Problem('corrupt-project', `'${path}' is damaged: ${why}. Restore a copy`)
    }
  }
  return { put, get, forget: () => void (kept = new WeakMap()) }
}
