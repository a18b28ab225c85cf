import type { Schedule } from '../mapping/mapping.ts'
import { BACKWARD, FORWARD, INPUT_GRADIENT, WEIGHT_GRADIENT, taskKinds } from './schedule-tasks.ts'

/** What a sequence of tasks depends on. */
interface Pipeline {
  readonly stage: number
  readonly stages: number
  readonly microBatches: number
  readonly chunks: number
}

/** Receives the tasks of a stage one after another. */
type Emit = (kind: number, chunk: number, microBatch: number) => void

type Sequence = (pipeline: Pipeline, emit: Emit) => void

/** All forward passes, then all backward passes, the last micro-batch first (1811.06965 figure 2c). */
const gpipe: Sequence = ({ microBatches }, emit) => {
  for (let k = 0; k < microBatches; k++) emit(FORWARD, 0, k)
  for (let k = microBatches - 1; k >= 0; k--) emit(BACKWARD, 0, k)
}

/** As many forward passes as there are stages behind, then one forward and one backward in turn (2104.04473 section 2.2). */
const oneForwardOneBackward: Sequence = ({ stage, stages, microBatches }, emit) => {
  const warmUp = Math.min(microBatches, stages - stage - 1)
  for (let k = 0; k < warmUp; k++) emit(FORWARD, 0, k)
  for (let k = 0; k < microBatches; k++) {
    if (warmUp + k < microBatches) emit(FORWARD, 0, warmUp + k)
    emit(BACKWARD, 0, k)
  }
}

/**
 * 1F1B over chunks: groups of as many micro-batches as stages go through all chunks of a stage before the next group begins, backward
 * through the last chunk first; 2 (p - i - 1) + (v - 1) p forward passes of chunks come first (Megatron-LM,
 * `forward_backward_pipelining_with_interleaving`; 2104.04473 section 2.2).
 */
const interleaved: Sequence = ({ stage, stages, microBatches, chunks }, emit) => {
  const total = microBatches * chunks
  const group = stages * chunks
  const visit = (kind: number, k: number): void => {
    const inGroup = k % group
    const chunk = Math.floor(inGroup / stages)
    const microBatch = Math.floor(k / group) * stages + (inGroup % stages)
    emit(kind, kind === FORWARD ? chunk : chunks - 1 - chunk, microBatch)
  }
  const warmUp = Math.min(total, 2 * (stages - stage - 1) + (chunks - 1) * stages)
  for (let k = 0; k < warmUp; k++) visit(FORWARD, k)
  for (let k = 0; k < total; k++) {
    if (warmUp + k < total) visit(FORWARD, warmUp + k)
    visit(BACKWARD, k)
  }
}

/**
 * 1F1B whose stage i delays the weight gradients by i micro-batches, so that no stage holds more than the first one of 1F1B, and
 * the drain is filled with them (2401.10241 section 2.1, ZB-H1).
 */
const zeroBubbleH1: Sequence = ({ stage, stages, microBatches }, emit) => {
  const warmUp = Math.min(microBatches, stages - stage - 1)
  let weight = 0
  for (let k = 0; k < warmUp; k++) emit(FORWARD, 0, k)
  for (let k = 0; k < microBatches; k++) {
    if (warmUp + k < microBatches) emit(FORWARD, 0, warmUp + k)
    emit(INPUT_GRADIENT, 0, k)
    if (k >= stage) emit(WEIGHT_GRADIENT, 0, weight++)
  }
  while (weight < microBatches) emit(WEIGHT_GRADIENT, 0, weight++)
}

/**
 * The V-shaped schedule built by hand for F = B = W (2401.10241 section 6): the first chunks fill the way down, the second the
 * way back up, until the first gradient is at hand; then forward, input and weight gradient of each chunk in turn; at the end
 * input gradients first and delayed weight gradients behind them. Fewer than 2p - 1 micro-batches leave out those that are not there.
 */
const zeroBubbleV: Sequence = ({ stage, stages, microBatches }, emit) => {
  const most = Math.max(2 * stages - 1, microBatches)
  const done = taskKinds.map(() => [0, 0])
  const next = (kind: number, chunk: number): void => {
    const microBatch = done[kind]![chunk]!++
    if (microBatch < microBatches) emit(kind, chunk, microBatch)
  }
  const count = (kind: number, chunk: number): number => done[kind]![chunk]!
  const gradients = (chunk: number): void => {
    next(INPUT_GRADIENT, chunk)
    next(WEIGHT_GRADIENT, chunk)
  }
  for (let k = 0; k < 2 * (stages - stage) - 1; k++) next(FORWARD, 0)
  for (let k = 0; k < stage; k++) {
    next(FORWARD, 1)
    next(FORWARD, 0)
  }
  for (let k = 0; k < stages - stage; k++) {
    next(FORWARD, 1)
    gradients(1)
  }
  while (count(FORWARD, 1) < most) {
    if (count(FORWARD, 0) < most) next(FORWARD, 0)
    gradients(0)
    next(FORWARD, 1)
    gradients(1)
  }
  for (let k = 0; k < stage; k++) {
    next(INPUT_GRADIENT, 0)
    next(INPUT_GRADIENT, 1)
  }
  for (let k = 0; k < stages - stage; k++) gradients(0)
  while (count(WEIGHT_GRADIENT, 1) < most) next(WEIGHT_GRADIENT, 1)
  while (count(WEIGHT_GRADIENT, 0) < most) next(WEIGHT_GRADIENT, 0)
}

/** How a stage of each schedule emits its tasks. */
export const sequences: Readonly<Record<Schedule['name'], Sequence>> = {
  gpipe,
  '1f1b': oneForwardOneBackward,
  interleaved,
  'zb-h1': zeroBubbleH1,
  'zb-v': zeroBubbleV
}
