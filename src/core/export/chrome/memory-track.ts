import * as plan from '../../simulator/plan-cost.ts'
import { splitsBackward } from '../../simulator/schedule.ts'
import type { TimelineEvent } from '../../simulator/event/timeline.ts'
import type { PreparedStep } from '../prepared-step.ts'

/** Bytes on a die of one stage: what stays, and what a chunk of a micro-batch adds while it is in flight. */
export interface StageMemory {
  readonly weights_B: number
  readonly gradients_B: number
  readonly optimizer_B: number
  /** Buffers and the recomputed tensors of the layer at work: reserved for the whole step. */
  readonly workspace_B: number
  /** From the begin of its forward pass until its (weight) gradient is done. */
  readonly kept_B: number
  /** The loss's own, in the last chunk alone: from the begin of the forward pass until the input gradient is done. */
  readonly logits_B: number
  readonly lastChunk: number
  /** Recomputed tensors that a weight gradient done later needs, from its input gradient on. */
  readonly delayed_B: number
}

export function stageMemories({ design, stages, order }: PreparedStep): readonly StageMemory[] {
  const share = 1 / order.chunks
  const waits = splitsBackward(design.frame.schedule)
  return design.stages.map((_runs, stage): StageMemory => {
    const of = (column: number): number => stages[stage * plan.PLAN_COLUMNS + column]!
    return {
      weights_B: of(plan.WEIGHTS_B),
      gradients_B: of(plan.GRADIENTS_B),
      optimizer_B: of(plan.OPTIMIZER_B),
      workspace_B: of(plan.BUFFER_B) + of(plan.REMATERIALIZED_B),
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
}

/** What is in use on one actor while its tasks come by, in the order in which it does them. */
export class MemoryTrack {
  readonly #memory: StageMemory
  readonly #resident_B: number
  #activations_B = 0

  constructor(memory: StageMemory) {
    this.#memory = memory
    this.#resident_B = memory.weights_B + memory.gradients_B + memory.optimizer_B + memory.workspace_B
  }

  start(): MemoryPoint {
    return this.#point(0)
  }

  /** What a task changes: a forward pass when it begins, gradients when they are done. */
  after({ name, chunk, start_s, end_s }: TimelineEvent): MemoryPoint {
    const { kept_B, lastChunk, delayed_B } = this.#memory
    const logits_B = chunk === lastChunk ? this.#memory.logits_B : 0
    const change: Readonly<Record<string, number>> = {
      forward: kept_B + logits_B,
      backward: -kept_B - logits_B,
      'input-gradient': delayed_B - logits_B,
      'weight-gradient': -kept_B - delayed_B
    }
    this.#activations_B += change[name] ?? 0
    return this.#point(name === 'forward' ? start_s : end_s)
  }

  #point(time_s: number): MemoryPoint {
    return { time_s, inUse_B: this.#resident_B + this.#activations_B, activations_B: this.#activations_B }
  }
}
