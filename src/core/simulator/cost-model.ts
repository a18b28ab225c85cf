import { regionAxes, type MeshAxis } from '../mapping/region.ts'
import type { Operator, Step } from '../workload/operator.ts'
import type { CollectiveCost } from './collective-cost.ts'
import type { CostContext } from './cost-context.ts'
import * as row from './cost-row.ts'
import { exposed_s, hidden_s } from './hidden-time.ts'
import { BYTES } from './model-state.ts'
import { atSpeed, elementwiseCost, launched, localOutput, operatorCost, type Cuts } from './operator-cost.ts'
import { ParameterCost } from './parameter-cost.ts'
import { RegionLayouts } from './region-layouts.ts'
import { StepRecorder, type StepOperations } from './step-operations.ts'
import { remembered, sumOf, type Elementwise, type StepParts, type StepWork } from './step-parts.ts'
import { StepExchanges } from './step-exchanges.ts'
import { ENTRY, EXIT, NO_TRANSFER, TensorTransfers, type Transfer } from './tensor-transfers.ts'

/**
 * Prices steps of plans: a row of numbers for (step, layout of its source, roles of its operator, layout of the residual stream), made
 * on first use and remembered. Everything is additive over the steps of a layer but BUFFER_B, whose largest value counts, so
 * exact dynamic programmes and plain evaluation read the same rows.
 */
export class CostModel {
  readonly context: CostContext
  readonly axes: readonly MeshAxis[]
  readonly layouts: RegionLayouts
  rows = new Float64Array(row.COLUMNS * 16)
  #used = 0
  readonly #offsets: readonly (readonly Map<number, number>[])[]
  /** Steps whose rows are the same whatever the layout of the residual stream: of the inner steps of a block most are. */
  readonly #ignoresResidual: readonly (readonly boolean[])[]
  readonly #parts: readonly (readonly StepParts[])[]
  readonly #groups: readonly CollectiveCost[]
  readonly #transfers: TensorTransfers
  readonly #exchanges: StepExchanges
  readonly #parameters: ParameterCost
  /** Set while {@link CostModel.operations} listens to what a row is made of. */
  #record: StepRecorder | undefined

  constructor(context: CostContext) {
    this.context = context
    this.axes = regionAxes(context.region)
    this.#offsets = context.workload.classes.map(({ steps }) => steps.map(() => new Map<number, number>()))
    this.#parts = context.workload.classes.map(({ steps }) =>
      steps.map(() => ({
        befores: new Map(),
        afters: new Map(),
        entries: new Map(),
        exits: new Map(),
        works: new Map()
      }))
    )
    this.#ignoresResidual = context.workload.classes.map(({ steps }) =>
      steps.map(({ closes, stored }) => !closes && stored.every(({ layout }) => layout !== 'residual'))
    )
    this.layouts = new RegionLayouts(this.axes, context.workload, context.microBatch, context.expertParallel)
    this.#groups = Array.from({ length: 2 ** this.axes.length }, (_, mask) =>
      context.machine.regionGroup(
        this.axes.filter((_axis, position) => mask & (1 << position)),
        context.region,
        context.collectives,
        context.origins
      )
    )
    this.#transfers = new TensorTransfers(this.axes, this.#groups)
    this.#exchanges = new StepExchanges(context, this.#groups, this.layouts)
    this.#parameters = new ParameterCost(context, this.#groups)
  }

  /** All dies of the region. */
  get regionGroup(): CollectiveCost {
    return this.#groups.at(-1)!
  }

  /** Whether the rows of a step are the same whatever the layout of the residual stream. */
  ignoresResidual(layerClass: number, step: number): boolean {
    return this.#ignoresResidual[layerClass]![step]!
  }

  /**
   * Offset in `rows` of the cost of a step, or -1 where the roles or the residual layout cut an axis that does not divide.
   * @param source layout code of the tensor before the step; @param roles role code; both are digits per axis, first axis lowest
   */
  offset(layerClass: number, step: number, source: number, roles: number, residual: number): number {
    const offsets = this.#offsets[layerClass]![step]!
    if (this.#ignoresResidual[layerClass]![step]) {
      if (!this.layouts.dividesResidual(residual)) return -1
      residual = 0
    }
    // One map per step keeps the key a small integer on regions of two axes, which is what maps are fast with.
    const key = (source * this.layouts.roleCodes + roles) * this.layouts.layoutCodes + residual
    const known = offsets.get(key)
    if (known !== undefined) return known
    const offset = this.#fill(layerClass, step, source, roles, residual)
    offsets.set(key, offset)
    return offset
  }

  /**
   * What a row of {@link CostModel.offset} is made of: the compute of a step in order and every collective with its bytes, for levels
   * that run them one by one. One walk makes both, so they cannot differ.
   */
  operations(layerClass: number, step: number, source: number, roles: number, residual: number): StepOperations {
    const record = new StepRecorder()
    this.#record = this.#parameters.record = this.#exchanges.record = record
    const offset = this.#fill(layerClass, step, source, roles, residual)
    this.#record = this.#parameters.record = this.#exchanges.record = undefined
    // The row is remembered elsewhere, or will be when it is asked for.
    if (offset >= 0) {
      this.rows.fill(0, offset, offset + row.COLUMNS)
      this.#used--
    }
    return record
  }

  /** The collectives of {@link CostModel.resharding_s}. */
  reshardingOperations(from: number, to: number): StepOperations {
    const record = new StepRecorder()
    this.#reshard(from, to, record)
    return record
  }

  /** Seconds per micro-batch, forward and backward, to bring the residual stream from one layout to another between layers. */
  resharding_s(from: number, to: number): number {
    if (from === to) return 0
    const transfer = this.#reshard(from, to)
    return transfer.forward_s + transfer.backward_s + transfer.backwardBeside_s
  }

  /** Bytes times links of {@link CostModel.resharding_s}, per die. */
  reshardingTraffic_B(from: number, to: number): number {
    return from === to ? 0 : this.#reshard(from, to).linkTraffic_B
  }

  #reshard(from: number, to: number, record?: StepRecorder): Transfer {
    const { workload, microBatch } = this.context
    const bytes = workload.model.hidden * microBatch * workload.training.sequenceLength * BYTES
    return this.#transfers.between(from, to, -1, bytes, record)
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

  #fill(layerClass: number, index: number, source: number, roles: number, residual: number): number {
    const step = this.context.workload.classes[layerClass]!.steps[index]!
    const cuts = this.layouts.cuts(step.main, roles)
    if (!cuts || !this.layouts.dividesResidual(residual)) return -1
    const { machine, workload, microBatch, speed = 1 } = this.context
    const { engine, overlap } = machine
    const length = workload.training.sequenceLength
    const tokens = microBatch * length
    const flash = workload.training.attention === 'flash'
    const needs = this.layouts.needed(roles)
    const from = step.source === 'tokens' ? needs : source
    if (!this.layouts.sameExperts(from, needs)) return -1
    const offset = this.#allocate()
    const at = this.rows

    // Many rows of a step have parts in common; who listens hears each part by itself.
    const known = this.#record ? undefined : this.#parts[layerClass]![index]!
    const entry = remembered(known?.entries, from * this.layouts.roleCodes + roles, () =>
      this.#transfers.between(from, needs, roles, step.inputWidth * tokens * BYTES, this.#record, ENTRY)
    )
    const given = this.layouts.given(roles)
    // Partial sums are added up before anything but a sum reads them: an activation, a rotation, a softmax.
    const settled = step.closes ? residual : this.layouts.summed(given)
    const givenWidth = step.closes ? step.outputWidth : step.main.output * (step.main.experts?.topK ?? 1)
    const exit =
      settled === given && !step.closes
        ? NO_TRANSFER
        : remembered(known?.exits, given * this.layouts.layoutCodes + settled, () =>
            this.#transfers.between(given, settled, -1, givenWidth * tokens * BYTES, this.#record, EXIT)
          )
    const { dispatch, main, context, stream } = remembered(known?.works, roles, () => this.#work(step, cuts, tokens))
    // Devices shard weights among replicas with FSDP or DeepSpeed, whose models are plain modules of the framework.
    const unfusedShare = this.context.zeroStage === 3 ? (machine.chip.execution.unfusedShare ?? 0) : 0
    const beforeCut = this.layouts.cutOf(from)
    const afterCut = this.layouts.cutOf(settled)
    const elementwise = (operators: readonly Operator[], cut: number): Elementwise =>
      sumOf(operators.map((operator) => atSpeed(elementwiseCost(operator, engine, tokens, cut, unfusedShare), speed)))
    const before = remembered(known?.befores, beforeCut, () => elementwise(step.before, beforeCut))
    const after = remembered(known?.afters, afterCut, () => elementwise(step.after, afterCut))

    // Streams that run beside this operator hide under its own compute, by the one overlap setting.
    const exposed = (communication: number, window: number): number => exposed_s(communication, window, overlap)
    const hidden = (communication: number, window: number): number => hidden_s(communication, window, overlap)
    const inner = context.forward_s + stream.region_s
    const innerBackward = context.backward_s + 2 * stream.region_s
    const forwardRoom = main.forward_s - hidden(inner, main.forward_s)
    const backward_s = main.inputGradient_s + main.weightGradient_s
    // One second of compute hides one second of communication: what the gradients' own collectives take, the streams lack.
    const innerRoom =
      backward_s -
      hidden(entry.backwardBeside_s, main.weightGradient_s) -
      hidden(entry.gatherAgain_s, main.inputGradient_s)
    const backwardRoom = innerRoom - hidden(innerBackward, innerRoom)
    const mainForward_s = entry.forward_s + exit.forward_s + dispatch.time_s + exposed(inner, main.forward_s)
    const mainBackward_s =
      exposed(entry.backwardBeside_s, main.weightGradient_s) +
      exposed(entry.gatherAgain_s, main.inputGradient_s) +
      entry.backward_s +
      exit.backward_s +
      exit.backwardBeside_s +
      dispatch.time_s +
      exposed(innerBackward, innerRoom)

    at[offset + row.FORWARD_S] = before.forward_s + main.forward_s + after.forward_s
    at[offset + row.BACKWARD_S] = before.inputGradient_s + backward_s + after.inputGradient_s
    at[offset + row.WEIGHT_GRADIENT_S] = main.weightGradient_s
    const statistics = this.#exchanges.statistics(step, from, settled, tokens)
    const scatter = this.#parameters.gradientScatter(step, cuts)
    at[offset + row.TENSOR_COMMUNICATION_S] = mainForward_s + mainBackward_s + statistics.time_s
    at[offset + row.DATA_COMMUNICATION_S] =
      exposed(stream.replicas_s, forwardRoom) + exposed(2 * stream.replicas_s + scatter.time_s, backwardRoom)
    // Weights of this operator and the next, the gradient of weights that are not kept whole, gathered input, gradients in and out.
    const scattered = stream.gathered_B > 0 || this.context.zeroStage >= 2
    const weightGradient_B = scattered ? BYTES * this.#parameters.localParameters(step.main, cuts) * cuts.streamed : 0
    const inputGradient_B = (BYTES * tokens * step.inputWidth) / this.layouts.cutOf(needs)
    const scores = step.main.kind === 'attention' && !flash ? step.main.outputGranularity * length : 0
    const outputGradient_B = (BYTES * tokens * (givenWidth + scores)) / this.layouts.cutOf(given)
    at[offset + row.BUFFER_B] =
      2 * stream.gathered_B + weightGradient_B + entry.buffer_B + inputGradient_B + outputGradient_B
    if (this.#record)
      this.#record.compute_s = {
        forwardBefore: before.forward_s,
        forwardMain: main.forward_s,
        forwardAfter: after.forward_s,
        backwardAfter: after.inputGradient_s,
        inputGradient: main.inputGradient_s,
        weightGradient: main.weightGradient_s,
        backwardBefore: before.inputGradient_s
      }
    this.#parameters.fillState(this.rows, offset, step, cuts)
    this.#fillStored(offset, step, cuts, from, step.closes ? given : settled, residual, tokens)

    at[offset + row.OUTPUT_LAYOUT] = settled
    const forwardFlops = this.#forwardFlops(step.main, cuts, tokens)
    at[offset + row.FORWARD_MATRIX_FLOPS] = forwardFlops
    at[offset + row.MATRIX_FLOPS] = 3 * forwardFlops
    at[offset + row.MEMORY_TRAFFIC_B] = before.traffic_B + main.traffic_B + after.traffic_B
    at[offset + row.LINK_TRAFFIC_B] =
      entry.linkTraffic_B +
      exit.linkTraffic_B +
      dispatch.linkTraffic_B +
      context.linkTraffic_B +
      stream.linkTraffic_B +
      statistics.linkTraffic_B +
      scatter.linkTraffic_B
    // What runs again: its one forward transfer of three, of tokens to experts one way of two.
    const forwardTraffic_B =
      entry.forwardLinkTraffic_B +
      exit.forwardLinkTraffic_B +
      dispatch.linkTraffic_B / 2 +
      (context.linkTraffic_B + stream.regionLinkTraffic_B) / 3

    for (const [place, unit] of step.units.entries()) {
      at[offset + row.UNIT + place * row.UNIT_COLUMNS] =
        (unit.before ? before.forward_s : 0) + (unit.main ? main.forward_s : 0) + (unit.after ? after.forward_s : 0)
      at[offset + row.UNIT + place * row.UNIT_COLUMNS + 1] = unit.main ? mainForward_s : 0
      at[offset + row.UNIT + place * row.UNIT_COLUMNS + 2] =
        (unit.before ? before.forwardTraffic_B : 0) +
        (unit.main ? main.forwardTraffic_B : 0) +
        (unit.after ? after.forwardTraffic_B : 0)
      at[offset + row.UNIT + place * row.UNIT_COLUMNS + 3] = unit.main ? forwardTraffic_B : 0
    }
    return offset
  }

  /** What the main operator of a step does wherever its input comes from: its own work, and what it exchanges beside it. */
  #work(step: Step, cuts: Cuts, tokens: number): StepWork {
    const { machine, workload, microBatch, expertParallel, speed = 1 } = this.context
    const { attention, sequenceLength } = workload.training
    const { main, before, after } = step
    const dispatch = this.#exchanges.dispatch(main, cuts, tokens)
    const experts = main.experts ? expertParallel : 1
    const cost = operatorCost(main, machine.engine, microBatch, sequenceLength, attention === 'flash', cuts, experts)
    return {
      dispatch,
      main: atSpeed(launched(main, [...before, ...after], machine.launch_s, cost), speed),
      context: this.#exchanges.contextRing(main, cuts, tokens),
      stream: this.#parameters.weightStreams(step, cuts)
    }
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
