import { formatBytes_B } from '../format/format-quantity.ts'
import type { Mapping } from '../mapping/mapping.ts'
import { regionDies } from '../mapping/region.ts'
import { optionalTensors } from '../mapping/plan-code.ts'
import { forwardFlopsPerToken, type Workload } from '../workload/workload.ts'
import { stepBound } from './bounds.ts'
import type { CostModel } from './cost-model.ts'
import { designOf, fillStages, type Design } from './design.ts'
import { stepEnergy_J, stepWork } from './energy.ts'
import type { Evaluation, MemoryBreakdown_B, StageEvaluation, TimeBreakdown_s, Violation } from './evaluation.ts'
import type { Machine } from './machine.ts'
import type { LinkUse } from './network/link-report.ts'
import * as pipeline from './pipeline.ts'
import type { StepFrame } from './pipeline.ts'
import { offloaded_B } from './pipeline.ts'
import * as plan from './plan-cost.ts'
import { delayedMicroBatches, fill_s, logitsInFlight, microBatchesInFlight } from './schedule.ts'

/** Sums in the order of the schema, so that members add up to the total to the last bit. */
const total = (parts: TimeBreakdown_s): number =>
  parts.compute +
  parts.recompute +
  parts.tensorCommunication +
  parts.pipelineCommunication +
  parts.dataCommunication +
  parts.bubble +
  parts.optimizer +
  parts.other

function stageMemory_B(design: Design, stages: Float64Array, stage: number, capacity: number): MemoryBreakdown_B {
  const at = stage * plan.PLAN_COLUMNS
  const inFlight = microBatchesInFlight(design.frame.schedule, stage, design.stages.length, design.frame.microBatches)
  const delayed = delayedMicroBatches(design.frame.schedule, stage, design.frame.microBatches)
  const weights = stages[at + plan.WEIGHTS_B]!
  const gradients = stages[at + plan.GRADIENTS_B]!
  const optimizer = stages[at + plan.OPTIMIZER_B]!
  const activations =
    inFlight * stages[at + plan.KEPT_B]! + pipeline.keptForOthers_B(design.frame, stages, stage, design.stages.length)
  const workspace =
    logitsInFlight(design.frame.schedule, design.frame.microBatches) * stages[at + plan.LOGITS_B]! +
    delayed * stages[at + plan.DELAYED_B]! +
    stages[at + plan.REMATERIALIZED_B]! +
    stages[at + plan.BUFFER_B]!
  const peak = weights + gradients + optimizer + activations + workspace
  return { capacity, peak, weights, gradients, optimizer, activations, workspace }
}

/** The critical stage's work, and everything else of the step around it. */
function timeBreakdown_s(design: Design, stages: Float64Array, critical: number, fill: number): TimeBreakdown_s {
  const { frame } = design
  const at = critical * plan.PLAN_COLUMNS
  const m = frame.microBatches
  const time = plan.microBatch_s(stages, at)
  const weightGradient = stages[at + plan.WEIGHT_GRADIENT_S]!
  return {
    compute: m * (stages[at + plan.FORWARD_S]! + stages[at + plan.BACKWARD_S]!),
    recompute: m * stages[at + plan.RECOMPUTE_S]!,
    tensorCommunication: m * stages[at + plan.TENSOR_COMMUNICATION_S]!,
    pipelineCommunication: m * pipeline.exposedTransfer_s(frame, critical, time) + pipeline.fillTransfers_s(frame),
    dataCommunication:
      m * stages[at + plan.DATA_COMMUNICATION_S]! +
      pipeline.exposedSync_s(stages[at + plan.GRADIENT_SYNC_S]!, time, frame.gradientOverlap) +
      frame.tiedSync_s,
    bubble: fill - fill_s(frame.schedule, time, weightGradient),
    optimizer: stages[at + plan.OPTIMIZER_S]!,
    other: frame.iterationOverhead_s + m * stages[at + plan.OFFLOAD_S]!
  }
}

/**
 * FLOPs the step executes, as the field books them: a recomputed operator runs its forward again; an attention core recomputed on its own
 * is booked at 12 b s^2 h as in 2205.05198's formula (the time charged is that of the one forward it really runs).
 */
function executedFlops(design: Design, workload: Workload): number {
  const { training } = workload
  const tokens = training.globalBatch * training.sequenceLength
  let again = 0
  for (const runs of design.stages)
    for (const run of runs) {
      const code = design.plans[run.plan]!
      const { steps } = workload.classes[code.layerClass]!
      const reruns = steps.map((step, index) =>
        optionalTensors(step).some(
          (tensor, bit) => code.recompute[index]! & (1 << bit) && step.units[tensor.unit!]!.main
        )
      )
      for (const [index, step] of steps.entries()) {
        if (!reruns[index]) continue
        const alone = step.main.kind === 'attention' && reruns.filter(Boolean).length === 1
        again += run.layers * forwardFlopsPerToken(step.main, training) * (alone ? 3 : 1)
      }
    }
  return workload.modelFlops + again * tokens
}

function violationsOf(stages: readonly StageEvaluation[]): Violation[] {
  return stages
    .filter(({ memory_B }) => memory_B.peak > memory_B.capacity)
    .map(({ stage, memory_B }) => ({
      code: 'memory-capacity',
      message:
        `stage ${stage} needs ${formatBytes_B(memory_B.peak)} per die, ` +
        `${formatBytes_B(memory_B.peak - memory_B.capacity)} more than the ${formatBytes_B(memory_B.capacity)} there are; ` +
        'recompute more, use more stages, or raise the ZeRO stage',
      subject: `stage ${stage}`,
      value: memory_B.peak,
      limit: memory_B.capacity,
      unit: 'B'
    }))
}

/** Stages whose offloaded tensors exceed the chip's memory for them; what goes to a helper counts there. */
function offloadViolations(design: Design, machine: Machine, stages: Float64Array): Violation[] {
  const limit = machine.offload?.capacityPerDie_B ?? 0
  const { helpers } = design.frame
  return design.stages.flatMap((_runs, stage) => {
    if ((helpers?.[stage] ?? -1) >= 0) return []
    const value = offloaded_B(design.frame, stages, stage, design.stages.length)
    if (value <= limit) return []
    const message = `stage ${stage} offloads ${formatBytes_B(value)} per die, of ${formatBytes_B(limit)} there are; offload fewer tensors`
    return [{ code: 'offload-capacity', message, subject: `stage ${stage}`, value, limit, unit: 'B' }]
  })
}

/** What a simulator level says of a step: totals of its stages, its frame, and its time where that is not the recurrence's. */
export interface SimulatedStep {
  readonly level: Evaluation['level']
  readonly stages: Float64Array
  readonly frame: StepFrame
  /** Cost model of each stage, where it is not the design's own. */
  readonly models?: readonly CostModel[]
  readonly time_s?: TimeBreakdown_s
  readonly links?: readonly LinkUse[]
  readonly simulation?: Evaluation['simulation']
}

/** The analytic step of a design. */
export function analyticStep(design: Design): SimulatedStep {
  const plans = new Float64Array(design.plans.length * plan.PLAN_COLUMNS)
  const stages = new Float64Array(design.stages.length * plan.PLAN_COLUMNS)
  fillStages(design, plans, stages)
  return { level: 'analytic', stages, frame: design.frame }
}

/** The full answer for a design, with the mapping it came from. */
export const evaluateDesign = (workload: Workload, machine: Machine, design: Design, mapping: Mapping): Evaluation =>
  evaluationOf(workload, machine, design, mapping, analyticStep(design))

/** The full answer for what any level says of a design. */
export function evaluationOf(
  workload: Workload,
  machine: Machine,
  given: Design,
  mapping: Mapping,
  simulated: SimulatedStep
): Evaluation {
  const { stages, frame } = simulated
  const design = { ...given, frame }
  const step = new Float64Array(pipeline.STEP_COLUMNS)
  pipeline.simulateStep(frame, stages, design.stages.length, step)

  const dies = regionDies(mapping.region)
  const m = design.frame.microBatches
  const evaluated = design.stages.map((runs, stage): StageEvaluation => {
    const at = stage * plan.PLAN_COLUMNS
    const forward = stages[at + plan.FORWARD_S]!
    const recompute = stages[at + plan.RECOMPUTE_S]!
    return {
      stage,
      layers: runs.reduce(
        (count, run) => count + (workload.classes[design.plans[run.plan]!.layerClass]!.hasAttention ? run.layers : 0),
        0
      ),
      dies,
      microBatchTime_s: { forward, backward: stages[at + plan.BACKWARD_S]!, recompute },
      time_s: m * plan.microBatch_s(stages, at),
      memory_B: stageMemory_B(design, stages, stage, machine.capacity_B)
    }
  })
  const time_s =
    simulated.time_s ?? timeBreakdown_s(design, stages, step[pipeline.CRITICAL_STAGE]!, step[pipeline.FILL_S]!)
  const iterationTime_s = total(time_s)
  const memory_B = evaluated[step[pipeline.PEAK_STAGE]!]!.memory_B
  const violations = [...violationsOf(evaluated), ...offloadViolations(design, machine, stages)]
  const executed = executedFlops(design, workload)
  const work = stepWork(design.frame, stages, design.stages.length, dies * mapping.dataParallel)
  const energy_J = stepEnergy_J(machine, work, iterationTime_s)
  const peak = machine.dies * machine.engine.peak_flops * iterationTime_s
  return {
    schema: 'tmac.evaluation/1',
    level: simulated.level,
    feasible: violations.length === 0,
    violations,
    parameters: workload.parameters,
    modelFlops: workload.modelFlops,
    executedFlops: executed,
    iterationTime_s,
    tokensPerSecond: (workload.training.globalBatch * workload.training.sequenceLength) / iterationTime_s,
    mfu: workload.modelFlops / peak,
    hfu: executed / peak,
    time_s,
    memory_B,
    stages: evaluated,
    energy_J,
    power_W: { low: energy_J.low / iterationTime_s, high: energy_J.high / iterationTime_s },
    lowerBound: stepBound(workload, machine),
    mapping,
    ...(simulated.links && { links: simulated.links }),
    ...(simulated.simulation && { simulation: simulated.simulation })
  }
}

/**
 * Simulates one optimiser step analytically.
 * @throws Problem `illegal-mapping` when the mapping does not fit model, batch or chip; a mapping that merely needs too much memory
 * is answered with `feasible: false` and its violations
 */
export const evaluate = (workload: Workload, machine: Machine, mapping: Mapping): Evaluation =>
  evaluateDesign(workload, machine, designOf(workload, machine, mapping), mapping)
