import { chunkOf, kindOf } from '../schedule-tasks.ts'
import type { ScheduleOrder } from '../schedule-order.ts'
import type { Execution } from '../schedule-execution.ts'
import { LAST, marksOf } from '../event/task-marks.ts'
import { idle_s } from '../program/burst.ts'
import type { RoutedCollectives } from '../program/routed-collectives.ts'
import { PROGRAM_OF_KIND, type Call, type StageProgram } from '../program/stage-program.ts'
import { concurrent_s, type LaneItem } from './concurrent.ts'

/** The gathers of weights and the sums of gradients of all stages, each begun when it can be, on links that they share max-min fairly. */
export class SharedSynchronisation {
  readonly #collectives: RoutedCollectives
  readonly #programs: readonly StageProgram[]

  constructor(collectives: RoutedCollectives, programs: readonly StageProgram[]) {
    this.#collectives = collectives
    this.#programs = programs
  }

  /** Both ends go on when each has the other's part. */
  #exchangeTable(reduced_s: number[], shard_B: number): void {
    const last = reduced_s.length - 1
    const start_s = Math.max(reduced_s[0]!, reduced_s[last]!)
    reduced_s[0] = reduced_s[last] = start_s + idle_s(this.#collectives.tableExchange().bursts, shard_B)
  }

  #items(stage: number, calls: readonly Call[], share: number, release_s: number): LaneItem[] {
    if (share <= 0) return []
    return calls.map((call) => ({
      routed: this.#collectives.fastest(stage, call),
      bytes: share * call.bytes,
      release_s
    }))
  }

  /** Seconds from each stage's first task until a share of its weights is there. */
  gathered_s(order: ScheduleOrder, { start_s }: Execution, share: number): readonly number[] {
    const done_s = concurrent_s(
      this.#collectives.network,
      this.#programs.map(({ weights }, stage) => this.#items(stage, weights, share / order.chunks, start_s[stage]![0]!))
    )
    return done_s.map((done, stage) => Math.max(0, done - start_s[stage]![0]!))
  }

  /**
   * Seconds at which each stage is done: a layer's share of the gradients is on its way when its last task has run, the rest when all tasks have, the
   * weights that are not gathered under the next step's first task after the optimiser. Before that the two ends of the pipeline exchange what
   * they have summed of a table that both hold.
   * @param tiedShard_B of that table on each die; 0 where there is none
   */
  done_s(order: ScheduleOrder, { start_s, end_s }: Execution, overlap: number, tiedShard_B: number): readonly number[] {
    const reductions = this.#programs.map((program, stage): LaneItem[] => {
      const packed = order.tasks[stage]!
      const marks = marksOf(order, packed)
      const early = Array.from(packed, (task, index): LaneItem[] => {
        if (!(marks[index]! & LAST)) return []
        const segments = program[PROGRAM_OF_KIND[kindOf(task)]!][chunkOf(order, task)]!
        const layers = segments.reduce((sum, { times }) => sum + times, 0)
        const [from, to] = [start_s[stage]![index]!, end_s[stage]![index]!]
        return Array.from({ length: layers }, (_, layer) =>
          this.#items(
            stage,
            program.gradients,
            overlap / order.chunks / layers,
            from + ((layer + 1) / layers) * (to - from)
          )
        ).flat()
      })
      return [...early.flat(), ...this.#items(stage, program.gradients, 1 - overlap, end_s[stage]!.at(-1)!)]
    })
    const { network } = this.#collectives
    const reduced_s = concurrent_s(network, reductions).map((done, stage) => Math.max(done, end_s[stage]!.at(-1)!))
    if (tiedShard_B > 0) this.#exchangeTable(reduced_s, tiedShard_B)
    const optimised_s = this.#programs.map(({ optimizer_s }, stage) => reduced_s[stage]! + optimizer_s)
    const weights = this.#programs.map((program, stage) =>
      this.#items(stage, program.weights, 1 - overlap, optimised_s[stage]!)
    )
    return concurrent_s(network, weights).map((done, stage) => Math.max(done, optimised_s[stage]!))
  }
}
