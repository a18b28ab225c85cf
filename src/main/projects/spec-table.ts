import type { Database } from 'better-sqlite3'
import * as z from 'zod'
import { canonicalJson } from '../../core/canonical.ts'
import { ChipSpec } from '../../core/chip/chip-spec.ts'
import { contentHash } from '../../core/content-hash.ts'
import { Mapping } from '../../core/mapping/mapping.ts'
import { parseInput, Problem } from '../../core/problem.ts'
import { ModelSpec } from '../../core/workload/model-spec.ts'
import { TrainingSpec } from '../../core/workload/training-spec.ts'

const schemas = { model: ModelSpec, chip: ChipSpec, training: TrainingSpec, space: z.unknown(), mapping: Mapping }
export type SpecKind = keyof typeof schemas
type SpecOf<Kind extends SpecKind> = z.output<(typeof schemas)[Kind]>

/** Specs of a project by content: the same spec is kept once, whoever refers to it. */
export interface SpecTable {
  /** Keeps a spec and returns its hash. Call within a transaction. */
  put(kind: SpecKind, spec: unknown): string
  /** @throws Problem `corrupt-project` when the spec is missing or no longer what its schema says */
  get<Kind extends SpecKind>(kind: Kind, hash: string): SpecOf<Kind>
}

export function specTable(database: Database, path: string): SpecTable {
  const insert = database.prepare('INSERT INTO spec (hash, kind, json) VALUES (?, ?, ?)')
  const exists = database.prepare<[string], 1>('SELECT 1 FROM spec WHERE hash = ?').pluck()
  const select = database.prepare<[string], string>('SELECT json FROM spec WHERE hash = ?').pluck()
  /** Points of one chip share the object: its hash is worked out once. */
  const hashes = new WeakMap<object, string>()
  const parsed = new Map<string, unknown>()

  const put = (kind: SpecKind, spec: unknown): string => {
    const shared = spec !== null && typeof spec === 'object' ? hashes.get(spec) : undefined
    const hash = shared ?? contentHash(spec ?? null)
    // Looked up even when it was put before: the transaction that did so may have been rolled back.
    if (exists.get(hash) === undefined) insert.run(hash, kind, canonicalJson(spec ?? null))
    if (spec !== null && typeof spec === 'object') hashes.set(spec, hash)
    return hash
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
  return { put, get }
}
