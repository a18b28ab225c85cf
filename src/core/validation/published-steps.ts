import * as z from 'zod'
import file from '../../../resources/validation/published-steps.json' with { type: 'json' }
import { Strategy } from '../mapping/strategy.ts'
import { parseInput } from '../problem.ts'
import { ModelSpec } from '../workload/model-spec.ts'
import { TrainingSpec } from '../workload/training-spec.ts'

const count = z.int().positive()
const positive = z.number().positive()

/** One measured training step: what was trained how, and one of the ways in which its time was published. */
const PublishedStep = z
  .strictObject({
    model: z.string(),
    devices: count,
    globalBatch: count,
    microBatch: count,
    sequenceLength: count,
    strategy: Strategy,
    step_s: positive.optional(),
    tokensPerS: positive.optional().describe('all devices together'),
    tokensPerSAndDevice: positive.optional(),
    executedFlopsPerDevice: positive
      .optional()
      .describe('as 2104.04473 equation 3 counts them, one recomputed forward pass included')
  })
  .refine(
    ({ step_s, tokensPerS, tokensPerSAndDevice, executedFlopsPerDevice }) =>
      [step_s, tokensPerS, tokensPerSAndDevice, executedFlopsPerDevice].filter((value) => value !== undefined)
        .length === 1,
    'a step has one published time'
  )

const PublishedSet = z.strictObject({
  id: z.string(),
  title: z.string(),
  group: z.enum(['megatron', 'fsdp', 'nemo', 'zero-3 of 2021']).describe('software whose errors are told together'),
  chip: z.string(),
  change: z.unknown().optional().describe('where the measured machine differs from the preset, as published'),
  source: z.string(),
  mark: z.enum(['R', 'M']).describe('read in the source, or known from it'),
  settings: z.string().describe('where the settings come from'),
  notes: z.string().optional(),
  attention: TrainingSpec.shape.attention,
  optimizerBytesPerParameter: TrainingSpec.shape.optimizerBytesPerParameter,
  rows: z.array(PublishedStep).min(1)
})

const PublishedFile = z.strictObject({
  schema: z.literal('tmac.published-steps/1'),
  models: z.array(ModelSpec),
  sets: z.array(PublishedSet)
})

export type PublishedStep = z.output<typeof PublishedStep>
export type PublishedSet = z.output<typeof PublishedSet>

const { models, sets } = parseInput(PublishedFile, file, 'published steps')

/** Published training steps that no constant of a preset was fitted to, with their settings and sources. */
export const publishedSets: readonly PublishedSet[] = sets

/** The model of a published step. */
export const publishedModel = (name: string): ModelSpec => models.find((model) => model.name === name)!

/** Forward and backward FLOPs of a step with every layer run again, as 2104.04473 equation 3 has them. */
function recomputedFlops(model: ModelSpec, { globalBatch, sequenceLength: s }: PublishedStep): number {
  const { layers, hidden, vocabulary } = model
  const parts = 1 + s / (6 * hidden) + vocabulary / (16 * layers * hidden)
  return 96 * globalBatch * s * layers * hidden ** 2 * parts
}

/** Seconds of a published step, however its time was published. */
export function measured_s(step: PublishedStep): number {
  const tokens = step.globalBatch * step.sequenceLength
  if (step.step_s !== undefined) return step.step_s
  if (step.tokensPerS !== undefined) return tokens / step.tokensPerS
  if (step.tokensPerSAndDevice !== undefined) return tokens / step.tokensPerSAndDevice / step.devices
  return recomputedFlops(publishedModel(step.model), step) / step.devices / step.executedFlopsPerDevice!
}
