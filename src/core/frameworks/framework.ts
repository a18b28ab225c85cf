import type { Mapping } from '../mapping/mapping.ts'
import type { Workload } from '../workload/workload.ts'
import type { Recomputation } from './recomputation.ts'

/** Frameworks that a design can be written for, as people write them. */
export const frameworkTitles = { megatron: 'Megatron-LM', deepspeed: 'DeepSpeed' } as const
export type FrameworkName = keyof typeof frameworkTitles
export const frameworkNames = Object.keys(frameworkTitles) as [FrameworkName, ...FrameworkName[]]

/** What of a step a framework can be told; the rest is lost on the way into it. */
export interface Framework {
  readonly name: FrameworkName
  /** Whether sequences of so many tokens can be cut over so many ranks, two of them or more (ring attention). */
  readonly cutsSequences: (sequenceLength: number, contextParallel: number) => boolean
  /** Whether the residual stream can be cut over the tensor-parallel ranks. */
  readonly sequenceParallel: boolean
  /** Whether stages can have model chunks in turn, and any number of layers each. */
  readonly interleaves: boolean
  readonly unequalStages: boolean
  /** Whether its collective library can be held to rings; without that the library chooses. */
  readonly ringsAlone: boolean
  /** The level of ZeRO nearest to one. */
  readonly zeroStage: (
    wanted: Mapping['zeroStage'],
    degrees: { readonly pipelineParallel: number; readonly tensorParallel: number }
  ) => Mapping['zeroStage']
  /** Everything that can be run again, the plainest first. @param layers most transformer layers of a model chunk */
  readonly recomputations: (workload: Workload, layers: number) => readonly Recomputation[]
}
