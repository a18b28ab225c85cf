import type { EventStep } from '../../simulator/event/event-step.ts'
import type { TimelineEvent, TimelineLane, TrafficEvent } from '../../simulator/event/timeline.ts'
import { dependsOn } from '../../simulator/schedule-order.ts'
import type { TaskKind } from '../../simulator/schedule-tasks.ts'
import { placedDies, type PreparedStep } from '../prepared-step.ts'
import { LinkRates } from '../../simulator/event/link-rates.ts'
import { hottestLinks, linkName } from './hottest-links.ts'
import { MemoryTrack, stageMemories, type MemoryPoint, type StageMemory } from '../../simulator/event/memory-track.ts'
import { isWithin, type TraceExtent } from './trace-extent.ts'
import {
  arrowRecord,
  counterRecord,
  laneRecords,
  processRecords,
  sliceRecord,
  type Place,
  type TraceArguments
} from './trace-records.ts'

/** The process of the step as a whole; those of the actors follow. */
const STEP = 1
const processOf = (actor: number): number => STEP + 1 + actor

const HOT_LINKS = 8
/** Of each link's counter: enough for a screen, few beside the slices. */
const POINTS = 2000
const GIGA = 1e9

const COMPUTE = 1
const MEMORY = 6
/** Viewers take a thread of its process's number for the main one, so no lane has that. */
const placeOf = (pid: number, lane: number): Place => ({ pid, tid: 10 * pid + lane })

const laneNames: Readonly<Record<number, string>> = {
  [COMPUTE]: 'compute',
  2: 'collectives',
  3: 'send forward',
  4: 'send backward',
  5: 'synchronisation',
  [MEMORY]: 'memory'
}
const laneOf: Readonly<Record<TimelineLane, number>> = {
  task: COMPUTE,
  compute: COMPUTE,
  collective: 2,
  'send forward': 3,
  'send backward': 4,
  synchronisation: 5,
  offload: MEMORY
}

/**
 * A step simulated event by event as a Chrome trace (Trace Event Format), which Perfetto opens: a process per stage or die, lanes for
 * compute, collectives, transfers each way, synchronisation and memory, arrows from transfers to the tasks that wait for them, counters of
 * memory and links. Records come out as events go in, so that no trace is ever held as a whole.
 */
export class ChromeTrace {
  readonly #step: PreparedStep
  readonly #extent: TraceExtent
  readonly #actors: readonly { readonly name: string; readonly stage: number }[]
  readonly #memories: readonly StageMemory[]
  readonly #memory: readonly MemoryTrack[]
  readonly #links: LinkRates
  /** Operators of the task that each actor is at: they go behind it, as viewers nest what begins at the same time in the order given. */
  readonly #inside: string[][]

  constructor(step: PreparedStep, extent: TraceExtent) {
    this.#step = step
    this.#extent = extent
    const { nodeName } = step.network
    this.#actors = extent.selection.everyDie
      ? placedDies(step).map(({ die, stage, replica }) => ({
          name: `${nodeName(die)}, stage ${stage}, replica ${replica}`,
          stage
        }))
      : step.programs.map((_program, stage) => ({ name: `stage ${stage}`, stage }))
    this.#memories = stageMemories(step.design, step.stages, step.order)
    this.#memory = this.#actors.map(({ stage }) => new MemoryTrack(this.#memories[stage]!))
    this.#links = new LinkRates(hottestLinks(step, HOT_LINKS), POINTS)
    this.#inside = this.#actors.map(() => [])
  }

  /** Names of processes and lanes, and what lies in memory from the begin to the end. */
  opening(): readonly string[] {
    const records = [...processRecords(STEP, 'step'), ...laneRecords(placeOf(STEP, COMPUTE), 'iteration')]
    this.#actors.forEach(({ name, stage }, actor) => {
      if (!isWithin(this.#extent.selection.stages, stage)) return
      const pid = processOf(actor)
      const { weights_B, gradients_B, optimizer_B, workspace_B } = this.#memories[stage]!
      records.push(...processRecords(pid, name))
      for (const [lane, title] of Object.entries(laneNames))
        records.push(...laneRecords(placeOf(pid, Number(lane)), title))
      records.push(
        counterRecord(pid, 'model state (GB)', 0, {
          weights: weights_B / GIGA,
          gradients: gradients_B / GIGA,
          optimizer: optimizer_B / GIGA,
          workspace: workspace_B / GIGA
        }),
        ...this.#memoryRecords(pid, this.#memory[actor]!.start())
      )
    })
    return records
  }

  /** The records that an event adds. */
  event(event: TimelineEvent): readonly string[] {
    const { selection } = this.#extent
    if (!isWithin(selection.stages, event.stage)) return []
    const pid = processOf(event.actor)
    const memory = event.lane === 'task' ? this.#memoryRecords(pid, this.#memory[event.actor]!.after(event)) : []
    if (!isWithin(selection.microBatches, event.microBatch)) return memory
    if (event.lane === 'task') return [...this.#task(event), ...memory]
    if (event.receiver !== undefined) return this.#transfer(event)
    const isDetail = event.activity !== 'optimizer' && event.lane !== 'synchronisation'
    const { operatorsOf } = this.#extent
    if (isDetail && (operatorsOf === undefined || !isWithin(operatorsOf, event.microBatch))) return []
    const slice = this.#slice(event)
    if (event.lane !== 'compute' || event.activity === 'optimizer') return [slice]
    this.#inside[event.actor]!.push(slice)
    return []
  }

  traffic(event: TrafficEvent): void {
    this.#links.add(event)
  }

  /** What is known at the end: the iteration as a whole, and the use of links. */
  closing({ time_s }: EventStep): readonly string[] {
    const { iterationOverhead_s } = this.#step.design.frame
    const place = placeOf(STEP, COMPUTE)
    const end_s = time_s - iterationOverhead_s
    const records = [sliceRecord(place, 'iteration', 'iteration', 0, time_s)]
    if (end_s > 0) records.push(sliceRecord(place, 'schedule', 'iteration', 0, end_s))
    if (iterationOverhead_s > 0) records.push(sliceRecord(place, 'iteration overhead', 'iteration', end_s, time_s))
    const { interval_s, tracks } = this.#links.rates_Bps(time_s)
    tracks.forEach((rates_Bps, track) => {
      const link = this.#links.links[track]
      const name = link === undefined ? 'all links (GB/s)' : `${linkName(this.#step.network, link)} (GB/s)`
      rates_Bps.forEach((rate_Bps, bin) => {
        if (bin === 0 || rate_Bps !== rates_Bps[bin - 1])
          records.push(counterRecord(STEP, name, bin * interval_s, { rate: rate_Bps / GIGA }))
      })
      records.push(counterRecord(STEP, name, time_s, { rate: 0 }))
    })
    return records
  }

  #memoryRecords(pid: number, { time_s, inUse_B, activations_B }: MemoryPoint): readonly string[] {
    return [
      counterRecord(pid, 'memory in use (GB)', time_s, { memory: inUse_B / GIGA }),
      counterRecord(pid, 'activations (GB)', time_s, { activations: activations_B / GIGA })
    ]
  }

  #place({ actor, lane }: TimelineEvent): Place {
    return placeOf(processOf(actor), laneOf[lane])
  }

  #slice(event: TimelineEvent): string {
    const { name, activity, start_s, end_s, microBatch, chunk, bytes, algorithm, receiver } = event
    const values: TraceArguments = {
      microBatch,
      ...(this.#step.order.chunks > 1 && { chunk }),
      ...(bytes !== undefined && { bytes }),
      ...(algorithm !== undefined && receiver === undefined && { algorithm }),
      ...(receiver !== undefined && { to: this.#actors[receiver]!.name })
    }
    return sliceRecord(this.#place(event), name, activity, start_s, end_s, values)
  }

  #task(event: TimelineEvent): readonly string[] {
    const inside = this.#inside[event.actor]!
    this.#inside[event.actor] = []
    const place = this.#place(event)
    const task = sliceRecord(place, `${event.name} ${event.microBatch}`, 'task', event.start_s, event.end_s, {
      microBatch: event.microBatch,
      ...(this.#step.order.chunks > 1 && { chunk: event.chunk })
    })
    const arrow = this.#awaitsTransfer(event)
      ? [arrowRecord('to', place, this.#arrowId(event.actor, event.name, event.microBatch, event.chunk), event.start_s)]
      : []
    return [task, ...arrow, ...inside]
  }

  #transfer(event: TimelineEvent): readonly string[] {
    const slice = this.#slice(event)
    const receiver = event.receiver!
    if (event.receiverChunk === undefined) return [slice]
    if (!isWithin(this.#extent.selection.stages, this.#actors[receiver]!.stage)) return [slice]
    const kind = event.lane === 'send forward' ? 'forward' : 'backward'
    const id = this.#arrowId(receiver, kind, event.microBatch, event.receiverChunk)
    return [slice, arrowRecord('from', this.#place(event), id, event.start_s)]
  }

  /** A number of its own for every task that a transfer may start: its actor, direction, micro-batch and chunk. */
  #arrowId(actor: number, kind: string, microBatch: number, chunk: number): number {
    const { microBatches, chunks } = this.#step.order
    return ((actor * microBatches + microBatch) * chunks + chunk) * 2 + (kind === 'forward' ? 0 : 1)
  }

  #awaitsTransfer({ stage, name, microBatch, chunk }: TimelineEvent): boolean {
    const needed = dependsOn(this.#step.order, stage, { kind: name as TaskKind, microBatch, chunk })
    return needed !== undefined && needed.stage !== stage && isWithin(this.#extent.selection.stages, needed.stage)
  }
}
