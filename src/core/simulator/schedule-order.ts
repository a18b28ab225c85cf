import { chunksOf, unorderable } from '../mapping/schedule-fit.ts'
import type { Schedule } from '../mapping/mapping.ts'
import { Problem } from '../problem.ts'
import { splitsBackward } from './schedule.ts'
import { sequences } from './schedule-sequences.ts'
import { packTask, taskOf, type Task } from './schedule-tasks.ts'

/** A task and the stage that executes it. */
export interface PlacedTask {
  readonly stage: number
  readonly task: Task
}

/** The order in which each stage of a pipeline executes its tasks, packed as by {@link packTask}. */
export interface ScheduleOrder {
  readonly schedule: Schedule
  readonly stages: number
  readonly microBatches: number
  /** Chunks of the model on each stage. */
  readonly chunks: number
  /** Packed tasks by stage, in the order of execution. */
  readonly tasks: readonly Int32Array[]
}

type Shape = Pick<ScheduleOrder, 'schedule' | 'stages' | 'chunks'>

/**
 * Where a stage's chunk stands among all chunks of the model, from 0. Interleaving deals chunks to the stages round and round
 * (2104.04473 section 2.2); the V of `zb-v` goes down the stages with the first chunks and back up with the second (2401.10241 section 6).
 */
export const positionOf = ({ schedule, stages }: Shape, stage: number, chunk: number): number =>
  schedule.name === 'zb-v' && chunk === 1 ? 2 * stages - 1 - stage : chunk * stages + stage

/** The stage and chunk at a position among all chunks: {@link positionOf} read backwards. */
export function placeOf({ schedule, stages }: Shape, position: number): { stage: number; chunk: number } {
  const chunk = Math.floor(position / stages)
  const stage = position - chunk * stages
  return { chunk, stage: schedule.name === 'zb-v' && chunk === 1 ? stages - 1 - stage : stage }
}

/**
 * The order in which each stage executes its tasks.
 * @throws Problem `illegal-mapping` where the schedule has no order for so many stages and micro-batches: interleaving deals micro-batches
 * in groups of as many as there are stages
 */
export function orderOf(schedule: Schedule, stages: number, microBatches: number): ScheduleOrder {
  const chunks = chunksOf(schedule)
  const fault = unorderable(schedule, stages, microBatches)
  if (fault !== undefined) throw new Problem('illegal-mapping', fault, 'schedule')
  const perChunk = splitsBackward(schedule) ? 3 : 2
  const sequence = sequences[schedule.name === 'interleaved' && chunks === 1 ? '1f1b' : schedule.name]
  const tasks = Array.from({ length: stages }, (_, stage) => {
    const packed = new Int32Array(perChunk * chunks * microBatches)
    let length = 0
    sequence({ stage, stages, microBatches, chunks }, (kind, chunk, microBatch) => {
      packed[length++] = packTask({ chunks }, kind, chunk, microBatch)
    })
    return packed
  })
  return { schedule, stages, microBatches, chunks, tasks }
}

/**
 * The order of {@link orderOf} as readable tasks by stage.
 * @throws Problem `illegal-mapping` as {@link orderOf}
 */
export function tasksOf(schedule: Schedule, stages: number, microBatches: number): readonly (readonly Task[])[] {
  const order = orderOf(schedule, stages, microBatches)
  return order.tasks.map((packed) => Array.from(packed, (code) => taskOf(order, code)))
}

/**
 * The task, of this or another stage, whose result a task needs beside its stage being free; undefined for the first forward passes.
 * A forward pass needs that of the chunk before; a gradient that of the chunk behind, at the end of the model the forward pass itself; a
 * weight gradient the input gradient of its own chunk.
 */
export function dependsOn(shape: Shape, stage: number, task: Task): PlacedTask | undefined {
  const { microBatch, chunk } = task
  if (task.kind === 'weight-gradient') return { stage, task: { kind: 'input-gradient', microBatch, chunk } }
  const position = positionOf(shape, stage, chunk)
  if (task.kind === 'forward') {
    if (position === 0) return undefined
    const before = placeOf(shape, position - 1)
    return { stage: before.stage, task: { kind: 'forward', microBatch, chunk: before.chunk } }
  }
  if (position === shape.stages * shape.chunks - 1) return { stage, task: { kind: 'forward', microBatch, chunk } }
  const behind = placeOf(shape, position + 1)
  return { stage: behind.stage, task: { kind: task.kind, microBatch, chunk: behind.chunk } }
}
