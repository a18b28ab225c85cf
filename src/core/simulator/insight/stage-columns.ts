import type { Design } from '../design.ts'
import * as pipeline from '../pipeline.ts'
import type { StepFrame } from '../pipeline.ts'
import * as plan from '../plan-cost.ts'

/** What of a step is no operator's: where each stage waits, and what the step as a whole adds. */
export interface StageColumns {
  readonly microBatches: number
  /** The stage whose work decides how long the step is. */
  readonly criticalStage: number
  /** Seconds of a step by stage: exposed transfers of all micro-batches, exposed gradient synchronisation, and the optimiser. */
  readonly transfers_s: Float64Array
  readonly gradientSync_s: Float64Array
  readonly optimizer_s: Float64Array
  /** Seconds in which a stage has nothing to do: fill, drain, and waiting for slower stages. */
  readonly idle_s: Float64Array
  /** Once a step, for all stages: transfers while the pipeline fills and drains, the table that both ends hold, and the fixed overhead. */
  readonly fillTransfers_s: number
  readonly tiedSync_s: number
  readonly overhead_s: number
  /** Of the recurrence: the closed-form sum, of which every stage's parts are shares. */
  readonly step_s: number
}

/** The parts of a step around the operators, stage by stage: with the operators' own time they sum to the step on every stage. */
export function stageColumns(design: Design, frame: StepFrame, stages: Float64Array): StageColumns {
  const count = design.stages.length
  const step = new Float64Array(pipeline.STEP_COLUMNS)
  pipeline.simulateStep(frame, stages, count, step)
  const step_s = step[pipeline.TIME_S]!
  const fillTransfers_s = pipeline.fillTransfers_s(frame)
  const shared_s = fillTransfers_s + frame.tiedSync_s + frame.iterationOverhead_s
  const at = (stage: number): number => stage * plan.PLAN_COLUMNS
  const time = (stage: number): number => plan.microBatch_s(stages, at(stage))
  const column = (of: (stage: number) => number): Float64Array =>
    Float64Array.from({ length: count }, (_, stage) => of(stage))
  const transfers_s = column((stage) => frame.microBatches * pipeline.exposedTransfer_s(frame, stage, time(stage)))
  const gradientSync_s = column((stage) =>
    pipeline.exposedSync_s(stages[at(stage) + plan.GRADIENT_SYNC_S]!, time(stage), frame.gradientOverlap)
  )
  const optimizer_s = column((stage) => stages[at(stage) + plan.OPTIMIZER_S]!)
  return {
    microBatches: frame.microBatches,
    criticalStage: step[pipeline.CRITICAL_STAGE]!,
    transfers_s,
    gradientSync_s,
    optimizer_s,
    idle_s: column((stage) => {
      const busy_s =
        frame.microBatches * time(stage) + transfers_s[stage]! + gradientSync_s[stage]! + optimizer_s[stage]!
      return Math.max(0, step_s - shared_s - busy_s)
    }),
    fillTransfers_s,
    tiedSync_s: frame.tiedSync_s,
    overhead_s: frame.iterationOverhead_s,
    step_s
  }
}
