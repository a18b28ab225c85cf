import { fitError, type FitError } from '../calibration/fit-error.ts'
import { chipPreset } from '../chip/chip-presets.ts'
import { mergeChip } from '../chip/merge-chip.ts'
import { strategyMapping } from '../mapping/strategy.ts'
import { evaluate } from '../simulator/evaluate.ts'
import { machineOf } from '../simulator/machine.ts'
import { TrainingSpec } from '../workload/training-spec.ts'
import { buildWorkload } from '../workload/workload.ts'
import { measured_s, publishedModel, type PublishedSet, type PublishedStep } from './published-steps.ts'

/** One published step beside what the simulator makes of it. */
export interface PublishedResult {
  readonly step: PublishedStep
  readonly measured_s: number
  readonly predicted_s: number
}

/** What the presets make of a set of published steps, its settings taken as published. */
export function predictPublished(set: PublishedSet): readonly PublishedResult[] {
  const { attention, optimizerBytesPerParameter } = set
  return set.rows.map((step) => {
    const { globalBatch, sequenceLength, devices, microBatch } = step
    const workload = buildWorkload(
      publishedModel(step.model),
      TrainingSpec.parse({ globalBatch, sequenceLength, attention, optimizerBytesPerParameter })
    )
    const chip = mergeChip(mergeChip(chipPreset(set.chip), set.change), {}, devices)
    const grid = { rows: 1, columns: devices, dies: devices }
    const mapping = strategyMapping(workload, grid, devices, step.strategy, { microBatch })
    const { iterationTime_s } = evaluate(workload, machineOf(chip), mapping)
    return { step, measured_s: measured_s(step), predicted_s: iterationTime_s }
  })
}

/** How far the predictions of some results are from their measurements. */
export const publishedError = (results: readonly PublishedResult[]): FitError =>
  fitError(results.map(({ measured_s: measured, predicted_s }) => Math.log(predicted_s / measured)))

/** Measured ways to run the same step on as many devices, and what following the prediction costs over the best of them. */
export interface PublishedChoice {
  readonly model: string
  readonly devices: number
  readonly ways: number
  readonly isBest: boolean
  readonly regret: number
}

/** The choices that a set leaves: steps of one model, batch and device count that differ in how they were run. */
export function publishedChoices(results: readonly PublishedResult[]): readonly PublishedChoice[] {
  const groups = new Map<string, PublishedResult[]>()
  for (const result of results) {
    const { model, devices, globalBatch, sequenceLength } = result.step
    const key = [model, devices, globalBatch, sequenceLength].join(' ')
    groups.set(key, [...(groups.get(key) ?? []), result])
  }
  return [...groups.values()]
    .filter((group) => group.length > 1)
    .map((group) => {
      const chosen = group.reduce((best, one) => (one.predicted_s < best.predicted_s ? one : best))
      const fastest = Math.min(...group.map(({ measured_s: measured }) => measured))
      const { model, devices } = chosen.step
      const regret = chosen.measured_s / fastest - 1
      return { model, devices, ways: group.length, isBest: regret === 0, regret }
    })
}
