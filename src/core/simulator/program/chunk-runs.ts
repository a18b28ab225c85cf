import { chunksOf } from '../../mapping/schedule-fit.ts'
import { foldsChain } from '../../mapping/chain-order.ts'
import type { CodedRun, Design } from '../design.ts'
import type { StepOperations } from '../step-operations.ts'

/** A run of equal layers of a chunk, and what brings the residual stream into its layout, where the layers before have another. */
export interface ChunkRun extends CodedRun {
  readonly handOver: StepOperations | undefined
}

/** Cuts the runs of a stage into chunks of equally many layers of the stack; the two ends of the chain go with their neighbours. */
function cut(design: Design, stage: number, chunks: number): readonly (readonly CodedRun[])[] {
  const { classes } = design.model.context.workload
  const runs = design.stages[stage]!
  const isStack = ({ plan }: CodedRun): boolean => classes[design.plans[plan]!.layerClass]!.hasAttention
  const stack = runs.reduce((sum, run) => sum + (isStack(run) ? run.layers : 0), 0)
  const made: CodedRun[][] = Array.from({ length: chunks }, () => [])
  let done = 0
  for (const run of runs) {
    if (!isStack(run)) {
      made[done === 0 ? 0 : chunks - 1]!.push(run)
      continue
    }
    for (let left = run.layers; left > 0;) {
      const chunk = Math.floor((done * chunks) / stack)
      const layers = Math.min(left, Math.ceil(((chunk + 1) * stack) / chunks) - done)
      made[chunk]!.push({ plan: run.plan, layers })
      left -= layers
      done += layers
    }
  }
  return made
}

/**
 * Layers by stage and chunk, with the changes of layout between them; a V meets its stages down and back up, all others one after another,
 * as `fillStages` prices them.
 */
export function chunkRuns(design: Design): readonly (readonly (readonly ChunkRun[])[])[] {
  const { schedule } = design.frame
  const chunks = chunksOf(schedule)
  let residual = -1
  const withHandOver = (run: CodedRun): ChunkRun => {
    const next = design.plans[run.plan]!.residual
    const changes = residual >= 0 && residual !== next
    const handOver = changes ? design.model.reshardingOperations(residual, next) : undefined
    residual = next
    return { ...run, handOver }
  }
  const stages = design.stages.map((_runs, stage) => cut(design, stage, chunks))
  if (!foldsChain(schedule)) return stages.map((some) => some.map((runs) => runs.map(withHandOver)))
  const down = stages.map(([first]) => first!.map(withHandOver))
  const up = stages
    .toReversed()
    .map(([, second]) => second!.map(withHandOver))
    .toReversed()
  return stages.map((_some, stage) => [down[stage]!, up[stage]!])
}
