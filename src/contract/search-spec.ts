import * as z from 'zod'
import { ArchitectureSpace } from '../core/search/architecture-space.ts'
import { MappingSpace } from '../core/mapping/mapping-space.ts'
import { RobustSpec } from '../core/search/robust-spec.ts'
import { InputReference } from './input-reference.ts'

const WEEK_s = 7 * 24 * 3600

const globalBatch = z.int().min(1).max(1_000_000).describe('sequences per optimiser step')
const sequenceLength = z.int().min(1).max(10_000_000).describe('tokens per sequence')
const weight = z.number().positive().max(1_000_000)

/** A workload that the wafer is chosen for beside the first one of a search. */
export const OtherWorkload = z.strictObject({
  model: InputReference,
  globalBatch,
  sequenceLength,
  weight: weight.default(1).describe('how much it counts beside the others')
})
export type OtherWorkload = z.output<typeof OtherWorkload>

/** The most workloads of a search beside its first: each is searched for as thoroughly as one alone. */
export const MOST_OTHERS = 7

/** What a person sets before a search; kept in a project as a document. Schema `tmac.search/1`. */
export const SearchSpec = z.strictObject({
  schema: z.literal('tmac.search/1').default('tmac.search/1'),
  model: InputReference,
  chip: InputReference,
  defects: z
    .strictObject({ document: z.int().positive().describe('defect map of the project') })
    .optional()
    .describe('what is broken on the given wafer, which is then mapped as it is'),
  globalBatch,
  sequenceLength,
  weight: weight.optional().describe('how much the first workload counts beside the others; 1 unless given'),
  others: z
    .array(OtherWorkload)
    .min(1)
    .max(MOST_OTHERS)
    .optional()
    .describe('workloads beside the first: wafers are compared by the weighted geometric mean of what each reaches'),
  objective: z.enum(['throughput', 'energy', 'throughput-per-watt', 'throughput-per-cost']).default('throughput'),
  mapping: MappingSpace.prefault({}).describe('which mappings may be chosen; what is left out is free'),
  wafers: z
    .union([z.literal('around'), ArchitectureSpace, z.null()])
    .default('around')
    .describe("which wafers may be chosen: 'around' the given one, by named genes, or null for the given one alone"),
  robust: RobustSpec.optional().describe(
    'ranks the best explored wafers by what they reach however they turn out, in place of what they are meant to reach'
  ),
  powerCap_W: z.number().positive().nullable().optional().describe("null waives the chip's own cap"),
  costCap_usd: z.number().positive().optional(),
  policies: z
    .array(z.string().min(1).max(120))
    .optional()
    .describe('baselines to compare with; unless given, all but those that search for seconds themselves'),
  from: z
    .strictObject({ run: z.int().positive().describe('run of the project') })
    .optional()
    .describe('a run of the same model whose best designs the search knows from the beginning'),
  exact: z
    .boolean()
    .default(false)
    .describe(
      'prove the best mapping of the given chip in the space searched: minutes where it takes seconds to find it'
    ),
  budget_s: z.number().min(1).max(WEEK_s).nullable().default(20).describe('time limit; null runs to the end'),
  workers: z.int().min(1).max(64).optional().describe('threads; one per core unless given'),
  seed: z.int().min(0).max(0xffff_ffff).default(1)
})
export type SearchSpec = z.output<typeof SearchSpec>
export type SearchSpecInput = z.input<typeof SearchSpec>
