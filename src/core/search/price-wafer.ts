import type { WaferChipSpec } from '../chip/chip-spec.ts'
import type { Mapping } from '../mapping/mapping.ts'
import { machineOf } from '../simulator/machine.ts'
import { buildWorkload } from '../workload/workload.ts'
import { goalOf } from './goal.ts'
import { warmStart } from './known-mappings.ts'
import { QUICK } from './effort.ts'
import { searchMapping } from './mapping-search.ts'
import type { TaskFrame } from './tasks.ts'

/** What a mapping and what is searched from it reach on a wafer; undefined where nothing fits. */
export interface PricedWafer {
  readonly kept_tokensPerSecond?: number
  readonly remapped_tokensPerSecond?: number
  readonly combinations: number
}

/** Prices one wafer beside another: what its neighbour's mapping reaches on it, and the quick search that starts there. */
export function priceWafer(
  frame: TaskFrame,
  chip: WaferChipSpec,
  mapping: Mapping,
  goesOn: () => boolean
): PricedWafer {
  const workload = buildWorkload(frame.model, frame.training)
  const machine = machineOf(chip, frame.space.overlap)
  const goal = goalOf(frame.objective, machine)
  const tokens = frame.training.globalBatch * frame.training.sequenceLength
  const start = warmStart(workload, machine, chip, [mapping], goal)
  const found = searchMapping(workload, machine, {
    space: frame.space.mapping,
    effort: QUICK,
    goal,
    onProgress: goesOn,
    ...(start && { incumbent_s: start.cost_s })
  })
  const best = found.best ?? start
  return {
    ...(start && { kept_tokensPerSecond: tokens / start.iterationTime_s }),
    ...(best && { remapped_tokensPerSecond: tokens / best.iterationTime_s }),
    combinations: found.solved
  }
}
