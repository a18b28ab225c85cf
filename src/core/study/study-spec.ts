import * as z from 'zod'
import { ArchitectureSpace } from '../search/architecture-space.ts'
import { TrainingSpec } from '../workload/training-spec.ts'

/**
 * What is compared with what; never mixed in one number. `same-chip`: every contender maps on the given chip. `co-explored`: every
 * contender also chooses its wafer, by the same outer search and without a cap on power. `capped`: the same under the study's caps.
 */
export const ledgers = ['same-chip', 'co-explored', 'capped'] as const
export type Ledger = (typeof ledgers)[number]

const positive = z.number().positive()
/** Every contender searches for a mapping on each of them. */
const MOST_WAFERS = 1000
const count = z.int().positive()
const name = z.string().min(1)
/** A name that is part of a file's. */
const fileName = z.string().regex(/^[a-z0-9][a-z0-9.-]*$/, 'lower-case letters, digits, dots and hyphens only')
const overlap = z.number().min(0).max(1)
const list = <Item extends z.ZodType>(item: Item) => z.array(item).min(1, 'an empty list; nothing would be run')
const { attention, globalBatch, sequenceLength, optimizerBytesPerParameter } = TrainingSpec.shape

/** A full product of settings, and who is run in each. Grids may meet: a case that several name is run once, for all they name. */
export const StudyGrid = z.strictObject({
  name,
  ledgers: list(z.enum(ledgers)).default(() => ['same-chip' as const]),
  models: list(name).describe("names as in 'tmac models', or model files beside the study"),
  chips: list(name).describe("names as in 'tmac chips', or chip files beside the study"),
  globalBatches: list(globalBatch),
  sequenceLengths: list(sequenceLength),
  attention: list(attention.unwrap()).default(() => ['flash' as const]),
  optimizerBytesPerParameter: list(optimizerBytesPerParameter.unwrap()).default(() => [18 as const]),
  seeds: list(z.int().nonnegative())
    .default(() => [1])
    .describe('of what our search draws at random'),
  overlaps: list(overlap)
    .optional()
    .describe(
      "shares of the communication that hide, under which everybody searches in place of the chip's own; such cases are in no number of the others"
    ),
  policies: z.array(name).describe("names as in 'tmac policies'"),
  ablations: z.array(name).default(() => [])
})
export type StudyGrid = z.output<typeof StudyGrid>

/** Which cases a measure looks at; what is left out is free. */
export const Where = z.strictObject({
  ledger: z.enum(ledgers).default('same-chip'),
  models: list(name).optional(),
  chips: list(name).optional(),
  globalBatches: list(count).optional(),
  sequenceLengths: list(count).optional(),
  attention: attention.unwrap().optional(),
  overlap: overlap
    .optional()
    .describe("cases searched under this share of hidden communication, not under the chip's own")
})
export type Where = z.output<typeof Where>

const where = Where.default(() => Where.parse({}))

/** A number that a study's results have or have not. */
export const Measure = z.discriminatedUnion('of', [
  z
    .strictObject({ of: z.literal('speedup'), over: list(name), where })
    .describe('geometric mean of our tokens/s over those of the best of these, in cases where one of them fits'),
  z
    .strictObject({
      of: z.literal('memory'),
      over: name,
      per: z.enum(['peak', 'mean', 'total']),
      unfit: z.boolean().default(false).describe('count attempts that do not fit, by the least they would need'),
      where
    })
    .describe('geometric mean of its memory over ours'),
  z
    .strictObject({ of: z.literal('unfit'), contender: name, where })
    .describe('share of cases in which it does not fit'),
  z
    .strictObject({ of: z.literal('loss'), ablation: name, where })
    .describe('geometric mean of its step time over that of the same search without the restriction'),
  z
    .strictObject({ of: z.literal('chip-gain'), contender: name, where })
    .describe('geometric mean of its tokens/s on the wafer it chose over those on the given chip'),
  z.strictObject({ of: z.literal('gap'), where }).describe('median of the certified gap'),
  z.strictObject({ of: z.literal('beaten'), where }).describe('share of cases in which any policy is faster than ours')
])
export type Measure = z.output<typeof Measure>

/** What is said before the study runs. */
export const Prediction = z
  .strictObject({
    name,
    statement: z.string().min(1),
    because: z.string().min(1),
    measure: Measure,
    atLeast: z.number().optional(),
    atMost: z.number().optional()
  })
  .refine(({ atLeast, atMost }) => atLeast !== undefined || atMost !== undefined, {
    error: 'a prediction that nothing could miss; give atLeast, atMost or both'
  })
  .refine(({ atLeast = -Infinity, atMost = Infinity }) => atLeast <= atMost, {
    error: 'atLeast is above atMost: nothing could meet it'
  })
export type Prediction = z.output<typeof Prediction>

/** A number that somebody published, and the contenders that it may have been measured against. */
export const PublishedClaim = z.strictObject({
  name: fileName.describe('of its figure, too'),
  title: z.string().min(1),
  source: z.string().min(1),
  value: positive,
  of: z.enum(['speed', 'memory']),
  over: list(name).describe('variants of the system it was measured against')
})
export type PublishedClaim = z.output<typeof PublishedClaim>

/** A study: cases, who is run in each, what was said before it ran, and whose claims it looks at. Schema `tmac.study/1`. */
export const StudySpec = z.strictObject({
  schema: z.literal('tmac.study/1'),
  name: fileName,
  title: z.string().min(1),
  question: z.string().default(''),
  grids: list(StudyGrid),
  reduced: list(StudyGrid).optional().describe("a smaller form of the grids, for '--reduced'"),
  outer: z
    .strictObject({
      space: z.union([ArchitectureSpace, z.literal('around')]).default('around'),
      wafers: count
        .max(MOST_WAFERS)
        .default(24)
        .describe(
          'wafers that every contender is tried on, drawn among those that can be built; three times as many it breeds from its best'
        )
    })
    .default({ space: 'around', wafers: 24 }),
  caps: z
    .strictObject({
      powerCap_W: positive.describe('of one wafer, at full rate and the low end of published energies'),
      costCap_usd: positive.optional(),
      leastYield: z.number().min(0).max(1).default(0).describe('share of wafers that work')
    })
    .optional()
    .describe("of the ledger 'capped'"),
  overlaps: z
    .array(overlap)
    .default(() => [0, 0.5, 1])
    .describe('shares of hidden communication at which every design is timed again, as it was found'),
  tuned: z
    .array(name)
    .default(() => [])
    .describe('who is meant by the best tuned baseline'),
  claims: z.array(PublishedClaim).default(() => []),
  predictions: z.array(Prediction).default(() => [])
})
export type StudySpec = z.output<typeof StudySpec>
