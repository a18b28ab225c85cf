import * as z from 'zod'

/** Of the use of links: over the step, or at the highest of each. */
export const linkMoments = ['mean', 'peak'] as const

const id = z.int().positive()
const points = z.array(id).min(1).max(8)

/** A picture of kept results, by the numbers of run and points in the project. */
export const FigureSpec = z.discriminatedUnion('figure', [
  z.strictObject({ figure: z.literal('front'), run: id }),
  z.strictObject({ figure: z.literal('policies'), run: id }),
  z.strictObject({ figure: z.literal('time'), points }),
  z.strictObject({
    figure: z.literal('memory'),
    points,
    misfits: z.literal(true).optional().describe('with the policies of the run that do not fit')
  }),
  z.strictObject({ figure: z.literal('waterfall'), from: id, to: id }),
  z.strictObject({ figure: z.literal('wafer'), point: id }),
  z.strictObject({ figure: z.literal('roofline'), point: id }),
  z.strictObject({ figure: z.literal('breakdown'), point: id }),
  z.strictObject({ figure: z.literal('timeline'), points }),
  z.strictObject({
    figure: z.literal('memory-time'),
    point: id,
    stage: z.int().nonnegative().optional().describe('the fullest when left out')
  }),
  z.strictObject({ figure: z.literal('memory-dies'), point: id }),
  z.strictObject({ figure: z.literal('links'), point: id, moment: z.enum(linkMoments).optional().describe('mean') })
])
export type FigureSpec = z.output<typeof FigureSpec>
export const figureKinds = [
  'front',
  'policies',
  'time',
  'memory',
  'waterfall',
  'wafer',
  'roofline',
  'breakdown',
  'timeline',
  'memory-time',
  'memory-dies',
  'links'
] as const

/** Passages that every report of a run has: its numbers, what it found, and what a reader must know. */
export const passageKinds = ['headline', 'result', 'wafer', 'counted', 'chip', 'notes'] as const
export const tableKinds = ['policies', 'front', 'time', 'memory', 'limits', 'numbers'] as const

/** Stays with a block wherever it is moved. */
const key = z.string().min(1).max(40)
const caption = z.string().max(2000).optional().describe('in the place of the one that is made')

export const ReportBlock = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('text'), key, text: z.string().max(100_000).describe('a subset of Markdown') }),
  z.strictObject({ kind: z.literal('facts'), key, point: id }),
  z.strictObject({ kind: z.literal('passage'), key, passage: z.enum(passageKinds), run: id }),
  z.strictObject({ kind: z.literal('table'), key, table: z.enum(tableKinds), run: id }),
  z.strictObject({ kind: z.literal('figure'), key, figure: FigureSpec, caption }),
  z.strictObject({ kind: z.literal('mapping'), key, point: id }),
  z.strictObject({ kind: z.literal('comparison'), key, points: z.array(id).min(2).max(8) }),
  z.strictObject({ kind: z.literal('provenance'), key, run: id })
])
export type ReportBlock = z.output<typeof ReportBlock>
/** A block that has no place in a report yet. */
export type BlockDraft = ReportBlock extends infer One ? (One extends ReportBlock ? Omit<One, 'key'> : never) : never

/** A report as a person builds it: blocks of text and of live results, in their order. */
export const ReportSpec = z
  .strictObject({
    title: z.string().max(200),
    blocks: z.array(ReportBlock).max(500)
  })
  .refine(({ blocks }) => new Set(blocks.map((block) => block.key)).size === blocks.length, {
    error: 'two blocks have the same key',
    path: ['blocks']
  })
export type ReportSpec = z.output<typeof ReportSpec>
