import type { Workload } from '../workload/workload.ts'
import { forwardFlopsPerToken } from '../workload/workload.ts'
import type { Machine } from './machine.ts'
import { optimizerTraffic_B } from './model-state.ts'
import { CAUSAL_SHARE_OF_FLASH } from './operator-cost.ts'

const BACKWARD_PRODUCTS = 2
const FLASH_BACKWARD = 2.5

/** A lower bound and what it rests on. */
export interface Bound {
  readonly iterationTime_s: number
  readonly binding: string
}

/**
 * Cycles a product spends over those of its MACs at best: an output-stationary array fills and drains once per fold, least often
 * felt when the longest side is the reduction.
 */
function fillShare(machine: Machine, sides: readonly number[]): number {
  const { engine } = machine
  if (engine.arrays > 0) return 1 + (2 * engine.arrayRows + engine.arrayColumns - 2) / Math.max(...sides)
  return 1
}

/**
 * Seconds below which no mapping of the workload on the machine can come at any batch split: all products at array speed, all
 * elementwise traffic and the optimiser at full memory bandwidth, spread perfectly over all dies. No recomputation, no
 * communication, no bubble. Kept below every legal mapping by construction: each term is a minimum of one the simulator adds.
 */
export function stepBound(workload: Workload, machine: Machine): Bound {
  let perMachine = known.get(workload)
  if (!perMachine) known.set(workload, (perMachine = new WeakMap()))
  let bound = perMachine.get(machine)
  if (!bound) perMachine.set(machine, (bound = computeBound(workload, machine)))
  return bound
}

/** Bounds already worked out: every evaluation of the same pair reports the same one. */
const known = new WeakMap<Workload, WeakMap<Machine, Bound>>()

function computeBound(workload: Workload, machine: Machine): Bound {
  const { training } = workload
  const tokens = training.globalBatch * training.sequenceLength
  const bandwidth = machine.engine.memoryBandwidth_Bps * machine.engine.memoryEfficiency * machine.dies
  const speed = machine.engine.peak_flops * machine.engine.matrixEfficiency * machine.dies
  const flash = training.attention === 'flash'
  let arithmetic_s = 0
  let traffic_s = 0
  for (const index of workload.chain)
    for (const step of workload.classes[index]!.steps) {
      for (const operator of [...step.before, ...step.after])
        traffic_s += ((operator.forwardTraffic_B + operator.backwardTraffic_B) * tokens) / bandwidth
      const flops = forwardFlopsPerToken(step.main, training) * tokens
      if (step.main.kind === 'attention') {
        const share = flash ? CAUSAL_SHARE_OF_FLASH * (1 + FLASH_BACKWARD) : 1 + BACKWARD_PRODUCTS
        // Scores reduce over a head's width, their product with the values over the sequence; heads are never cut inside.
        const width = step.main.output / step.main.outputGranularity
        const fill = (fillShare(machine, [width]) + fillShare(machine, [training.sequenceLength])) / 2
        arithmetic_s += ((flops * share) / speed) * fill
        if (!flash) traffic_s += ((step.main.forwardTraffic_B + step.main.backwardTraffic_B) * tokens) / bandwidth
      } else if (flops > 0) {
        const { output, reduction } = step.main
        arithmetic_s +=
          (flops / speed) *
          (fillShare(machine, [reduction]) + fillShare(machine, [output]) + fillShare(machine, [tokens]))
      } else traffic_s += ((step.main.forwardTraffic_B + step.main.backwardTraffic_B) * tokens) / bandwidth
    }
  const optimizer_s = (optimizerTraffic_B(training) * workload.parameters) / bandwidth
  const parts = { compute: arithmetic_s, 'memory bandwidth': traffic_s, optimizer: optimizer_s }
  const binding = Object.entries(parts).sort(([, a], [, b]) => b - a)[0]![0]
  return { iterationTime_s: arithmetic_s + traffic_s + optimizer_s + machine.iterationOverhead_s, binding }
}
