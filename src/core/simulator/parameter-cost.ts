import { localOutput, type Cuts } from './operator-cost.ts'
import type { Operator, Step } from '../workload/operator.ts'
import { ALONE, fastest_s, type CollectiveCost } from './collective-cost.ts'
import type { CostContext } from './cost-context.ts'
import * as row from './cost-row.ts'
import type { Exchange } from './tensor-transfers.ts'
import { ADAM_BYTES, BYTES, gradientBytes, optimizerTraffic_B } from './model-state.ts'
import type { CollectiveKind } from './collectives/collective.ts'
import type { GroupName, StepRecorder } from './step-operations.ts'
import { sharesTable } from './tied-table.ts'

/** The replicas that hold the weights of an operator too. */
const replicasOf = (operator: Operator): GroupName => (operator.experts ? 'expert-data-replicas' : 'replicas')

/** Parameters of the norms and the router of a step, which are whole on every die of the region. */
const wholeParameters = ({ before, after }: Step): number =>
  [...before, ...after].reduce((total, operator) => total + operator.parameters, 0)

const allReduce_s = (group: CollectiveCost, bytes: number): number =>
  group.size === 1 ? 0 : fastest_s(group.allReduce, bytes)

/** Gradients that no one shards, added up by one all-reduce inside the region and one among the replicas. */
const unshardedWhole_s = (tokens: CollectiveCost, replicas: CollectiveCost, bytes: number): number =>
  allReduce_s(tokens, bytes) + allReduce_s(replicas, bytes)

/** The same with pieces: scattered inside, added up outside, gathered inside. */
const unshardedInPieces_s = (tokens: CollectiveCost, replicas: CollectiveCost, bytes: number): number =>
  tokens.size === 1 ? Infinity : 2 * fastest_s(tokens.gather, bytes) + allReduce_s(replicas, bytes / tokens.size)

/**
 * Parameters whose gradients and new weights travel together: the buckets of Megatron-Core (DistributedDataParallelConfig), which grow with
 * the replicas so that the latency of a long ring is paid rarely.
 */
const bucketParameters = (replicas: number): number => Math.max(40e6, 1e6 * replicas)

const NO_STREAM = { region_s: 0, replicas_s: 0, gathered_B: 0, linkTraffic_B: 0, regionLinkTraffic_B: 0 }
const NO_SCATTER: Exchange = { time_s: 0, linkTraffic_B: 0 }

/** What the parameters of a step cost: gathering them, scattering their gradients, their state, and the synchronisation at the end. */
export class ParameterCost {
  readonly context: CostContext
  /** Set while someone listens to the collectives. */
  record: StepRecorder | undefined
  readonly #groups: readonly CollectiveCost[]
  readonly #gradientBytes: number
  /** Main-memory bytes per parameter of one optimiser step. */
  readonly #optimizerBytes: number

  /** @param groups of the region; bit i of the index is mesh axis i */
  constructor(context: CostContext, groups: readonly CollectiveCost[]) {
    this.context = context
    this.#groups = groups
    const { machine, workload } = context
    this.#gradientBytes = gradientBytes(workload.training)
    // 16-bit gradients: DeepSpeed's fused step scales, clips and converts in its one pass.
    const passes = this.#gradientBytes > BYTES ? (machine.chip.execution.optimizerPasses_BPerParameter ?? 0) : 0
    this.#optimizerBytes = optimizerTraffic_B(workload.training) + passes
  }

  /** Seconds to gather the weights of a step once: around the axes that stream its operator's, and from the replicas under ZeRO-3. */
  weightStreams(step: Step, cuts: Cuts) {
    const operator = step.main
    // A tied table on one stage is gathered once, for the logits; its state is the embedding's.
    if (operator.kind === 'embedding' && sharesTable(this)) return NO_STREAM
    const parameters = operator.kind === 'linear' ? operator.output * operator.reduction : 0
    const held = this.localParameters(operator, cuts) || this.#share(operator, cuts) * parameters
    const sharded = this.context.zeroStage === 3 ? this.#amongReplicas(step, held * BYTES) : []
    const isStreamed = cuts.streamed > 1 && held > 0
    if (!isStreamed && sharded.length === 0) return NO_STREAM
    const bytes = held * cuts.streamed * BYTES
    const region = isStreamed ? this.#groups[cuts.axes.streamed]! : undefined
    if (region) this.#recordStream(cuts.axes.streamed, bytes)
    for (const part of sharded) this.#recordStream(part.name, part.bytes)
    const regionLinkTraffic_B = 1.5 * bytes * (region?.linkCrossings ?? 0)
    return {
      region_s: region ? fastest_s(region.gather, bytes) : 0,
      replicas_s: sharded.reduce((sum, part) => sum + fastest_s(part.group.gather, part.bytes), 0),
      gathered_B: bytes,
      linkTraffic_B:
        regionLinkTraffic_B + sharded.reduce((sum, part) => sum + 1.5 * part.bytes * part.group.linkCrossings, 0),
      regionLinkTraffic_B
    }
  }

  /** Weights gathered for the forward pass and again for the backward one, which scatters their gradient. */
  #recordStream(group: GroupName, bytes: number): void {
    this.record?.add('beside-forward', 'all-gather', group, bytes)
    this.record?.add('beside-backward', 'all-gather', group, bytes)
    this.record?.add('beside-backward', 'reduce-scatter', group, bytes)
  }

  /**
   * What of a step's parameters lies on all replicas alike, by group: the operator's, and with it the norms' and the router's around it, which
   * experts, whose own lie on fewer replicas, leave to a call of their own.
   * @param own_B of the operator
   */
  #amongReplicas(step: Step, own_B: number) {
    const { dataGroup, expertDataGroup } = this.context
    const whole_B = BYTES * wholeParameters(step)
    const all = step.main.experts
      ? [
          { name: replicasOf(step.main), group: expertDataGroup, bytes: own_B },
          { name: 'replicas' as const, group: dataGroup, bytes: whole_B }
        ]
      : [{ name: replicasOf(step.main), group: dataGroup, bytes: own_B + whole_B }]
    return all.filter(({ group, bytes }) => group.size > 1 && bytes > 0)
  }

  /**
   * Scattering the gradients of a step to their owners after each micro-batch: with ZeRO-2 and 3 no die keeps them whole. ZeRO-3's
   * scatter to the replicas is the third of the transfers of #weightStreams.
   */
  gradientScatter(step: Step, cuts: Cuts): Exchange {
    const { zeroStage } = this.context
    if (zeroStage < 2) return NO_SCATTER
    const tokens = this.#groups[cuts.axes.tokens]!
    const bytes = this.localParameters(step.main, cuts) * BYTES
    const inside = tokens.size > 1 && bytes > 0 ? [{ name: cuts.axes.tokens, group: tokens, bytes }] : []
    const parts = [...inside, ...(zeroStage === 2 ? this.#amongReplicas(step, bytes / tokens.size) : [])]
    for (const part of parts) this.record?.add('beside-backward', 'reduce-scatter', part.name, part.bytes)
    return {
      time_s: parts.reduce((sum, part) => sum + fastest_s(part.group.gather, part.bytes), 0),
      linkTraffic_B: parts.reduce((sum, part) => sum + 0.5 * part.bytes * part.group.linkCrossings, 0)
    }
  }

  #parametersOf(operator: Operator): number {
    return operator.name === 'logits' && this.context.copiesTable
      ? operator.output * operator.reduction
      : operator.parameters
  }

  /** Parameters of an operator that one die holds. */
  localParameters(operator: Operator, cuts: Cuts): number {
    return this.#parametersOf(operator) * this.#share(operator, cuts)
  }

  /** Share of an operator's weights that one die holds. */
  #share(operator: Operator, cuts: Cuts): number {
    const output = operator.output > 0 ? localOutput(operator, cuts.output) / operator.output : 1
    const experts = operator.experts ? cuts.expert * this.context.expertParallel : 1
    return output / (cuts.reduction * experts * cuts.streamed)
  }

  /** Model state, gradient synchronisation and optimiser step of the operators of a step. */
  fillState(at: Float64Array, offset: number, step: Step, cuts: Cuts): void {
    const replicas = step.main.experts ? this.context.expertDataGroup : this.context.dataGroup
    const tokens = this.#groups[cuts.axes.tokens]!
    const main = this.localParameters(step.main, cuts)
    if (main > 0) {
      this.#addState(at, offset, main, replicas, tokens)
      this.#recordSynchronisation(main, replicas, replicasOf(step.main), tokens, cuts.axes.tokens)
    }
    const small = wholeParameters(step)
    if (small > 0) {
      this.#addState(at, offset, small, this.context.dataGroup, ALONE)
      this.#recordSynchronisation(small, this.context.dataGroup, 'replicas', ALONE, 0)
    }
  }

  #addState(
    at: Float64Array,
    offset: number,
    parameters: number,
    replicas: CollectiveCost,
    tokens: CollectiveCost
  ): void {
    const { machine, zeroStage } = this.context
    const shards = replicas.size * tokens.size
    const gradient_B = this.#gradientBytes * parameters
    // Devices send buckets, of which an operator fills a part; as if each had a bucket of its own size, and its share of the calls.
    const buckets = machine.engine.arrays === 0 ? parameters / bucketParameters(shards) : 1
    const inBuckets = (time_s: (bytes: number) => number, bytes: number): number => buckets * time_s(bytes / buckets)
    const gather = (group: CollectiveCost, bytes: number): number =>
      group.size === 1 ? 0 : inBuckets((part) => fastest_s(group.gather, part), bytes)
    const unsharded = inBuckets(
      (bytes) => Math.min(unshardedWhole_s(tokens, replicas, bytes), unshardedInPieces_s(tokens, replicas, bytes)),
      gradient_B
    )
    at[offset + row.WEIGHTS_B]! += (BYTES * parameters) / (zeroStage === 3 ? replicas.size : 1)
    at[offset + row.GRADIENTS_B]! += gradient_B / (zeroStage >= 2 ? shards : 1)
    at[offset + row.OPTIMIZER_B]! += (ADAM_BYTES * parameters) / (zeroStage >= 1 ? shards : 1)
    // Sharded: level 1 scatters what it accumulated, levels 2 and 3 did so after each micro-batch; then new weights are gathered.
    const scattered = zeroStage === 1 ? gather(tokens, gradient_B) + gather(replicas, gradient_B / tokens.size) : 0
    const weights_B = BYTES * parameters
    const gathered =
      zeroStage === 3
        ? gather(tokens, weights_B / replicas.size)
        : gather(tokens, weights_B) + gather(replicas, weights_B / tokens.size)
    at[offset + row.GRADIENT_SYNC_S]! += zeroStage === 0 ? unsharded : scattered + gathered
    const optimizer_B = (this.#optimizerBytes * parameters) / (zeroStage >= 1 ? shards : 1)
    at[offset + row.OPTIMIZER_S]! +=
      optimizer_B / (machine.engine.memoryBandwidth_Bps * machine.engine.memoryEfficiency) / (this.context.speed ?? 1)
    at[offset + row.OPTIMIZER_TRAFFIC_B]! += optimizer_B
    at[offset + row.SYNC_TRAFFIC_B]! += this.#synchronisationTraffic_B(tokens, replicas, gradient_B, weights_B)
  }

  /** Bytes times links of what GRADIENT_SYNC_S times, per die: a scatter or a gather crosses half of the links of an all-reduce. */
  #synchronisationTraffic_B(
    tokens: CollectiveCost,
    replicas: CollectiveCost,
    gradient_B: number,
    weights_B: number
  ): number {
    const { zeroStage } = this.context
    const inside = tokens.linkCrossings
    const outside = replicas.linkCrossings
    if (zeroStage === 0) {
      const whole = unshardedWhole_s(tokens, replicas, gradient_B) <= unshardedInPieces_s(tokens, replicas, gradient_B)
      return gradient_B * (inside + (whole ? outside : outside / tokens.size))
    }
    const scattered_B = zeroStage === 1 ? gradient_B * (inside + outside / tokens.size) : 0
    const gathered_B =
      zeroStage === 3 ? (weights_B / replicas.size) * inside : weights_B * (inside + outside / tokens.size)
    return (scattered_B + gathered_B) / 2
  }

  /** The collectives behind GRADIENT_SYNC_S of {@link CostModel.#addState}. */
  #recordSynchronisation(
    parameters: number,
    replicas: CollectiveCost,
    replicasName: GroupName,
    tokens: CollectiveCost,
    axes: number
  ): void {
    const record = this.record
    if (!record) return
    const { zeroStage } = this.context
    const gradient_B = this.#gradientBytes * parameters
    const weights_B = BYTES * parameters
    const add = (kind: CollectiveKind, inside: boolean, bytes: number): void => {
      if ((inside ? tokens : replicas).size > 1)
        record.add('synchronisation', kind, inside ? axes : replicasName, bytes)
    }
    if (zeroStage === 0) {
      const whole = unshardedWhole_s(tokens, replicas, gradient_B) <= unshardedInPieces_s(tokens, replicas, gradient_B)
      add(whole ? 'all-reduce' : 'reduce-scatter', true, gradient_B)
      add('all-reduce', false, whole ? gradient_B : gradient_B / tokens.size)
      if (!whole) add('all-gather', true, gradient_B)
      return
    }
    if (zeroStage === 1) {
      add('reduce-scatter', true, gradient_B)
      add('reduce-scatter', false, gradient_B / tokens.size)
    }
    if (zeroStage < 3) add('all-gather', false, weights_B / tokens.size)
    add('all-gather', true, zeroStage === 3 ? weights_B / replicas.size : weights_B)
  }
}
