import { drawDesigns } from '../../src/core/search/random-designs.ts'
import type { Design } from '../../src/core/simulator/design.ts'
import type { Machine } from '../../src/core/simulator/machine.ts'
import type { Workload } from '../../src/core/workload/workload.ts'

/** Legal designs drawn over the whole space, without interleaved chunks; every one is different and their cost models are fresh. */
export const randomDesigns = (
  workload: Workload,
  machine: Machine,
  count: number,
  seed: number,
  contexts = 40
): Design[] => drawDesigns(workload, machine, { count, seed, contexts }).map(({ design }) => design)
