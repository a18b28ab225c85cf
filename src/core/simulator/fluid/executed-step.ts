import type { Design } from '../design.ts'
import type { TimeBreakdown_s } from '../evaluation.ts'
import { fillTransfers_s, type StepFrame } from '../pipeline.ts'
import { BACKWARD_S, FORWARD_S, OPTIMIZER_S, PLAN_COLUMNS, RECOMPUTE_S } from '../plan-cost.ts'
import { PROGRAM_OF_KIND, type StageProgram } from '../program/stage-program.ts'
import { executeTasks } from '../schedule-execution.ts'
import { orderOf } from '../schedule-order.ts'
import { FORWARD, kindOf } from '../schedule-tasks.ts'
import type { SharedSynchronisation } from './shared-synchronisation.ts'
import { taskTime, type TaskPrices, type TaskTime } from './task-time.ts'

/**
 * The time of a step whose tasks, each as long as its compute and its own collectives make it, run in the order of the schedule; transfers,
 * gradients and weights run beside them as far as they hide.
 * @param prices seconds of communication, by stage
 * @returns the parts of the stage that stands still for the least time
 */
export function executedStep(
  design: Design,
  frame: StepFrame,
  stages: Float64Array,
  programs: readonly StageProgram[],
  prices: readonly TaskPrices[],
  synchronisation: SharedSynchronisation
): TimeBreakdown_s {
  const { overlap, gradientOverlap, microBatches, schedule } = frame
  const order = orderOf(schedule, design.stages.length, microBatches)
  const tasks = programs.map((program, stage) =>
    PROGRAM_OF_KIND.map((part) => program[part].map((segments) => taskTime(segments, prices[stage]!, overlap)))
  )
  const run = (gathered_s: readonly number[]) =>
    executeTasks(order, {
      boundaries_s: frame.boundaries_s,
      wrapAround_s: frame.wrapAround_s,
      waitedShare: 1 - overlap,
      queues: true,
      task_s(kind, stage, chunk, microBatch) {
        const { time_s } = tasks[stage]![kind]![chunk]!
        return kind === FORWARD && microBatch === 0 ? Math.max(time_s, gathered_s[stage]!) : time_s
      }
    })
  // The first forward pass of a chunk ends no sooner than its weights are there, which are gathered from its start on.
  const ungathered = run(programs.map(() => 0))
  const gathered_s = synchronisation.gathered_s(order, ungathered, gradientOverlap)
  const execution = gathered_s.some((time) => time > 0) ? run(gathered_s) : ungathered
  const done_s = synchronisation.done_s(order, execution, gradientOverlap, frame.tiedShard_B)
  const end_s = done_s.reduce((last, end) => Math.max(last, end), 0)

  const at = (stage: number, column: number): number => stages[stage * PLAN_COLUMNS + column]!
  const kinds = [...new Set(Array.from(order.tasks[0]!, kindOf))]
  /** Of all tasks of a stage in a step. */
  const all = (stage: number, of: keyof TaskTime): number =>
    kinds.reduce((sum, kind) => sum + tasks[stage]![kind]!.reduce((some, task) => some + microBatches * task[of], 0), 0)
  const ways = programs.map((_program, stage) => {
    const [starts, ends] = [execution.start_s[stage]!, execution.end_s[stage]!]
    const busy_s = ends.reduce((sum, end, index) => sum + end - starts[index]!, 0)
    const gathering_s = tasks[stage]![FORWARD]!.reduce(
      (sum, { time_s }) => sum + Math.max(0, gathered_s[stage]! - time_s),
      0
    )
    const optimizer_s = at(stage, OPTIMIZER_S)
    return {
      stage,
      sending_s: Math.max(0, busy_s - gathering_s - all(stage, 'time_s')),
      synchronisation_s: gathering_s + done_s[stage]! - ends.at(-1)! - optimizer_s,
      idle_s: end_s - done_s[stage]! + ends.at(-1)! - busy_s
    }
  })
  const { stage, sending_s, synchronisation_s, idle_s } = ways.reduce((least, one) =>
    one.idle_s < least.idle_s ? one : least
  )
  const known = {
    compute: microBatches * (at(stage, FORWARD_S) + at(stage, BACKWARD_S)),
    recompute: microBatches * at(stage, RECOMPUTE_S),
    tensorCommunication: all(stage, 'tensor_s'),
    pipelineCommunication: sending_s + Math.min(Math.max(0, idle_s), fillTransfers_s(frame)),
    dataCommunication: all(stage, 'data_s') + synchronisation_s,
    optimizer: at(stage, OPTIMIZER_S),
    other: all(stage, 'offload_s') + frame.iterationOverhead_s
  }
  const time_s = end_s + frame.iterationOverhead_s
  // What is left; rounding must not make it negative.
  const bubble = Math.max(0, time_s - Object.values(known).reduce((sum, part) => sum + part, 0))
  return { ...known, bubble }
}
