import * as z from 'zod'
import { InputReference } from './input-reference.ts'

/** What a person sets before a search, kept as a document. */
export const SearchSpec = z.strictObject({
  model: InputReference,
  chip: InputReference,
  globalBatch: z.int().min(1).max(1_000_000),
  sequenceLength: z.int().min(1).max(10_000_000),
  objective: z.enum(['throughput', 'energy', 'throughput-per-watt', 'throughput-per-cost']),
  exploreWafers: z.boolean().describe('whether wafers around the chip are explored, too'),
  waivePowerCap: z.boolean(),
  budget_s: z
    .number()
    .min(1)
    .max(7 * 24 * 3600)
})
export type SearchSpec = z.output<typeof SearchSpec>
