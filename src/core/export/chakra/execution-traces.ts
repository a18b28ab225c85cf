import { create, toBinary } from '@bufbuild/protobuf'
import { BinaryWriter } from '@bufbuild/protobuf/wire'
import { idle_s } from '../../simulator/program/burst.ts'
import { placedDies, type PlacedDie, type PreparedStep } from '../prepared-step.ts'
import { Communicators } from './communicators.ts'
import {
  COLLECTIVE_TYPES,
  ExecutionNodeSchema,
  GlobalMetadataSchema,
  NODE_TYPES,
  type AttributeValue
} from './execution-trace-schema.ts'
import { networkPlaces } from './simulator-files.ts'
import { StageGraph, type CollectiveOrder, type GraphNode } from './stage-graph.ts'

/** The version of the schema whose attributes these traces use. */
const SCHEMA_VERSION = '0.0.4'
const MICRO_PER_S = 1e6
const NANO_PER_S = 1e9

type Attributes = Readonly<Record<string, AttributeValue>>

const whole = (value: number): bigint => BigInt(Math.max(0, Math.round(value)))
const int32 = (value: number): AttributeValue => ({ case: 'int32Val', value })
const int64 = (value: number): AttributeValue => ({ case: 'int64Val', value: whole(value) })
const uint64 = (value: number): AttributeValue => ({ case: 'uint64Val', value: whole(value) })
const text = (value: string): AttributeValue => ({ case: 'stringVal', value })
const attributes = (values: Attributes) => Object.entries(values).map(([name, value]) => ({ name, value }))

/** A message behind its length, as Chakra's files hold one after another. */
function delimited(message: Uint8Array): Uint8Array {
  const writer = new BinaryWriter()
  return writer.bytes(message).finish()
}

/** The first message of every file: the schema's version, and where the trace comes from. */
const metadataRecord = (provenance: Readonly<Record<string, string>>): Uint8Array =>
  delimited(
    toBinary(
      GlobalMetadataSchema,
      create(GlobalMetadataSchema, {
        version: SCHEMA_VERSION,
        attr: attributes(Object.fromEntries(Object.entries(provenance).map(([name, value]) => [name, text(value)])))
      })
    )
  )

function nodeRecord(
  { id, name, after }: Pick<GraphNode, 'id' | 'name' | 'after'>,
  type: number,
  durationMicros: bigint,
  values: Attributes
): Uint8Array {
  const dataDeps = after.map(BigInt)
  const attr = attributes({ is_cpu_op: { case: 'boolVal', value: false }, ...values })
  return delimited(
    toBinary(
      ExecutionNodeSchema,
      create(ExecutionNodeSchema, { id: BigInt(id), name, type, dataDeps, durationMicros, attr })
    )
  )
}

/** One die's trace: the records of its file, in order. */
export interface DieTrace {
  readonly die: number
  readonly records: Uint8Array[]
}

/**
 * Execution traces of a step (Chakra, 2305.14516), a graph of compute, collectives and messages per die, as ASTRA-sim reads them. Nodes are
 * numbered by die of the network. All dependencies are data dependencies: readers differ in whether they keep the others.
 */
export class ExecutionTraces {
  readonly communicators: Communicators
  readonly #step: PreparedStep
  readonly #order: CollectiveOrder
  readonly #metadata: Uint8Array
  readonly #dieOf = new Map<string, number>()
  readonly #dies: readonly PlacedDie[]

  constructor(step: PreparedStep, order: CollectiveOrder, provenance: Readonly<Record<string, string>>) {
    this.#step = step
    this.#order = order
    this.communicators = new Communicators(step)
    this.#metadata = metadataRecord(provenance)
    this.#dies = placedDies(step)
    const perRegion = step.mapping.region.rows * step.mapping.region.columns
    this.#dies.forEach(({ die, stage, replica }, index) =>
      this.#dieOf.set(`${replica} ${stage} ${index % perRegion}`, die)
    )
  }

  /** Dies of the network as simulators count them that the mapping leaves idle; simulators want a trace of each. */
  get idleDies(): readonly number[] {
    const used = new Set(this.#dies.map(({ die }) => die))
    const dies = networkPlaces(this.#step.machine.chip)
    return Array.from({ length: dies }, (_, die) => die).filter((die) => !used.has(die))
  }

  /** A trace that does nothing: one node of no time, as readers refuse a graph without any. */
  idle(): readonly Uint8Array[] {
    const nothing = nodeRecord({ id: 1, name: 'idle', after: [] }, NODE_TYPES.compute, 0n, computeValues(0, 0))
    return [this.#metadata, nothing]
  }

  /** The dies of a stage, in all replicas. */
  diesOf(stage: number): readonly number[] {
    return this.#dies.filter((placed) => placed.stage === stage).map(({ die }) => die)
  }

  /**
   * The traces of some dies of a stage, record after record: what is the same on all of them is made once.
   * @param write receives each record of each die, in the order of the die's file
   */
  stage(stage: number, dies: readonly number[], write: (die: number, record: Uint8Array) => void): void {
    const perRegion = this.#step.mapping.region.rows * this.#step.mapping.region.columns
    const inStage = this.#dies.filter((placed) => placed.stage === stage)
    const wanted = new Set(dies)
    const placed = inStage
      .map((one, index) => ({ ...one, place: index % perRegion }))
      .filter(({ die }) => wanted.has(die))
    for (const { die } of placed) write(die, this.#metadata)
    const clock = new MicroClock()
    for (const node of new StageGraph(this.#step, stage, this.#order).nodes()) {
      if (node.kind === 'compute') {
        const record = this.#compute(node, clock)
        for (const { die } of placed) write(die, record)
      } else if (node.kind === 'collective') {
        const made = new Map<string, Uint8Array>()
        for (const { die } of placed) {
          const group = this.communicators.of(node.lane, node.call.group, stage, die)
          let record = made.get(group.name)
          if (!record) made.set(group.name, (record = this.#collective(node, stage, group)))
          write(die, record)
        }
      } else
        for (const { die, replica, place } of placed)
          write(die, this.#message(node, stage, die, this.#dieOf.get(`${replica} ${node.peer} ${place}`)!))
    }
  }

  #compute(node: Extract<GraphNode, { kind: 'compute' }>, clock: MicroClock): Uint8Array {
    const values = {
      ...computeValues(node.compute_s, this.#step.machine.engine.peak_flops),
      // What only moves tensors takes the place of no operator: readers run it beside those.
      ...(node.activity === 'offload' && { is_cpu_op: { case: 'boolVal', value: true } as const })
    }
    return nodeRecord(node, NODE_TYPES.compute, clock.duration(node.compute_s), values)
  }

  #collective(
    node: Extract<GraphNode, { kind: 'collective' }>,
    stage: number,
    { name, size }: { readonly name: string; readonly size: number }
  ): Uint8Array {
    const { kind } = node.call
    // ASTRA-sim counts what a member brings along: of an all-gather its own piece.
    const bytes = kind === 'all-gather' ? node.bytes / size : node.bytes
    const time_s = idle_s(this.#step.collectives.fastest(stage, node.call).bursts, node.bytes, node.latencyShare)
    return nodeRecord(node, NODE_TYPES.collective, whole(time_s * MICRO_PER_S), {
      comm_type: int64(COLLECTIVE_TYPES[kind]),
      comm_size: int64(Math.max(1, bytes)),
      pg_name: text(name),
      runtime_ns: uint64(time_s * NANO_PER_S)
    })
  }

  #message(
    node: Extract<GraphNode, { kind: 'send' | 'receive' }>,
    stage: number,
    die: number,
    other: number
  ): Uint8Array {
    const isSend = node.kind === 'send'
    const { bursts } = this.#step.collectives.transfer(stage, node.peer)
    const time_s = isSend ? idle_s(bursts, node.bytes, node.latencyShare) : 0
    return nodeRecord(node, NODE_TYPES[node.kind], whole(time_s * MICRO_PER_S), {
      comm_size: int64(Math.max(1, node.bytes)),
      comm_src: int32(isSend ? die : other),
      comm_dst: int32(isSend ? other : die),
      comm_tag: int32(node.tag),
      ...(isSend && { runtime_ns: uint64(time_s * NANO_PER_S) })
    })
  }
}

/**
 * What a compute node says beside its duration: the operations that the die's peak would do in that time, on one byte, so that a roofline of
 * that peak takes exactly as long; and the time to the nanosecond.
 */
const computeValues = (compute_s: number, peak_flops: number): Attributes => ({
  num_ops: int64(Math.max(1, compute_s * peak_flops)),
  tensor_size: uint64(1),
  runtime_ns: uint64(compute_s * NANO_PER_S)
})

/** Durations in whole microseconds whose sum is never off by more than one half, however many there are. */
class MicroClock {
  #exact_s = 0
  #told = 0n

  duration(time_s: number): bigint {
    this.#exact_s += time_s
    const now = whole(this.#exact_s * MICRO_PER_S)
    const duration = now - this.#told
    this.#told = now
    return duration
  }
}
