import * as z from 'zod'
import { parseInput, Problem } from '../problem.ts'

const count = z.int().positive()
const positive = z.number().positive()

const LayerRow = z.object({
  forward_ms: positive,
  combined_ms: positive,
  recompute: z.enum(['none', 'full', 'selective_attention']),
  sequence_parallel: z.boolean()
})

/** Times of one transformer layer of one tensor-parallel group. */
const LayerSet = z.object({
  id: z.string(),
  hardware: z.string(),
  model: z.object({ hidden: count, heads: count, seq: count, tp: count, micro_batch: count }),
  rows: z.array(LayerRow).min(1)
})
export type LayerSet = z.output<typeof LayerSet>

const IterationRow = z.object({
  global_batch: count,
  micro_batch: count,
  hidden: count,
  heads: count,
  layers: count,
  seq: count,
  tp: count,
  dp: count,
  pp: count,
  iteration_ms: positive
})
export type IterationRow = z.output<typeof IterationRow>

const CollectiveRow = z.object({ device: z.string(), gpus: z.int().min(2), bytes: positive, time_us: positive })
export type CollectiveRow = z.output<typeof CollectiveRow>

const DataFile = z.object({
  datasets: z.array(
    z.looseObject({ id: z.string(), columns: z.array(z.string()).optional(), rows: z.array(z.unknown()) })
  )
})

/** Rows of one table, with where they were measured. */
export interface RowSet<Row> {
  readonly id: string
  readonly hardware: string
  readonly rows: readonly Row[]
}

/** What a file of published measurements holds for a fit, by kind; sets of other kinds are left out. */
export interface Measurements {
  readonly layers: readonly LayerSet[]
  readonly iterations: readonly RowSet<IterationRow>[]
  readonly collectives: readonly RowSet<CollectiveRow>[]
  /** Where each set was published, by id, as far as the file says. */
  readonly citations: Readonly<Record<string, string>>
}

/** A table as objects: rows given as arrays get the names of the columns. */
const named = (columns: readonly string[], row: unknown): unknown =>
  Array.isArray(row) ? Object.fromEntries(columns.map((column, index) => [column, row[index] as unknown])) : row

/**
 * Sorts the sets of a file by what their rows hold: a layer's `combined_ms`, a step's `iteration_ms`, an all-reduce's `time_us`.
 * @throws Problem `bad-input` naming the path of what does not fit, or saying that no set is of any use
 */
export function parseMeasurements(value: unknown, what: string): Measurements {
  const { datasets } = parseInput(DataFile, value, what)
  const layers: LayerSet[] = []
  const iterations: RowSet<IterationRow>[] = []
  const collectives: RowSet<CollectiveRow>[] = []
  for (const set of datasets) {
    const rows = set.rows.map((row) => named(set.columns ?? [], row))
    const first = rows[0]
    const has = (key: string): boolean => first !== null && typeof first === 'object' && Object.hasOwn(first, key)
    const where = `${what}: set '${set.id}'`
    const table = <Row extends z.ZodType>(row: Row): RowSet<z.output<Row>> => ({
      id: set.id,
      hardware: typeof set.hardware === 'string' ? set.hardware : '',
      rows: parseInput(z.array(row), rows, where)
    })
    if (has('combined_ms')) layers.push(parseInput(LayerSet, set, where))
    else if (has('iteration_ms')) iterations.push(table(IterationRow))
    else if (has('time_us')) collectives.push(table(CollectiveRow))
  }
  if (layers.length + iterations.length + collectives.length === 0)
    throw new Problem(
      'bad-input',
      `${what} has no set whose rows give combined_ms (a layer), iteration_ms (a training step) or time_us (an all-reduce)`,
      'datasets'
    )
  const citations = Object.fromEntries(
    datasets.flatMap(({ id, source }) => (typeof source === 'string' ? [[id, source]] : []))
  )
  return { layers, iterations, collectives, citations }
}
