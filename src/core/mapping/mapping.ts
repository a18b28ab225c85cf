import * as z from 'zod'

const count = z.int().positive()
const index = z.int().nonnegative()

/**
 * What one mesh axis of a stage's region does to one operator. `batch`, `sequence`, `output`, `reduction`, `head` and `expert` split that
 * logical axis; `replicated` repeats the work; the `-streamed` forms split tokens and keep the weights split too, streaming
 * them around the axis when they are used.
 */
export const AxisRole = z.enum([
  'replicated',
  'batch',
  'sequence',
  'output',
  'reduction',
  'head',
  'expert',
  'batch-streamed',
  'sequence-streamed'
])
export type AxisRole = z.output<typeof AxisRole>

const Layout = z.strictObject({ x: AxisRole, y: AxisRole })
export type Layout = z.output<typeof Layout>

/** Layouts of the operators of one layer class, its residual stream, and what is done with each stored tensor. */
export const Plan = z.strictObject({
  residual: z.strictObject({
    x: z.enum(['replicated', 'batch', 'sequence', 'hidden']),
    y: z.enum(['replicated', 'batch', 'sequence', 'hidden'])
  }),
  operators: z.record(z.string(), Layout),
  recompute: z
    .array(z.string())
    .default([])
    .describe('stored tensors that are not kept but recomputed in the backward pass')
})
export type Plan = z.output<typeof Plan>

export const StageMapping = z.strictObject({
  layers: z
    .array(z.strictObject({ class: z.string(), count, plan: z.string() }))
    .describe('runs of consecutive layers of one class that share a plan')
})

export const Schedule = z.strictObject({
  name: z.enum(['gpipe', '1f1b', 'interleaved', 'zb-h1']),
  virtualStages: count.default(1)
})

/** The gene string of one mapping; schema `tmac.mapping/1`, described in docs/encoding.md. */
export const Mapping = z.strictObject({
  schema: z.literal('tmac.mapping/1').default('tmac.mapping/1'),
  region: z
    .strictObject({ rows: count, columns: count })
    .describe('dies of one stage of one replica; x runs along the columns, y along the rows'),
  microBatch: count.describe('sequences per replica and micro-batch'),
  dataParallel: count.describe('replicas of the pipeline'),
  expertParallel: count.default(1).describe('replicas over which the experts of a layer are spread'),
  zeroStage: z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)]).default(0),
  schedule: Schedule,
  collectives: z.enum(['ring', 'tree', 'best']).default('best'),
  plans: z.record(z.string(), Plan),
  stages: z.array(StageMapping).min(1),
  placement: z
    .array(z.array(z.tuple([index, index])))
    .describe('[replica][stage] -> [row, column] of the region corner on the die grid')
})
export type MappingInput = z.input<typeof Mapping>
export type Mapping = z.output<typeof Mapping>
