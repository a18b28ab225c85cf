/**
 * What a stage does with one chunk of one micro-batch. Zero-bubble schedules split the backward pass into the gradient of the input, for
 * which the stage before waits, and the gradient of the weights, for which nobody waits (2401.10241 section 2); others do both in one task.
 */
export type TaskKind = 'forward' | 'backward' | 'input-gradient' | 'weight-gradient'

/** One task of a stage; `chunk` counts the stage's own chunks from 0 in the order in which a token meets them. */
export interface Task {
  readonly kind: TaskKind
  readonly microBatch: number
  readonly chunk: number
}

/** Kinds by the number that stands for them in a packed task. */
export const taskKinds: readonly TaskKind[] = ['forward', 'backward', 'input-gradient', 'weight-gradient']
export const FORWARD = 0
export const BACKWARD = 1
export const INPUT_GRADIENT = 2
export const WEIGHT_GRADIENT = 3

/** What of an order says how its tasks are packed. */
interface Packing {
  /** Chunks of the model on each stage. */
  readonly chunks: number
}

/** A task as one whole number: `(microBatch x chunks + chunk) x 4 + kind`. */
export const packTask = ({ chunks }: Packing, kind: number, chunk: number, microBatch: number): number =>
  (microBatch * chunks + chunk) * taskKinds.length + kind

/** Number of the kind of a packed task. */
export const kindOf = (packed: number): number => packed % taskKinds.length
export const chunkOf = ({ chunks }: Packing, packed: number): number => Math.floor(packed / taskKinds.length) % chunks
export const microBatchOf = ({ chunks }: Packing, packed: number): number =>
  Math.floor(packed / (taskKinds.length * chunks))

/** Reads a packed task. */
export const taskOf = (packing: Packing, packed: number): Task => ({
  kind: taskKinds[kindOf(packed)]!,
  microBatch: microBatchOf(packing, packed),
  chunk: chunkOf(packing, packed)
})
