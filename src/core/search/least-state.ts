import type { MappingSpace } from '../mapping/mapping-space.ts'
import type { Machine } from '../simulator/machine.ts'
import { ADAM_BYTES, BYTES, gradientBytes, optimizerTraffic_B } from '../simulator/model-state.ts'
import type { Workload } from '../workload/workload.ts'
import type { OuterGenes } from './outer-genes.ts'

type StateGenes = Pick<OuterGenes, 'replicas' | 'expertParallel' | 'shape'>

const diesOf = ({ shape: { region } }: StateGenes): number => region.rows * region.columns

/** Of each class, what a layer's parameters come to: `dense` times those of its plain operators, `expert` times those of experts. */
const overParameters = ({ classes }: Workload, dense: number, expert: number): readonly number[] =>
  classes.map(({ steps }) =>
    steps
      .flatMap(({ main, before, after }) => [main, ...before, ...after])
      .reduce((sum, { experts, parameters }) => sum + parameters * (experts ? expert : dense), 0)
  )

/**
 * Least bytes of model state that a die has of one layer of each class: every weight is cut over the whole region, experts over their
 * replicas, too, and what ZeRO shares is there once among the replicas of a weight.
 */
export function leastState_B(
  workload: Workload,
  { zeroStages = [3] }: MappingSpace,
  genes: StateGenes
): readonly number[] {
  const { training } = workload
  const { replicas, expertParallel } = genes
  const level = Math.max(...zeroStages)
  const perParameter_B = (copies: number): number => {
    const shared = (bytes: number, from: number): number => (level >= from ? bytes / copies : bytes)
    return shared(BYTES, 3) + shared(gradientBytes(training), 2) + shared(ADAM_BYTES, 1)
  }
  const dies = diesOf(genes)
  return overParameters(
    workload,
    perParameter_B(replicas) / dies,
    perParameter_B(replicas / expertParallel) / (dies * expertParallel)
  )
}

/** Least seconds of the optimiser on one layer of each class: its traffic on all dies of all replicas. */
export function leastOptimizer_s(workload: Workload, { engine }: Machine, genes: StateGenes): readonly number[] {
  const perParameter_s =
    optimizerTraffic_B(workload.training) /
    (diesOf(genes) * genes.replicas * engine.memoryBandwidth_Bps * engine.memoryEfficiency)
  return overParameters(workload, perParameter_s, perParameter_s)
}
