import { cell, columns, type Table } from '../report/document.ts'
import { formatShare, formatTime_s } from '../format/format-quantity.ts'
import { publishedChoices, publishedError, type PublishedResult } from './published-errors.ts'
import type { PublishedSet, PublishedStep } from './published-steps.ts'

/** A published set with its predictions. */
export interface PredictedSet {
  readonly set: PublishedSet
  readonly results: readonly PublishedResult[]
}

const signed = (share: number): string => `${share >= 0 ? '+' : '−'}${formatShare(Math.abs(share))}`

/** How a step was run, in the words of its strategy. */
function how({ strategy, microBatch }: PublishedStep): string {
  const degrees = [
    ['tensor', strategy.tensorParallel],
    ['context', strategy.contextParallel],
    ['pipeline', strategy.pipelineParallel],
    ['chunks', strategy.virtualStages]
  ] as const
  return [
    ...degrees.flatMap(([name, degree]) => (degree > 1 ? [`${name} ${degree}`] : [])),
    ...(strategy.zeroStage > 0 ? [`ZeRO-${strategy.zeroStage}`] : []),
    ...(strategy.recompute === 'none' ? [] : [`${strategy.recompute} recomputation`]),
    `micro-batch ${microBatch}`
  ].join(', ')
}

/** Errors by set: where it comes from and how far off the presets are. */
export const publishedSetTable = (sets: readonly PredictedSet[]): Table => ({
  caption: 'Published training steps that nothing was fitted to',
  columns: columns('Steps', 'Preset', '#Rows', '#Mean', '#Worst', '#Bias', 'Source', 'Settings'),
  rows: sets.map(({ set, results }) => {
    const { rows, mean, worst, bias } = publishedError(results)
    return [
      cell(set.title),
      cell(set.chip),
      cell(String(rows)),
      cell(formatShare(mean)),
      cell(formatShare(worst)),
      cell(signed(bias)),
      cell(`${set.source} (${set.mark})`),
      cell(set.notes ? `${set.settings}. ${set.notes}` : set.settings)
    ]
  })
})

/** Every step: measured, predicted, error. */
export const publishedStepTable = (sets: readonly PredictedSet[]): Table => ({
  caption: 'Each of these steps',
  columns: columns('Preset', 'Model', '#Devices', '#Tokens', 'How', '#Measured', '#Predicted', '#Error'),
  rows: sets.flatMap(({ set, results }) =>
    results.map(({ step, measured_s, predicted_s }) => [
      cell(set.chip),
      cell(step.model),
      cell(String(step.devices)),
      cell(String(step.sequenceLength)),
      cell(how(step)),
      cell(formatTime_s(measured_s)),
      cell(formatTime_s(predicted_s)),
      cell(signed(predicted_s / measured_s - 1))
    ])
  )
})

/** Whether the presets pick the way that was measured to be fastest. */
export const publishedChoiceTable = (sets: readonly PredictedSet[]): Table => ({
  caption: 'One step run in several ways: whether the prediction picks the fastest, and what following it costs',
  columns: columns('Model', '#Devices', '#Ways', 'Picks the fastest', '#Regret'),
  rows: sets.flatMap(({ results }) =>
    publishedChoices(results).map(({ model, devices, ways, isBest, regret }) => [
      cell(model),
      cell(String(devices)),
      cell(String(ways)),
      cell(isBest ? 'yes' : 'no'),
      cell(formatShare(regret))
    ])
  )
})
