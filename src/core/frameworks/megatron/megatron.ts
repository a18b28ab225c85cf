import type { Framework } from '../framework.ts'
import { modulesOf, type Recomputation, type RecomputeModule } from '../recomputation.ts'

/** Numbers of first layers that are tried, at most: between them the step changes little. */
const MOST_FIRST_LAYERS = 16

/** Every choice of some of the modules. */
const choicesOf = (modules: readonly RecomputeModule[]): readonly (readonly RecomputeModule[])[] =>
  modules
    .reduce<(readonly RecomputeModule[])[]>((sets, module) => [...sets, ...sets.map((set) => [...set, module])], [[]])
    .filter((set) => set.length > 0)
    .sort((a, b) => a.length - b.length)

/** What Megatron-LM can be told (github.com/NVIDIA/Megatron-LM, megatron/training/arguments.py). */
export const megatron: Framework = {
  name: 'megatron',
  // Each rank has an early and a late part of a sequence, so that causal attention is the same work for all.
  cutsSequences: (sequenceLength, contextParallel) => sequenceLength % (2 * contextParallel) === 0,
  sequenceParallel: true,
  interleaves: true,
  unequalStages: true,
  ringsAlone: true,
  // Gradients and weights are sharded by Megatron-FSDP, which knows no pipeline.
  zeroStage: (wanted, { pipelineParallel }) => (wanted > 1 && pipelineParallel > 1 ? 1 : wanted),
  recomputations: (workload, layers) => {
    const step = Math.max(1, Math.ceil((layers - 1) / MOST_FIRST_LAYERS))
    const counts = Array.from({ length: Math.max(0, layers - 1) }, (_, index) => index + 1)
    return [
      { kind: 'none' },
      { kind: 'all-layers' },
      ...choicesOf(modulesOf(workload)).map((modules): Recomputation => ({ kind: 'modules', modules })),
      ...counts
        .filter((count) => count % step === 0)
        .map((count): Recomputation => ({ kind: 'first-layers', layers: count }))
    ]
  }
}
