import { successorOf } from '../../simulator/event/actor.ts'
import { gradientBytes } from '../../simulator/model-state.ts'
import { idle_s } from '../../simulator/program/burst.ts'
import type { Activity, Call, Offload, Segment } from '../../simulator/program/stage-program.ts'
import { dependsOn } from '../../simulator/schedule-order.ts'
import {
  BACKWARD,
  chunkOf,
  FORWARD,
  kindOf,
  microBatchOf,
  packTask,
  taskKinds,
  taskOf,
  WEIGHT_GRADIENT
} from '../../simulator/schedule-tasks.ts'
import type { PreparedStep } from '../prepared-step.ts'

/** Lanes on which communication runs in the order in which it is asked for, beside the compute of a die. */
export type GraphLane = 'collectives' | 'synchronisation' | 'send forward' | 'send backward' | 'offload'

interface NodeBase {
  /** From 1, in the order of the stage's program. */
  readonly id: number
  readonly name: string
  /** Nodes of the same die that must be done before it starts. */
  readonly after: readonly number[]
}

/** How much of one collective or message a node is. */
interface Portion {
  readonly bytes: number
  /** Share of the latency that it waits: the parts of one have it once together, as at the event level. */
  readonly latencyShare: number
}

export type GraphNode =
  | (NodeBase & { readonly kind: 'compute'; readonly compute_s: number; readonly activity: Activity | 'overhead' })
  | (NodeBase & Portion & { readonly kind: 'collective'; readonly lane: GraphLane; readonly call: Call })
  | (NodeBase &
      Portion & {
        readonly kind: 'send' | 'receive'
        /** The other stage. */
        readonly peer: number
        /** One number for a message on both sides. */
        readonly tag: number
      })

/** How a stage's communication is ordered: `lanes` as the event level runs it, `one-stream` every collective after the one before. */
export type CollectiveOrder = 'lanes' | 'one-stream'

const isReduction = ({ kind }: Call): boolean => kind !== 'all-gather'

/** Parts of one message, in order: what the die waits for, and what goes on beside its next work. */
const partsOf = (overlap: number) =>
  [
    { part: 0, share: 1 - overlap, isWaited: true },
    { part: 1, share: overlap, isWaited: false }
  ].filter(({ share }) => share > 0)

/**
 * What every die of a stage does in one optimiser step as a graph: the stage's program in the order of its schedule. A node waits only for
 * what it needs, so that collectives run beside compute wherever the event level lets them.
 */
export class StageGraph {
  readonly #step: PreparedStep
  readonly #stage: number
  readonly #order: CollectiveOrder
  readonly #nodes: GraphNode[] = []
  #lastId = 0
  /** What is done before whatever comes next. */
  #done: number[] = []
  /** Nodes of each lane. */
  readonly #lanes = new Map<string, number[]>()

  constructor(step: PreparedStep, stage: number, order: CollectiveOrder) {
    this.#step = step
    this.#stage = stage
    this.#order = order
  }

  /** The nodes, each after those it waits for. */
  *nodes(): Generator<GraphNode> {
    const { design, order, programs } = this.#step
    const { gradientOverlap, iterationOverhead_s } = design.frame
    for (const packed of order.tasks[this.#stage]!) {
      this.#task(packed)
      yield* this.#nodes.splice(0)
    }
    this.#synchronise(true, 1 - gradientOverlap)
    this.#wait('synchronisation')
    this.#exchangeTable()
    this.#compute('optimizer', 'optimizer', programs[this.#stage]!.optimizer_s)
    this.#synchronise(false, 1 - gradientOverlap)
    this.#wait('synchronisation')
    if (iterationOverhead_s > 0) this.#compute('iteration overhead', 'overhead', iterationOverhead_s)
    yield* this.#nodes.splice(0)
  }

  #task(packed: number): void {
    const { order, design } = this.#step
    const [kind, chunk, microBatch] = [kindOf(packed), chunkOf(order, packed), microBatchOf(order, packed)]
    const { gradientOverlap } = design.frame
    const label = `${taskKinds[kind]!} ${microBatch}${order.chunks > 1 ? `.${chunk}` : ''}`
    this.#receive(packed, label)
    const isFirst = kind === FORWARD && microBatch === 0
    const isLast = (kind === BACKWARD || kind === WEIGHT_GRADIENT) && microBatch === order.microBatches - 1
    if (isFirst) this.#synchronise(false, gradientOverlap / order.chunks)
    const segments = this.#segments(kind, chunk)
    const layers = segments.reduce((sum, { times }) => sum + times, 0)
    for (const segment of segments)
      for (let layer = 0; layer < segment.times; layer++) {
        this.#layer(segment, `${label} ${segment.layer}${segment.times > 1 ? `[${layer}]` : ''}`)
        // The gradients of a layer are complete after its last backward pass.
        if (isLast) this.#synchronise(true, gradientOverlap / order.chunks / layers)
      }
    if (isFirst) this.#wait('synchronisation')
    this.#send(packed, label)
  }

  #segments(kind: number, chunk: number): readonly Segment[] {
    const program = this.#step.programs[this.#stage]!
    return [program.forward, program.backward, program.inputGradient, program.weightGradient][kind]![chunk]!
  }

  #layer({ blocks }: Segment, label: string): void {
    const { overlap } = this.#step.design.frame
    for (const block of blocks) {
      for (const call of block.before) this.#collective('collectives', call, 1, 1, label)
      if (block.before.length > 0) this.#wait('collectives')
      if (overlap > 0) for (const call of block.beside) this.#collective('collectives', call, overlap, overlap, label)
      if (block.offloads) this.#offload(block.offloads, overlap, label)
      this.#compute(`${label} ${block.name}`, block.activity, block.compute_s)
      this.#wait('collectives', Math.max(0, block.beside.length - block.awaited))
      if (overlap < 1 && block.rest.length > 0) {
        for (const call of block.rest) this.#collective('collectives', call, 1 - overlap, 1 - overlap, label)
        this.#wait('collectives')
      }
      if (block.awaitsOffload) {
        this.#offload(block.awaitsOffload, 1 - overlap, label)
        this.#wait('offload')
      }
    }
  }

  /** Tensors on their way, on an idle network, beside what the die computes. */
  #offload({ way, bytes }: Offload, share: number, label: string): void {
    if (share <= 0) return
    const compute_s = idle_s(this.#step.collectives.stageOffload(this.#stage, way).bursts, share * bytes, share)
    this.#onLane('offload', this.#done, (base) => ({
      ...base,
      kind: 'compute',
      name: `${label} tensors ${way}`,
      compute_s,
      activity: 'offload'
    }))
  }

  #receive(packed: number, label: string): void {
    const { order, design, bytesOf } = this.#step
    const needed = dependsOn(order, this.#stage, taskOf(order, packed))
    if (!needed || needed.stage === this.#stage) return
    const after = this.#done
    this.#done = [...after]
    for (const { part, share } of partsOf(design.frame.overlap))
      this.#done.push(
        this.#add((base) => ({
          ...base,
          kind: 'receive',
          name: `receive for ${label}`,
          after,
          peer: needed.stage,
          bytes: share * bytesOf(needed.stage, this.#stage),
          latencyShare: share,
          tag: 2 * packed + part
        }))
      )
  }

  #send(packed: number, label: string): void {
    const { order, design, bytesOf } = this.#step
    const kind = kindOf(packed)
    const next = kind === WEIGHT_GRADIENT ? undefined : successorOf(order, this.#stage, taskOf(order, packed))
    if (!next || next.stage === this.#stage) return
    const target = packTask(order, kind, next.task.chunk, next.task.microBatch)
    const lane = kind === FORWARD ? 'send forward' : 'send backward'
    const done = this.#done
    for (const { part, share, isWaited } of partsOf(design.frame.overlap)) {
      const id = this.#onLane(lane, done, (base) => ({
        ...base,
        kind: 'send',
        name: `send of ${label}`,
        peer: next.stage,
        bytes: share * bytesOf(this.#stage, next.stage),
        latencyShare: share,
        tag: 2 * target + part
      }))
      if (isWaited) this.#done = [...this.#done, id]
    }
  }

  /** First and last stage add up their gradients of the table that both hold: each sends its own. */
  #exchangeTable(): void {
    const { design, programs, workload, mapping, order } = this.#step
    const last = programs.length - 1
    if (design.frame.tiedSync_s === 0 || (this.#stage !== 0 && this.#stage !== last)) return
    const { region } = mapping
    const { vocabulary, hidden } = workload.model
    const bytes = (gradientBytes(workload.training) * vocabulary * hidden) / (region.rows * region.columns)
    const peer = this.#stage === 0 ? last : 0
    // A tag behind those of all tasks.
    const tag = 2 * packTask(order, 0, 0, order.microBatches)
    const after = this.#done
    const ids = (['send', 'receive'] as const).map((kind) =>
      this.#add((base) => ({ ...base, kind, name: `${kind} table gradient`, after, peer, bytes, latencyShare: 1, tag }))
    )
    this.#done = ids
  }

  #synchronise(reductions: boolean, share: number): void {
    for (const call of this.#step.programs[this.#stage]!.synchronisation)
      if (isReduction(call) === reductions) this.#collective('synchronisation', call, share, 1, 'step')
  }

  #collective(lane: GraphLane, call: Call, share: number, latencyShare: number, label: string): void {
    if (share <= 0 || this.#step.collectives.choices(this.#stage, call.group, call.kind).length === 0) return
    const name = `${label} ${call.kind}`
    this.#onLane(lane, this.#done, (base) => ({
      ...base,
      kind: 'collective',
      name,
      lane,
      call,
      bytes: share * call.bytes,
      latencyShare
    }))
  }

  #compute(name: string, activity: Activity | 'overhead', compute_s: number): void {
    if (compute_s <= 0) return
    const after = this.#done
    this.#done = [this.#add((base) => ({ ...base, kind: 'compute', name, after, compute_s, activity }))]
  }

  /** Goes on only when all but the last `tolerated` of a lane are done. */
  #wait(lane: GraphLane, tolerated = 0): void {
    const known = this.#laneOf(lane)
    const awaited = known[known.length - 1 - tolerated]
    if (awaited !== undefined && !this.#done.includes(awaited)) this.#done = [...this.#done, awaited]
  }

  #laneOf(lane: GraphLane): number[] {
    const isCollective = lane === 'collectives' || lane === 'synchronisation'
    const key = isCollective && this.#order === 'one-stream' ? 'collectives' : lane
    let known = this.#lanes.get(key)
    if (!known) this.#lanes.set(key, (known = []))
    return known
  }

  #onLane(lane: GraphLane, done: readonly number[], make: (base: NodeBase) => GraphNode): number {
    const known = this.#laneOf(lane)
    const before = known.at(-1)
    const after = before === undefined || done.includes(before) ? done : [...done, before]
    const id = this.#add((base) => make({ ...base, after }))
    known.push(id)
    return id
  }

  #add(make: (base: NodeBase) => GraphNode): number {
    const id = ++this.#lastId
    this.#nodes.push(make({ id, name: '', after: [] }))
    return id
  }
}
