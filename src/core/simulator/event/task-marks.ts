import type { ScheduleOrder } from '../schedule-order.ts'
import { BACKWARD, FORWARD, WEIGHT_GRADIENT, chunkOf, kindOf } from '../schedule-tasks.ts'

/** The first forward pass of a chunk, which waits for its weights, and the last task that adds to its gradients. */
export const FIRST = 1
export const LAST = 2

/** Which tasks of a stage are {@link FIRST} or {@link LAST} of a chunk, in the order of its tasks; 0 for all others. */
export function marksOf(order: ScheduleOrder, tasks: Int32Array): Uint8Array {
  const marks = new Uint8Array(tasks.length)
  for (let chunk = 0; chunk < order.chunks; chunk++) {
    const isFirst = (packed: number): boolean => kindOf(packed) === FORWARD && chunkOf(order, packed) === chunk
    const isLast = (packed: number): boolean =>
      (kindOf(packed) === BACKWARD || kindOf(packed) === WEIGHT_GRADIENT) && chunkOf(order, packed) === chunk
    marks[tasks.findIndex(isFirst)]! |= FIRST
    marks[tasks.findLastIndex(isLast)]! |= LAST
  }
  return marks
}
