import type { Mapping, Schedule } from './mapping.ts'

/** Whether a stage's first chunk is near the beginning of the model and its second one as near to the end, as the two arms of a V. */
export const foldsChain = ({ name }: Schedule): boolean => name === 'zb-v'

/** Layers of one run of a stage, or of the part of it that lies in one chunk. */
export interface ChainPiece {
  readonly stage: number
  /** Index among the stage's runs. */
  readonly run: number
  readonly layers: number
}

const isStack = (layerClass: string): boolean => layerClass === 'dense' || layerClass === 'moe'

/** The runs of a stage cut in the middle of its transformer layers; what is before the first of them goes down, what is behind the last up. */
function arms({ layers }: Mapping['stages'][number], stage: number): { down: ChainPiece[]; up: ChainPiece[] } {
  let left = layers.reduce((sum, run) => sum + (isStack(run.class) ? run.count : 0), 0) / 2
  const down: ChainPiece[] = []
  const up: ChainPiece[] = []
  for (const [run, { class: layerClass, count }] of layers.entries()) {
    const first = left <= 0 ? 0 : isStack(layerClass) ? Math.min(count, left) : count
    if (isStack(layerClass)) left -= first
    if (first > 0) down.push({ stage, run, layers: first })
    if (first < count) up.push({ stage, run, layers: count - first })
  }
  return { down, up }
}

/** The runs of all stages in the order in which a token meets them: stage after stage, or down the stages and back up for a V. */
export function chainPieces({ schedule, stages }: Pick<Mapping, 'schedule' | 'stages'>): readonly ChainPiece[] {
  if (!foldsChain(schedule))
    return stages.flatMap(({ layers }, stage) => layers.map(({ count }, run) => ({ stage, run, layers: count })))
  const folded = stages.map(arms)
  return [...folded.flatMap(({ down }) => down), ...folded.toReversed().flatMap(({ up }) => up)]
}

/** Which part of a model's stack of transformer layers a stage is given. */
export interface StageShare {
  readonly stage: number
  readonly stages: number
  /** Layers that the stages before have, and those with this one's. */
  readonly from: number
  readonly to: number
}

/**
 * The stretches [from, to) of the chain (embedding, layers, head) that are a stage's: one, or for a V the two of its arms, each with half of
 * the stage's layers.
 * @param chain length of the chain
 */
export function stretchesOf(
  schedule: Schedule,
  { stage, stages, from, to }: StageShare,
  chain: number
): readonly (readonly [from: number, to: number])[] {
  const first = stage === 0 ? 0 : 1
  if (!foldsChain(schedule)) return [[first && from + 1, stage === stages - 1 ? chain : to + 1]]
  return [
    [first && from / 2 + 1, to / 2 + 1],
    [chain - 1 - to / 2, stage === 0 ? chain : chain - 1 - from / 2]
  ]
}
