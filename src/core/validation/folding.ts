import { chipPreset } from '../chip/chip-presets.ts'
import { mergeChip } from '../chip/merge-chip.ts'
import { Strategy, strategyMapping, type StrategyInput } from '../mapping/strategy.ts'
import { cell, columns, type Table } from '../report/document.ts'
import { designOf, fillStages } from '../simulator/design.ts'
import { simulateEvents, type EventOptions, type EventStep } from '../simulator/event/event-step.ts'
import { networkOf } from '../simulator/evaluate-level.ts'
import { machineOf, type Machine } from '../simulator/machine.ts'
import { PLAN_COLUMNS } from '../simulator/plan-cost.ts'
import { modelPreset } from '../workload/model-presets.ts'
import { TrainingSpec } from '../workload/training-spec.ts'
import { buildWorkload } from '../workload/workload.ts'

const two = (value: number): string => String(Number(value.toPrecision(3)))

/** A GPT-3 175B step on a machine, ready to be simulated; every run begins with nothing known. */
function gpt3Step(
  machine: Machine,
  globalBatch: number,
  strategy: StrategyInput
): (options: EventOptions) => EventStep {
  const training = TrainingSpec.parse({ globalBatch, sequenceLength: 2048, attention: 'flash' })
  const workload = buildWorkload(modelPreset('gpt3-175b').spec, training)
  const grid = { rows: machine.gridRows, columns: machine.gridColumns, dies: machine.dies }
  const mapping = strategyMapping(workload, grid, machine.dies, Strategy.parse(strategy), { microBatch: 1 })
  const design = designOf(workload, machine, mapping)
  const stages = new Float64Array(design.stages.length * PLAN_COLUMNS)
  fillStages(design, new Float64Array(design.plans.length * PLAN_COLUMNS), stages)
  return (options) => simulateEvents(networkOf(machine.chip), machine, design, mapping, stages, options)
}

const wafer = machineOf(chipPreset('watos-56'))
const cluster = machineOf(mergeChip(chipPreset('a100-80gb'), { devices: 3072 }))
const onWafer = { pipelineParallel: 7, sequenceParallel: true } as const

/** The step and what it is simulated with, the whole of it first where it is worth waiting for. */
const cases: readonly {
  readonly name: string
  readonly step: ReturnType<typeof gpt3Step>
  readonly runs: readonly EventOptions[]
}[] = [
  {
    name: '56 dies, 7 stages of 8, 128 micro-batches',
    step: gpt3Step(wafer, 128, { ...onWafer, tensorParallel: 8 }),
    runs: [{ everyDie: true, unfolded: true }, { everyDie: true }, { resolution: 'region' }, { everyDie: false }]
  },
  {
    name: '56 dies, one stage of 8, 7 replicas, 2 micro-batches',
    step: gpt3Step(wafer, 14, { sequenceParallel: true, tensorParallel: 8 }),
    runs: [{ everyDie: true, unfolded: true }, { everyDie: true }, { resolution: 'region' }]
  },
  {
    name: '56 dies, 7 stages of 4, 2 replicas, ZeRO-3, 128 micro-batches',
    step: gpt3Step(wafer, 256, { ...onWafer, tensorParallel: 4, zeroStage: 3 }),
    runs: [{ everyDie: true, unfolded: true }, { everyDie: true }, { resolution: 'region' }, { everyDie: false }]
  },
  {
    name: '3,072 devices, 8 stages of 8, 48 replicas, 32 micro-batches',
    step: gpt3Step(cluster, 1536, { pipelineParallel: 8, tensorParallel: 8, zeroStage: 1, sequenceParallel: true }),
    runs: [{ resolution: 'region', unfolded: true }, { resolution: 'region' }, { everyDie: false }]
  }
]

/**
 * Seconds of whole steps at the event level, and what folding saves and costs.
 * @param now_s a clock
 */
export function foldingTable(now_s: () => number): Table {
  return {
    caption: 'GPT-3 175B at the event level: each first run folds least, the others are compared with it',
    columns: columns(
      'Step',
      'Actors',
      'Micro-batches folded',
      'Passes through layers folded',
      'Seconds',
      'Speed-up',
      'Step time',
      'Error'
    ),
    rows: cases.flatMap(({ name, step, runs }) => {
      const done = runs.map((options) => {
        const before_s = now_s()
        const result = step(options)
        return { result, seconds: now_s() - before_s }
      })
      const { result: whole, seconds: longest } = done[0]!
      return done.map(({ result, seconds }) => [
        cell(name),
        cell(result.resolution),
        cell(String(result.foldedMicroBatches)),
        cell(String(result.foldedLayers)),
        cell(two(seconds)),
        cell(`${two(longest / seconds)}x`),
        cell(`${result.time_s.toPrecision(6)} s`),
        cell(`${two(100 * (result.time_s / whole.time_s - 1))}%`)
      ])
    })
  }
}
