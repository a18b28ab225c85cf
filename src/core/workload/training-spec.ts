import * as z from 'zod'

/** A hundred times the largest batches that models are trained with; a simulation lists the micro-batches of a step one by one. */
const MOST_SEQUENCES = 2 ** 20

/** How the model is trained: what one optimiser step consists of. The micro-batch belongs to the mapping. */
export const TrainingSpec = z.strictObject({
  globalBatch: z.int().positive().max(MOST_SEQUENCES).describe('sequences per optimiser step'),
  sequenceLength: z.int().positive().describe('tokens per sequence'),
  attention: z
    .enum(['standard', 'flash'])
    .default('flash')
    .describe('standard stores the s x s scores; flash never does (2205.14135)'),
  precision: z.literal('bf16').default('bf16'),
  optimizerBytesPerParameter: z
    .literal([16, 18])
    .default(18)
    .describe('model state in bytes per parameter: 2 weight + 2 (or 4, fp32) gradient + 12 Adam')
})
export type TrainingSpecInput = z.input<typeof TrainingSpec>
export type TrainingSpec = z.output<typeof TrainingSpec>
