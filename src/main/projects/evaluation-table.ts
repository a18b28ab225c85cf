import type { Database } from 'better-sqlite3'
import { contentHash } from '../../core/content-hash.ts'
import type { Mapping } from '../../core/mapping/mapping.ts'
import { Problem } from '../../core/problem.ts'
import type { Evaluation } from '../../core/simulator/evaluation.ts'
import { insertRowsSql, ROWS_TOGETHER } from './insert-rows.ts'
import { JsonPacker, unpackJson } from './packed-json.ts'

/** An evaluation without the mapping, which is kept once as a spec. */
type Rest = Omit<Evaluation, 'mapping'>

export const evaluationOf = (json: string, mapping: Mapping): Evaluation => ({ ...(JSON.parse(json) as Rest), mapping })

const columns = ['point_id', 'shape_id', 'numbers']

/** Shapes whose number is remembered; those that break limits differ in what they say of them, and could be many. */
const MOST_SHAPES = 64

/** SQL on the evaluations of points. Writing calls belong within a transaction. */
export interface EvaluationTable {
  insert(pointId: number, evaluation: Evaluation): void
  /** Inserts `ROWS_TOGETHER` evaluations, of points numbered one after another. */
  insertTogether(firstPointId: number, evaluations: readonly Evaluation[]): void
  /** @throws Problem `corrupt-project` when numbers and shape do not belong together, or the shape is missing */
  unpack(shapeId: number, numbers: Uint8Array, mapping: Mapping): Evaluation
  /** Forgets what was inserted: the transaction that did so was rolled back. */
  forget(): void
}

/** @param database of a format with packed evaluations */
export function evaluationTable(database: Database): EvaluationTable {
  const insertRow = database.prepare(insertRowsSql('evaluation', columns, 1))
  const insertRows = database.prepare(insertRowsSql('evaluation', columns, ROWS_TOGETHER))
  const insertShape = database.prepare('INSERT INTO evaluation_shape (hash, json) VALUES (?, ?)')
  const selectShapeId = database.prepare<[string], number>('SELECT id FROM evaluation_shape WHERE hash = ?').pluck()
  const selectShape = database.prepare<[number], string>('SELECT json FROM evaluation_shape WHERE id = ?').pluck()
  const packer = new JsonPacker()
  const shapeIds = new Map<string, number>()

  const shapeIdOf = (text: string): number => {
    const known = shapeIds.get(text)
    if (known !== undefined) return known
    const hash = contentHash(text)
    const id = selectShapeId.get(hash) ?? Number(insertShape.run(hash, text).lastInsertRowid)
    if (shapeIds.size === MOST_SHAPES) shapeIds.clear()
    shapeIds.set(text, id)
    return id
  }

  const rowOf = (pointId: number, evaluation: Evaluation): [number, number, Uint8Array] => {
    const { shape, numbers } = packer.pack({ ...evaluation, mapping: undefined })
    return [pointId, shapeIdOf(shape), new Uint8Array(numbers.slice().buffer)]
  }

  return {
    insert: (pointId, evaluation) => void insertRow.run(rowOf(pointId, evaluation)),
    insertTogether: (firstPointId, evaluations) =>
      void insertRows.run(evaluations.flatMap((evaluation, index) => rowOf(firstPointId + index, evaluation))),
    unpack(shapeId, numbers, mapping) {
      const shape = selectShape.get(shapeId)
      try {
        if (shape === undefined) throw new RangeError(`shape ${shapeId} of evaluations is missing`)
        // A copy, because a part of a buffer need not begin where a double may.
        const doubles = new Float64Array(Uint8Array.from(numbers).buffer)
        return { ...(unpackJson(shape, doubles) as Rest), mapping }
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error)
        throw new Problem('corrupt-project', `'${database.name}' is damaged: ${why}. Restore a copy`)
      }
    },
    forget: () => shapeIds.clear()
  }
}
