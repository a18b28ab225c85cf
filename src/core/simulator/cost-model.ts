import type { Mapping, Region } from '../mapping/mapping.ts'
import { regionAxes, type MeshAxis } from '../mapping/region.ts'
import type { Operator, Step } from '../workload/operator.ts'
import type { Workload } from '../workload/workload.ts'
import { ALONE, fastest_s, type CollectiveCost } from './collective-cost.ts'
import * as row from './cost-row.ts'
import type { Machine } from './machine.ts'
import { ADAM_BYTES, BYTES, gradientBytes, optimizerTraffic_B } from './model-state.ts'
import { RegionLayouts } from './region-layouts.ts'
import { NO_TRANSFER, TensorTransfers } from './tensor-transfers.ts'
import { sharesTable } from './tied-table.ts'
import { elementwiseCost, launched, localOutput, operatorCost, type Cuts } from './operator-cost.ts'

/** Everything the cost of a step depends on beside its own layout; one cost model serves all mappings that share it. */
export interface CostContext {
  readonly workload: Workload
  readonly machine: Machine
  readonly region: Region
  readonly microBatch: number
  readonly zeroStage: Mapping['zeroStage']
  readonly collectives: Mapping['collectives']
  readonly expertParallel: number
  /** The dies at one place of all replicas of a stage, of the replicas that share experts, and of those that hold equal experts. */
  readonly dataGroup: CollectiveCost
  readonly expertGroup: CollectiveCost
  readonly expertDataGroup: CollectiveCost
  /** Tied embeddings on different stages: the head holds a copy of the table. */
  readonly copiesTable: boolean
}

/**
 * Prices steps of plans: a row of numbers for (step, layout of its source, roles of its operator, layout of the residual stream), made
 * on first use and remembered. Everything is additive over the steps of a layer but BUFFER_B, whose largest value counts, so
 * exact dynamic programmes and plain evaluation read the same rows.
 */
export class CostModel {
  readonly context: CostContext
  readonly axes: readonly MeshAxis[]
  readonly layouts: RegionLayouts
  rows = new Float64Array(row.COLUMNS * 256)
  #used = 0
  readonly #offsets: readonly (readonly Map<number, number>[])[]
  readonly #groups: readonly CollectiveCost[]
  readonly #transfers: TensorTransfers
  readonly #gradientBytes: number

  constructor(context: CostContext) {
    this.context = context
    this.axes = regionAxes(context.region)
    this.#offsets = context.workload.classes.map(({ steps }) => steps.map(() => new Map<number, number>()))
    this.layouts = new RegionLayouts(this.axes, context.workload, context.microBatch, context.expertParallel)
    this.#gradientBytes = gradientBytes(context.workload.training)
    this.#groups = Array.from({ length: 2 ** this.axes.length }, (_, mask) =>
      context.machine.regionGroup(
        this.axes.filter((_axis, position) => mask & (1 << position)),
        context.region,
        context.collectives
      )
    )
    this.#transfers = new TensorTransfers(this.axes, this.#groups)
  }

  /** All dies of the region. */
  get regionGroup(): CollectiveCost {
    return this.#groups.at(-1)!
  }

  /**
   * Offset in `rows` of the cost of a step, or -1 where the roles or the residual layout cut an axis that does not divide.
   * @param source layout code of the tensor before the step; @param roles role code; both are digits per axis, first axis lowest
   */
  offset(layerClass: number, step: number, source: number, roles: number, residual: number): number {
    const offsets = this.#offsets[layerClass]![step]!
    // One map per step keeps the key a small integer on regions of two axes, which is what maps are fast with.
    const key = (source * this.layouts.roleCodes + roles) * this.layouts.layoutCodes + residual
    const known = offsets.get(key)
    if (known !== undefined) return known
    const offset = this.#fill(this.context.workload.classes[layerClass]!.steps[step]!, source, roles, residual)
    offsets.set(key, offset)
    return offset
  }

  /** Seconds per micro-batch, forward and backward, to bring the residual stream from one layout to another between layers. */
  resharding_s(from: number, to: number): number {
    if (from === to) return 0
    const { workload, microBatch } = this.context
    const bytes = workload.model.hidden * microBatch * workload.training.sequenceLength * BYTES
    const transfer = this.#transfers.between(from, to, -1, bytes)
    return transfer.forward_s + transfer.backward_s + transfer.backwardBeside_s
  }

  #allocate(): number {
    const offset = this.#used * row.COLUMNS
    this.#used++
    if (offset + row.COLUMNS > this.rows.length) {
      const grown = new Float64Array(this.rows.length * 2)
      grown.set(this.rows)
      this.rows = grown
    }
    return offset
  }

  #fill(step: Step, source: number, roles: number, residual: number): number {
    const cuts = this.layouts.cuts(step.main, roles)
    if (!cuts || !this.layouts.dividesResidual(residual)) return -1
    const { machine, workload, microBatch, expertParallel } = this.context
    const { engine, launch_s, overlap } = machine
    const length = workload.training.sequenceLength
    const tokens = microBatch * length
    const flash = workload.training.attention === 'flash'
    const needs = this.layouts.needed(roles)
    const from = step.source === 'tokens' ? needs : source
    if (!this.layouts.sameExperts(from, needs)) return -1
    const offset = this.#allocate()
    const at = this.rows

    const entry = this.#transfers.between(from, needs, roles, step.inputWidth * tokens * BYTES)
    const given = this.layouts.given(roles)
    // Partial sums are added up before anything but a sum reads them: an activation, a rotation, a softmax.
    const settled = step.closes ? residual : this.layouts.summed(given)
    const givenWidth = step.closes ? step.outputWidth : step.main.output * (step.main.experts?.topK ?? 1)
    const exit =
      settled === given && !step.closes
        ? NO_TRANSFER
        : this.#transfers.between(given, settled, -1, givenWidth * tokens * BYTES)
    const dispatch = this.#dispatch(step.main, cuts, tokens)

    const work = operatorCost(
      step.main,
      engine,
      microBatch,
      length,
      flash,
      cuts,
      step.main.experts ? expertParallel : 1
    )
    const main = launched(step.main, [...step.before, ...step.after], launch_s, work)
    const beforeCut = this.layouts.cutOf(from)
    const afterCut = this.layouts.cutOf(settled)
    const before = sumOf(step.before.map((operator) => elementwiseCost(operator, engine, tokens, beforeCut)))
    const after = sumOf(step.after.map((operator) => elementwiseCost(operator, engine, tokens, afterCut)))

    // Streams that run beside this operator hide under its own compute, by the one overlap setting.
    const hidden = (communication: number, window: number): number =>
      Math.max(0, communication - overlap * Math.min(communication, window))
    const context = this.#contextRing(step.main, cuts, tokens)
    const stream = this.#weightStreams(step.main, cuts)
    const inner = context.forward_s + stream.region_s
    const innerBackward = context.backward_s + 2 * stream.region_s
    const forwardRoom = Math.max(0, main.forward_s - inner)
    const backward_s = main.inputGradient_s + main.weightGradient_s
    // One second of compute hides one second of communication: what the gradients' own collectives take, the streams lack.
    const innerRoom =
      backward_s -
      Math.min(entry.backwardBeside_s, main.weightGradient_s) -
      Math.min(entry.gatherAgain_s, main.inputGradient_s)
    const backwardRoom = Math.max(0, innerRoom - innerBackward)
    const mainForward_s = entry.forward_s + exit.forward_s + dispatch.time_s + hidden(inner, main.forward_s)
    const mainBackward_s =
      hidden(entry.backwardBeside_s, main.weightGradient_s) +
      hidden(entry.gatherAgain_s, main.inputGradient_s) +
      entry.backward_s +
      exit.backward_s +
      exit.backwardBeside_s +
      dispatch.time_s +
      hidden(innerBackward, innerRoom)

    at[offset + row.FORWARD_S] = before.forward_s + main.forward_s + after.forward_s
    at[offset + row.BACKWARD_S] = before.inputGradient_s + backward_s + after.inputGradient_s
    at[offset + row.WEIGHT_GRADIENT_S] = main.weightGradient_s
    at[offset + row.TENSOR_COMMUNICATION_S] =
      mainForward_s + mainBackward_s + this.#statistics_s(step, from, settled, tokens)
    at[offset + row.DATA_COMMUNICATION_S] =
      hidden(stream.replicas_s, forwardRoom) +
      hidden(2 * stream.replicas_s + this.#gradientScatter_s(step.main, cuts), backwardRoom)
    // Weights of this operator and the next, the gradient of weights that are not kept whole, gathered input, gradients in and out.
    const scattered = stream.gathered_B > 0 || this.context.zeroStage >= 2
    const weightGradient_B = scattered ? BYTES * this.#localParameters(step.main, cuts) * cuts.streamed : 0
    const inputGradient_B = (BYTES * tokens * step.inputWidth) / this.layouts.cutOf(needs)
    const scores = step.main.kind === 'attention' && !flash ? step.main.outputGranularity * length : 0
    const outputGradient_B = (BYTES * tokens * (givenWidth + scores)) / this.layouts.cutOf(given)
    at[offset + row.BUFFER_B] =
      2 * stream.gathered_B + weightGradient_B + entry.buffer_B + inputGradient_B + outputGradient_B
    this.#fillState(offset, step, cuts)
    this.#fillStored(offset, step, cuts, from, step.closes ? given : settled, residual, tokens)

    at[offset + row.OUTPUT_LAYOUT] = settled
    const forwardFlops = this.#forwardFlops(step.main, cuts, tokens)
    at[offset + row.FORWARD_MATRIX_FLOPS] = forwardFlops
    at[offset + row.MATRIX_FLOPS] = 3 * forwardFlops
    at[offset + row.MEMORY_TRAFFIC_B] = before.traffic_B + main.traffic_B + after.traffic_B
    at[offset + row.LINK_TRAFFIC_B] =
      entry.linkTraffic_B + exit.linkTraffic_B + dispatch.linkTraffic_B + context.linkTraffic_B + stream.linkTraffic_B

    for (const [index, unit] of step.units.entries()) {
      at[offset + row.UNIT + index * row.UNIT_COLUMNS] =
        (unit.before ? before.forward_s : 0) + (unit.main ? main.forward_s : 0) + (unit.after ? after.forward_s : 0)
      at[offset + row.UNIT + index * row.UNIT_COLUMNS + 1] = unit.main ? mainForward_s : 0
    }
    return offset
  }

  /** Tokens on their way to the experts they visit, or back: one all-to-all on the region, one among replicas. */
  #dispatch(operator: Operator, cuts: Cuts, tokens: number): { time_s: number; linkTraffic_B: number } {
    if (!operator.experts) return NO_DISPATCH
    const width = operator.experts.opens ? operator.reduction : operator.output
    const bytes = ((tokens * width * operator.experts.topK) / (cuts.batch * cuts.sequence)) * BYTES
    let time_s = 0
    let linkTraffic_B = 0
    for (const group of [this.#groups[cuts.axes.expert]!, this.context.expertGroup]) {
      if (group.size === 1) continue
      time_s += fastest_s(group.allToAll, bytes)
      // Forward the tokens, backward their gradients.
      linkTraffic_B += 2 * bytes * group.linkCrossings
    }
    return { time_s, linkTraffic_B }
  }

  /** Keys and values that pass around the axes that cut the sequence (ring attention): gathered forward, gathered and scattered back. */
  #contextRing(operator: Operator, cuts: Cuts, tokens: number) {
    if (operator.kind !== 'attention' || cuts.sequence === 1) return { forward_s: 0, backward_s: 0, linkTraffic_B: 0 }
    const heads = Math.min(cuts.output, operator.reductionGranularity)
    const bytes = ((tokens * operator.reduction) / (cuts.batch * heads)) * BYTES
    const group = this.#groups[cuts.axes.sequence]!
    const gather = fastest_s(group.gather, bytes)
    return { forward_s: gather, backward_s: 2 * gather, linkTraffic_B: 1.5 * bytes * group.linkCrossings }
  }

  /** Seconds to gather the operator's weights once: around the axes that stream them, and from the replicas under ZeRO-3. */
  #weightStreams(operator: Operator, cuts: Cuts) {
    const { zeroStage } = this.context
    const replicas = operator.experts ? this.context.expertDataGroup : this.context.dataGroup
    const sharded = zeroStage === 3 && replicas.size > 1
    // A tied table on one stage is gathered once, for the logits; its state is the embedding's.
    if (operator.kind === 'embedding' && sharesTable(this)) return NO_STREAM
    const parameters = operator.kind === 'linear' ? operator.output * operator.reduction : 0
    const held = this.#localParameters(operator, cuts) || this.#share(operator, cuts) * parameters
    if (held === 0 || (cuts.streamed === 1 && !sharded)) return NO_STREAM
    const bytes = held * cuts.streamed * BYTES
    const region = cuts.streamed > 1 ? this.#groups[cuts.axes.streamed]! : undefined
    return {
      region_s: region ? fastest_s(region.gather, bytes) : 0,
      replicas_s: sharded ? fastest_s(replicas.gather, bytes / cuts.streamed) : 0,
      gathered_B: bytes,
      linkTraffic_B:
        1.5 * bytes * (region?.linkCrossings ?? 0) +
        (sharded ? (1.5 * bytes * replicas.linkCrossings) / cuts.streamed : 0)
    }
  }

  /**
   * Seconds of the small all-reduces of numbers per token, forward and backward: two fp32 statistics of each norm on axes that cut the
   * hidden side, and maximum and sum of the loss on axes that cut the vocabulary.
   */
  #statistics_s(step: Step, from: number, settled: number, tokens: number): number {
    const perToken = 8
    const among = (layout: number): number => {
      const axes = this.layouts.hiddenAxes(layout)
      if (axes === 0) return 0
      const group = this.#groups[axes]!
      const bytes = (perToken * tokens * group.size) / this.layouts.cutOf(layout)
      return 2 * fastest_s(group.allReduce, bytes)
    }
    return (step.before.length > 0 ? among(from) : 0) + (step.main.name === 'logits' ? among(settled) : 0)
  }

  /**
   * Seconds to scatter an operator's gradients to their owners after each micro-batch: with ZeRO-2 and 3 no die keeps them whole. ZeRO-3's
   * scatter to the replicas is the third of the transfers of #weightStreams.
   */
  #gradientScatter_s(operator: Operator, cuts: Cuts): number {
    const { zeroStage } = this.context
    if (zeroStage < 2) return 0
    const replicas = operator.experts ? this.context.expertDataGroup : this.context.dataGroup
    const tokens = this.#groups[cuts.axes.tokens]!
    const bytes = this.#localParameters(operator, cuts) * BYTES
    return (
      (tokens.size > 1 ? fastest_s(tokens.gather, bytes) : 0) +
      (zeroStage === 2 && replicas.size > 1 ? fastest_s(replicas.gather, bytes / tokens.size) : 0)
    )
  }

  #parametersOf(operator: Operator): number {
    return operator.name === 'logits' && this.context.copiesTable
      ? operator.output * operator.reduction
      : operator.parameters
  }

  /** Parameters of an operator that one die holds. */
  #localParameters(operator: Operator, cuts: Cuts): number {
    return this.#parametersOf(operator) * this.#share(operator, cuts)
  }

  /** Share of an operator's weights that one die holds. */
  #share(operator: Operator, cuts: Cuts): number {
    const output = operator.output > 0 ? localOutput(operator, cuts.output) / operator.output : 1
    const experts = operator.experts ? cuts.expert * this.context.expertParallel : 1
    return output / (cuts.reduction * experts * cuts.streamed)
  }

  /** Model state, gradient synchronisation and optimiser step of the operators of a step. */
  #fillState(offset: number, step: Step, cuts: Cuts): void {
    const { machine, zeroStage } = this.context
    const replicas = step.main.experts ? this.context.expertDataGroup : this.context.dataGroup
    const tokens = this.#groups[cuts.axes.tokens]!
    const main = this.#localParameters(step.main, cuts)
    if (main > 0) this.#addState(offset, main, replicas, tokens, machine, zeroStage)
    const small = [...step.before, ...step.after].reduce((total, operator) => total + operator.parameters, 0)
    if (small > 0) this.#addState(offset, small, this.context.dataGroup, ALONE, machine, zeroStage)
  }

  #addState(
    offset: number,
    parameters: number,
    replicas: CollectiveCost,
    tokens: CollectiveCost,
    machine: Machine,
    zeroStage: Mapping['zeroStage']
  ): void {
    const at = this.rows
    const shards = replicas.size * tokens.size
    const gradient_B = this.#gradientBytes * parameters
    const gather = (group: CollectiveCost, bytes: number): number =>
      group.size === 1 ? 0 : fastest_s(group.gather, bytes)
    const all = (group: CollectiveCost, bytes: number): number =>
      group.size === 1 ? 0 : fastest_s(group.allReduce, bytes)
    // Without sharding: one all-reduce inside the other, or pieces scattered inside, added outside and gathered inside.
    const unsharded = Math.min(
      all(tokens, gradient_B) + all(replicas, gradient_B),
      tokens.size === 1 ? Infinity : 2 * fastest_s(tokens.gather, gradient_B) + all(replicas, gradient_B / tokens.size)
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
    at[offset + row.OPTIMIZER_S]! +=
      (optimizerTraffic_B(this.context.workload.training) * parameters) /
      (zeroStage >= 1 ? shards : 1) /
      (machine.engine.memoryBandwidth_Bps * machine.engine.memoryEfficiency)
  }

  #fillStored(
    offset: number,
    step: Step,
    cuts: Cuts,
    from: number,
    given: number,
    residual: number,
    tokens: number
  ): void {
    const layouts = { residual, input: from, output: given }
    let optional = 0
    for (const tensor of step.stored) {
      // Keys and values that are copied, not cut, are stored on every die that has them.
      const copied =
        tensor.layout === 'output' && step.main.sharedOutput
          ? (localOutput(step.main, cuts.output) * cuts.output) / step.main.output
          : 1
      const bytes = (tensor.bytes * tokens * copied) / this.layouts.cutOf(layouts[tensor.layout])
      if (tensor.unit !== undefined) this.rows[offset + row.TENSOR + optional++] = bytes
      else this.rows[offset + (tensor.category === 'workspace' ? row.LOGITS_B : row.ALWAYS_KEPT_B)]! += bytes
    }
  }

  #forwardFlops(operator: Operator, cuts: Cuts, tokens: number): number {
    const { training } = this.context.workload
    const local = tokens / (cuts.batch * cuts.sequence)
    if (operator.kind === 'attention') return (4 * training.sequenceLength * operator.output * local) / cuts.output
    if (operator.kind !== 'linear') return 0
    return (
      (2 * local * localOutput(operator, cuts.output) * operator.reduction * (operator.experts?.topK ?? 1)) /
      cuts.reduction
    )
  }
}

const NO_DISPATCH = { time_s: 0, linkTraffic_B: 0 }
const NO_STREAM = { region_s: 0, replicas_s: 0, gathered_B: 0, linkTraffic_B: 0 }

const sumOf = (costs: readonly { forward_s: number; inputGradient_s: number; traffic_B: number }[]) =>
  costs.reduce(
    (total, cost) => ({
      forward_s: total.forward_s + cost.forward_s,
      inputGradient_s: total.inputGradient_s + cost.inputGradient_s,
      traffic_B: total.traffic_B + cost.traffic_B
    }),
    { forward_s: 0, inputGradient_s: 0, traffic_B: 0 }
  )
