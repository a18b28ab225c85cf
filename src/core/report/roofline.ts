import type { Mapping } from '../mapping/mapping.ts'
import type { StepInsight } from '../simulator/insight/step-insight.ts'
import { executedShareOfFlash } from '../simulator/operator-cost.ts'
import type { Machine } from '../simulator/machine.ts'
import type { Workload } from '../workload/workload.ts'
import { operatorName } from './step-bars.ts'

/** An operator of one layer class and plan under the roofs of a die. */
export interface RooflinePoint {
  readonly name: string
  readonly op: string
  readonly layer: string
  /** FLOPs of matrix products for each byte of main memory. */
  readonly intensity: number
  /** FLOPs for each second that it computes. */
  readonly rate_flops: number
  /** Seconds of the step on one of the stages that run it. */
  readonly time_s: number
}

/** What no operator of a die passes. */
export interface Roofs {
  readonly peak_flops: number
  readonly bandwidth_Bps: number
}

export const roofsOf = ({ engine }: Machine): Roofs => ({
  peak_flops: engine.peak_flops,
  bandwidth_Bps: engine.memoryBandwidth_Bps
})

/**
 * Operators with matrix products, each plan's once. Recomputed products count as work and as time; of attention counts what a kernel
 * executes, not what the field books.
 */
export function rooflinePoints(
  insight: StepInsight,
  named: { readonly workload: Workload; readonly mapping: Mapping }
): readonly RooflinePoint[] {
  const { operators, stages } = insight
  const found = new Map<string, RooflinePoint>()
  for (let row = 0; row < operators.stage.length; row++) {
    if (operators.step[row]! < 0 || operators.matrixFlops[row] === 0) continue
    const { class: layer, plan } = named.mapping.stages[operators.stage[row]!]!.layers[operators.run[row]!]!
    const op = operatorName(insight, named, row)
    const name = `${op} (${plan})`
    if (found.has(name)) continue
    const isFlash = named.workload.training.attention === 'flash' && op === 'attention'
    const executed = isFlash ? executedShareOfFlash(operators.recompute_s[row]! > 0 ? 2 : 1) : 1
    const flops = executed * operators.matrixFlops[row]!
    const compute_s = operators.forward_s[row]! + operators.backward_s[row]! + operators.recompute_s[row]!
    found.set(name, {
      name,
      op,
      layer,
      intensity: flops / operators.memoryTraffic_B[row]!,
      rate_flops: flops / compute_s,
      time_s: stages.microBatches * operators.layers[row]! * compute_s
    })
  }
  return [...found.values()]
}
