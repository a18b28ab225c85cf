import { byName } from '../by-name.ts'
import type { MappingSpaceInput } from '../mapping/mapping-space.ts'
import { tensorRoles } from '../mapping/strategy.ts'
import type { Machine } from '../simulator/machine.ts'
import type { Workload } from '../workload/workload.ts'
import type { ExplorationSpaceInput } from './exploration-space.ts'

/**
 * Our own search with one of its freedoms taken away, to see what that freedom is worth. Annealing stays in the space of a search that it
 * starts from, so an exploration of an ablated space keeps to it as long as no policies are compared, whose mappings lie outside.
 */
export interface Ablation {
  readonly name: string
  readonly title: string
  readonly takesAway: string
  readonly space: (workload: Workload, machine: Machine) => MappingSpaceInput
  /** What the exploration around the mapping search must leave out, too. */
  readonly exploration?: Pick<ExplorationSpaceInput, 'architecture' | 'sharedLinks'>
}

export const ablations: readonly Ablation[] = [
  {
    name: 'no-recompute-search',
    title: 'No search for recomputation',
    takesAway: 'the choice of stored tensors: no layer is recomputed, or every one',
    space: () => ({ recompute: 'model' })
  },
  {
    name: 'megatron-partition',
    title: "Megatron's partition only",
    takesAway:
      "the choice of roles: column- and row-parallel products, split heads, and the residual stream whole or cut by sequence, as Megatron's tensor and sequence parallelism have it",
    space: () => ({
      roles: Object.fromEntries(Object.entries(tensorRoles).map(([operator, role]) => [operator, [role]])),
      residual: ['replicated', 'sequence']
    })
  },
  {
    name: 'fixed-placement',
    title: 'Fixed placement',
    takesAway: 'the choice of places: the stages of one replica after the other in a snake over the grid',
    space: () => ({ placements: ['pipeline-first'] })
  },
  {
    name: 'fixed-architecture',
    title: 'Fixed architecture',
    takesAway: 'the choice of the wafer: the given one is mapped as it is',
    space: () => ({}),
    exploration: { architecture: null }
  },
  {
    name: 'no-contention',
    title: 'No contention in the search',
    takesAway: 'the second look at the finalists with transfers sharing the links: the best by closed forms is taken',
    space: () => ({}),
    exploration: { sharedLinks: false }
  },
  {
    name: 'ring-only',
    title: 'Ring collectives only',
    takesAway: 'the choice of collective algorithms: rings both ways round',
    space: () => ({ collectives: 'ring' })
  },
  {
    name: '1f1b-only',
    title: '1F1B only',
    takesAway: 'interleaved and zero-bubble schedules',
    space: () => ({ schedules: ['1f1b'] })
  },
  {
    name: 'no-zero',
    title: 'No sharded state',
    takesAway: 'ZeRO between replicas, and weights streamed around an axis, which is ZeRO-3 inside a region',
    space: () => ({ zeroStages: [0], streamed: false })
  }
]

/** @throws Problem `unknown-name` with the nearest name */
export const ablationNamed = (name: string): Ablation => byName(ablations, name, 'ablation', 'ablations')
