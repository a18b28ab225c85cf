import { placeWords } from '../format/place-words.ts'
import type { Mapping } from '../mapping/mapping.ts'
import { LAYOUT_CHANGE } from '../simulator/insight/operator-columns.ts'
import type { StepInsight } from '../simulator/insight/step-insight.ts'
import type { Workload } from '../workload/workload.ts'
import type { Selection } from './selection.ts'

/** Where the time of a step goes, in the order in which it is drawn. */
export const stepParts = [
  ['forward', 'Forward'],
  ['backward', 'Backward'],
  ['recompute', 'Recompute'],
  ['tensorCommunication', 'Tensor communication'],
  ['dataCommunication', 'Data communication'],
  ['pipelineCommunication', 'Pipeline communication'],
  ['bubble', 'Idle (bubble)'],
  ['other', 'Optimizer and other']
] as const
export type StepPart = (typeof stepParts)[number][0]
export type PartTimes_s = Readonly<Record<StepPart, number>>

export const stepGroupings = ['operator', 'layer', 'stage', 'die'] as const
export type StepGrouping = (typeof stepGroupings)[number]

/** Seconds of one optimiser step of something that a step is made of. */
export interface StepBar {
  readonly name: string
  readonly parts_s: PartTimes_s
  /** What choosing it selects. */
  readonly selection: Selection
}

const none: PartTimes_s = {
  forward: 0,
  backward: 0,
  recompute: 0,
  tensorCommunication: 0,
  dataCommunication: 0,
  pipelineCommunication: 0,
  bubble: 0,
  other: 0
}
const sumOf = (all: readonly PartTimes_s[]): PartTimes_s =>
  all.reduce(
    (sum, one) =>
      Object.fromEntries(stepParts.map(([part]) => [part, sum[part] + one[part]])) as unknown as PartTimes_s,
    none
  )
export const total_s = (parts: PartTimes_s): number => stepParts.reduce((sum, [part]) => sum + parts[part], 0)

/** Seconds of a step that a row of operators takes on its stage. */
function rowTimes_s({ operators, stages }: StepInsight, row: number): PartTimes_s {
  const layers = operators.layers[row]!
  const times = layers * stages.microBatches
  return {
    forward: times * operators.forward_s[row]!,
    backward: times * operators.backward_s[row]!,
    recompute: times * operators.recompute_s[row]!,
    tensorCommunication: times * operators.tensorCommunication_s[row]!,
    dataCommunication: times * operators.dataCommunication_s[row]!,
    pipelineCommunication: 0,
    bubble: 0,
    other: times * operators.offload_s[row]! + layers * operators.optimizer_s[row]!
  }
}

/** Seconds in which a stage is at no operator. */
const aroundTimes_s = ({ stages }: StepInsight, stage: number): PartTimes_s => ({
  ...none,
  pipelineCommunication: stages.transfers_s[stage]! + stages.fillTransfers_s,
  dataCommunication: stages.gradientSync_s[stage]! + stages.tiedSync_s,
  bubble: stages.idle_s[stage]!,
  other: stages.overhead_s
})

interface Named {
  readonly workload: Workload
  readonly mapping: Mapping
}

const layerOf = ({ workload, mapping }: Named, stage: number, run: number) => {
  const found = mapping.stages[stage]!.layers[run]!
  return { ...found, steps: workload.classes.find(({ name }) => name === found.class)!.steps }
}

/** Name of a row's operator. */
export function operatorName(insight: StepInsight, named: Named, row: number): string {
  const { operators } = insight
  const step = operators.step[row]!
  if (step < 0) return step === LAYOUT_CHANGE ? 'layout changes' : 'shared table'
  return layerOf(named, operators.stage[row]!, operators.run[row]!).steps[step]!.main.name
}

const rowsOf = ({ operators }: StepInsight, stage: number): readonly number[] =>
  Array.from(operators.stage.keys()).filter((row) => operators.stage[row] === stage)

/** Bars of one stage by some name of its rows, in the order in which the names come, then what is around the operators. */
function withinStage(insight: StepInsight, stage: number, of: (row: number) => Omit<StepBar, 'parts_s'>): StepBar[] {
  const found = new Map<string, StepBar>()
  for (const row of rowsOf(insight, stage)) {
    const bar = of(row)
    const before = found.get(bar.name)?.parts_s ?? none
    found.set(bar.name, { ...bar, parts_s: sumOf([before, rowTimes_s(insight, row)]) })
  }
  const around = { name: 'around the operators', parts_s: aroundTimes_s(insight, stage), selection: { stage } }
  return [...found.values(), around]
}

const wholeStage_s = (insight: StepInsight, stage: number): PartTimes_s =>
  sumOf([...rowsOf(insight, stage).map((row) => rowTimes_s(insight, row)), aroundTimes_s(insight, stage)])

/**
 * A step in bars. Operators and layers are those of one stage and sum to the step; every stage and every die is at something, or idle, for
 * the whole step.
 */
export function stepBars(insight: StepInsight, named: Named, grouping: StepGrouping, stage: number): StepBar[] {
  const { mapping } = named
  if (grouping === 'operator')
    return withinStage(insight, stage, (row) => {
      const op = operatorName(insight, named, row)
      return { name: op, selection: { stage, op } }
    })
  if (grouping === 'layer')
    return withinStage(insight, stage, (row) => {
      const run = insight.operators.run[row]!
      if (run < 0) return { name: 'between layers', selection: { stage } }
      const { count, class: layer, plan } = layerOf(named, stage, run)
      return { name: `${count} × ${layer} (${plan})`, selection: { stage, layer } }
    })
  const stages = mapping.stages.map((_stage, at) => wholeStage_s(insight, at))
  if (grouping === 'stage')
    return stages.map((parts_s, at) => ({ name: `stage ${at}`, parts_s, selection: { stage: at } }))
  const { rows, columns } = mapping.region
  return mapping.placement.flatMap((corners) =>
    corners.flatMap(([row, column], at) =>
      Array.from({ length: rows * columns }, (_, place): StepBar => {
        const die = [row + Math.floor(place / columns), column + (place % columns)] as const
        return { name: `${placeWords(die)} (stage ${at})`, parts_s: stages[at]!, selection: { stage: at, die } }
      })
    )
  )
}

/** How far bars are from the step that they are shares of: `whole` where each is a step of its own. */
export function unaccounted_s(bars: readonly StepBar[], grouping: StepGrouping, step_s: number): number {
  const totals = bars.map(({ parts_s }) => total_s(parts_s))
  if (grouping === 'operator' || grouping === 'layer') return step_s - totals.reduce((sum, value) => sum + value, 0)
  return totals.reduce((worst, value) => (Math.abs(step_s - value) > Math.abs(worst) ? step_s - value : worst), 0)
}

/** A part of an operator's time, as one that a person may want to make shorter. */
export interface Offender {
  readonly name: string
  readonly part: string
  readonly time_s: number
  readonly share: number
  readonly selection: Selection
}

/** What takes most of a step, the longest first. */
export const offenders = (bars: readonly StepBar[], step_s: number, most: number): readonly Offender[] =>
  bars
    .flatMap(({ name, parts_s, selection }) =>
      stepParts.map(([key, part]) => ({ name, part, time_s: parts_s[key], share: parts_s[key] / step_s, selection }))
    )
    .filter(({ time_s }) => time_s > 0)
    .sort((a, b) => b.time_s - a.time_s)
    .slice(0, most)
