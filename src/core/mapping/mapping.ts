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

/** Mesh axis name -> role. Axes of one die are left out: there is nothing to decide on them. */
const Layout = z.record(z.string(), AxisRole)
export type Layout = z.output<typeof Layout>

const ResidualLayout = z.record(z.string(), z.enum(['replicated', 'batch', 'sequence', 'hidden']))

/** Layouts of the operators of one layer class, its residual stream, and what is done with each stored tensor. */
export const Plan = z.strictObject({
  residual: ResidualLayout,
  operators: z.record(z.string(), Layout),
  recompute: z
    .array(z.string())
    .default([])
    .describe('stored tensors that are not kept but recomputed in the backward pass; all others are kept'),
  offload: z
    .array(z.string())
    .optional()
    .describe("stored tensors that wait for the backward pass in the chip's offload memory, or on the stage's helper")
})
export type Plan = z.output<typeof Plan>

/** Consecutive layers of one class that share a plan. */
const LayerRun = z.strictObject({ class: z.enum(['embedding', 'dense', 'moe', 'head']), count, plan: z.string() })
export type LayerRun = z.output<typeof LayerRun>

const Region = z.strictObject({
  rows: count,
  columns: count,
  split: z
    .strictObject({ x: z.array(count), y: z.array(count) })
    .optional()
    .describe('cuts the x (columns) or y (rows) axis into several, outermost first; their product is its size')
})
export type Region = z.output<typeof Region>

/** Orders in which micro-batches go through the stages. */
export const scheduleNames = ['gpipe', '1f1b', 'interleaved', 'zb-h1', 'zb-v'] as const

export const Schedule = z.strictObject({
  name: z.enum(scheduleNames),
  virtualStages: count
    .default(1)
    .describe('model chunks per stage; more than one with interleaved only: zb-v has two by itself')
})
export type Schedule = z.output<typeof Schedule>

/**
 * How collectives run: the fastest way for each message, of those that a level prices (docs/model.md, 4), or always one. `ring` goes both ways round, `tree` packs spanning trees; the others
 * are explicit algorithms, priced by their flows. All-to-all always goes directly.
 */
export const CollectiveGene = z.enum([
  'best',
  'ring',
  'tree',
  'chain',
  'two-dimensional',
  'halving-doubling',
  'hierarchical'
])

/** The gene string of one mapping; schema `tmac.mapping/1`, described in docs/encoding.md. */
export const Mapping = z.strictObject({
  schema: z.literal('tmac.mapping/1').default('tmac.mapping/1'),
  region: Region.describe('dies of one stage of one replica; x runs along the columns, y along the rows'),
  microBatch: count.describe('sequences per replica and micro-batch'),
  dataParallel: count.describe('replicas of the pipeline'),
  expertParallel: count.default(1).describe('replicas over which the experts of a layer are spread'),
  zeroStage: z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)]).default(0),
  schedule: Schedule,
  collectives: CollectiveGene.default('best'),
  plans: z.record(z.string(), Plan),
  stages: z.array(z.strictObject({ layers: z.array(LayerRun) })).min(1),
  helpers: z
    .array(z.tuple([index, index]))
    .min(1)
    .optional()
    .describe('[stage, helper]: what plans offload on the stage waits on the dies of the helper, another stage'),
  placement: z
    .array(z.array(z.tuple([index, index])))
    .describe('[replica][stage] -> [row, column] of the region corner on the die grid (wafers stacked row-wise)')
})
export type MappingInput = z.input<typeof Mapping>
export type Mapping = z.output<typeof Mapping>
