import type { ChipSpec } from '../chip/chip-spec.ts'
import type { Mapping } from '../mapping/mapping.ts'
import type { KeptPoint } from '../search/exploration.ts'
import { keptPoint } from '../search/kept-point.ts'
import { evaluate } from '../simulator/evaluate.ts'
import { evaluateAt } from '../simulator/evaluate-level.ts'
import type { Evaluation } from '../simulator/evaluation.ts'
import { machineOf } from '../simulator/machine.ts'
import type { Workload } from '../workload/workload.ts'
import { diesUsedBy, memoryOf, type ContenderMetrics, type ContenderResult } from './case-result.ts'

/** What a contender chose, before it is judged. */
export interface Choice {
  readonly contender: string
  readonly source: string
  readonly label: string
  readonly chip: ChipSpec
  /** Undefined when it found none that fits. */
  readonly mapping: Mapping | undefined
  readonly failure: string | undefined
  /** Its attempt that needs least memory, when nothing fits. */
  readonly attempt: Evaluation | undefined
  readonly evaluations: number
  readonly took_s: number
}

function metricsOf(point: KeptPoint, workload: Workload, overlaps: readonly number[]): ContenderMetrics {
  const { evaluation, mapping, chip, area_mm2, cost_usd } = point
  const { time_s, iterationTime_s } = evaluation
  const share = (...parts: readonly number[]): number => parts.reduce((sum, part) => sum + part, 0) / iterationTime_s
  const closedForm_s = (overlap?: number): number =>
    evaluate(workload, machineOf(chip, overlap), mapping).iterationTime_s
  return {
    iterationTime_s,
    tokensPerSecond: evaluation.tokensPerSecond,
    mfu: evaluation.mfu,
    analyticTime_s: closedForm_s(),
    overlapTime_s: overlaps.map(closedForm_s),
    ...memoryOf(evaluation),
    diesUsed: diesUsedBy(evaluation),
    exposedCommunication: share(time_s.tensorCommunication, time_s.pipelineCommunication, time_s.dataCommunication),
    bubble: share(time_s.bubble),
    recompute: share(time_s.recompute),
    energyLow_J: evaluation.energy_J.low,
    energyHigh_J: evaluation.energy_J.high,
    powerHigh_W: evaluation.power_W.high,
    area_mm2,
    cost_usd
  }
}

/**
 * Judges a choice: the same simulator, event by event, for everybody. Links are left out of what is kept: chip and mapping give them
 * again.
 */
export function settle(
  { contender, source, label, chip, mapping, failure, attempt, evaluations, took_s }: Choice,
  workload: Workload,
  overlaps: readonly number[]
): { readonly result: ContenderResult; readonly point: KeptPoint | undefined } {
  if (!mapping)
    return {
      result: {
        contender,
        metrics: undefined,
        failure: failure ?? 'no mapping that fits was found',
        attempt: attempt && memoryOf(attempt),
        evaluations,
        took_s
      },
      point: undefined
    }
  const machine = machineOf(chip)
  const { links: _links, ...evaluation } = evaluateAt('event', workload, machine, mapping)
  const point = keptPoint(workload, machine, source, label, mapping, evaluation)
  const metrics = metricsOf(point, workload, overlaps)
  return { result: { contender, metrics, failure: undefined, attempt: undefined, evaluations, took_s }, point }
}
