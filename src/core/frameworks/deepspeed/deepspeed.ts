import type { Framework } from '../framework.ts'

/** What DeepSpeed's configuration can be told (deepspeed.ai/docs/config-json). */
export const deepspeed: Framework = {
  name: 'deepspeed',
  cutsSequences: () => false,
  sequenceParallel: false,
  interleaves: false,
  unequalStages: false,
  ringsAlone: false,
  // A pipeline shards the optimiser alone; automatic tensor parallelism goes with levels up to 2.
  zeroStage: (wanted, { pipelineParallel, tensorParallel }) => {
    if (pipelineParallel > 1) return wanted > 1 ? 1 : wanted
    return tensorParallel > 1 && wanted > 2 ? 2 : wanted
  },
  recomputations: () => [{ kind: 'none' }, { kind: 'all-layers' }]
}
