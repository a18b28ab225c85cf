import type { Design } from '../design.ts'
import { keptForOthers_B } from '../pipeline.ts'
import * as plan from '../plan-cost.ts'
import { splitsBackward } from '../schedule.ts'
import type { ScheduleOrder } from '../schedule-order.ts'
import type { TimelineEvent } from './timeline.ts'

/** Bytes on a die of one stage: what stays, and what a chunk of a micro-batch adds while it is in flight. */
export interface StageMemory {
  readonly weights_B: number
  readonly gradients_B: number
  readonly optimizer_B: number
  /** Buffers, the recomputed tensors of the layer at work and room for what helped stages offload: reserved for the whole step. */
  readonly workspace_B: number
  /** From the begin of its forward pass until its (weight) gradient is done. */
  readonly kept_B: number
  /** The loss's own, in the last chunk alone: from the begin of the forward pass until the input gradient is done. */
  readonly logits_B: number
  readonly lastChunk: number
  /** Recomputed tensors that a weight gradient done later needs, from its input gradient on. */
  readonly delayed_B: number
}

/** @param stages totals of the design's stages, as `fillStages` gives them */
export function stageMemories(design: Design, stages: Float64Array, order: ScheduleOrder): readonly StageMemory[] {
  const share = 1 / order.chunks
  const waits = splitsBackward(design.frame.schedule)
  return design.stages.map((_runs, stage): StageMemory => {
    const of = (column: number): number => stages[stage * plan.PLAN_COLUMNS + column]!
    return {
      weights_B: of(plan.WEIGHTS_B),
      gradients_B: of(plan.GRADIENTS_B),
      optimizer_B: of(plan.OPTIMIZER_B),
      workspace_B:
        of(plan.BUFFER_B) +
        of(plan.REMATERIALIZED_B) +
        keptForOthers_B(design.frame, stages, stage, design.stages.length),
      kept_B: share * of(plan.KEPT_B),
      logits_B: of(plan.LOGITS_B),
      lastChunk: order.chunks - 1,
      delayed_B: waits ? share * of(plan.DELAYED_B) : 0
    }
  })
}

/** Bytes in use on an actor from a time on. */
export interface MemoryPoint {
  readonly time_s: number
  readonly inUse_B: number
  readonly activations_B: number
  /** Of micro-batches, chunks counting their share: with activations held, with logits held, with weight gradients that wait. */
  readonly inFlight: number
  readonly logits: number
  readonly delayed: number
}

/** What is in use on one actor while its tasks come by, in the order in which it does them. */
export class MemoryTrack {
  readonly #memory: StageMemory
  readonly #resident_B: number
  #inFlight = 0
  #logits = 0
  #delayed = 0

  constructor(memory: StageMemory) {
    this.#memory = memory
    this.#resident_B = memory.weights_B + memory.gradients_B + memory.optimizer_B + memory.workspace_B
  }

  start(): MemoryPoint {
    return this.#point(0)
  }

  /** What a task changes: a forward pass when it begins, gradients when they are done. */
  after({ name, chunk, start_s, end_s }: Pick<TimelineEvent, 'name' | 'chunk' | 'start_s' | 'end_s'>): MemoryPoint {
    const isLast = chunk === this.#memory.lastChunk ? 1 : 0
    if (name === 'forward') {
      this.#inFlight++
      this.#logits += isLast
      return this.#point(start_s)
    }
    if (name !== 'input-gradient') this.#inFlight--
    if (name !== 'weight-gradient') this.#logits -= isLast
    if (name === 'input-gradient') this.#delayed++
    if (name === 'weight-gradient') this.#delayed--
    return this.#point(end_s)
  }

  #point(time_s: number): MemoryPoint {
    const { kept_B, logits_B, delayed_B, lastChunk } = this.#memory
    const activations_B = this.#inFlight * kept_B + this.#logits * logits_B + this.#delayed * delayed_B
    const chunks = lastChunk + 1
    return {
      time_s,
      inUse_B: this.#resident_B + activations_B,
      activations_B,
      inFlight: this.#inFlight / chunks,
      logits: this.#logits,
      delayed: this.#delayed / chunks
    }
  }
}
