import type { Mapping } from '../../mapping/mapping.ts'
import type { Workload } from '../../workload/workload.ts'
import { designOf, type Design } from '../design.ts'
import { evaluationOf } from '../evaluate.ts'
import { evaluateAt, hotLinkOf, networkFor, simulateAt } from '../evaluate-level.ts'
import type { Evaluation, SimulatorLevel, TimeBreakdown_s } from '../evaluation.ts'
import { criticalPath, type CriticalPath } from '../event/critical-path.ts'
import { LinkRates } from '../event/link-rates.ts'
import { memoryCurves, type MemoryCurve } from '../event/memory-curves.ts'
import { stageMemories } from '../event/memory-track.ts'
import { simulation_s, stepEvents } from '../event/resolution.ts'
import type { TimelineEvent } from '../event/timeline.ts'
import { TimelineBuilder, type TimelineColumns } from '../event/timeline-columns.ts'
import type { Machine } from '../machine.ts'
import { defectViolations } from '../machine-defects.ts'
import { RoutedCollectives } from '../program/routed-collectives.ts'
import { stagePrograms } from '../program/stage-program.ts'
import { forEachFlow, type StepFlow } from '../program/step-flows.ts'
import { transferBytesOf } from '../program/transfer-bytes.ts'
import { analyticStep } from '../evaluate.ts'
import { orderOf } from '../schedule-order.ts'
import { flowsOn, linkColumns, type LinkColumns, type LinkFlow } from './link-columns.ts'
import { memoryContents, type MemoryContents } from './memory-columns.ts'
import { operatorColumns, type OperatorColumns } from './operator-columns.ts'
import { stageColumns, type StageColumns } from './stage-columns.ts'

/** One mapping of a step, about which questions are asked. */
export interface MappedStep {
  readonly workload: Workload
  readonly machine: Machine
  readonly mapping: Mapping
}

/** An evaluation with what it is made of. */
export interface StepInsight {
  /** Without the links, which are in columns of their own. */
  readonly evaluation: Omit<Evaluation, 'links' | 'timeline'>
  readonly operators: OperatorColumns
  readonly stages: StageColumns
  readonly memory: MemoryContents
  /** At the levels that route traffic. */
  readonly links?: LinkColumns
  /** About what a timeline of this step takes to simulate. */
  readonly timelinePrice_s: number
}

/** Intervals of a step that link rates are told of. */
const RATE_BINS = 200

/** A mapping on dies that cannot be used is looked at as on the whole machine. */
const usable = ({ machine, mapping }: MappedStep): Machine =>
  defectViolations(machine, mapping).length > 0 ? machine.defects!.whole : machine

function flowsOf({ mapping }: MappedStep, machine: Machine, design: Design, stages: Float64Array) {
  const programs = stagePrograms(design, stages)
  const collectives = new RoutedCollectives(networkFor(machine), machine, design.model.axes, mapping)
  const bytesOf = transferBytesOf(design)
  return (visit: (flow: StepFlow) => void): void => forEachFlow(design, programs, collectives, bytesOf, visit)
}

/**
 * Evaluates a step and takes the evaluation apart. The event level's operators are those of the closed forms: what they wait for there is
 * in its timeline.
 * @throws Problem `illegal-mapping`, `unreachable`
 */
export function stepInsight(step: MappedStep, level: SimulatorLevel): StepInsight {
  const { workload, mapping } = step
  const broken = defectViolations(step.machine, mapping)
  const machine = usable(step)
  const network = networkFor(machine)
  const design = designOf(workload, machine, mapping)
  const simulated = simulateAt(level, machine, design, mapping, { network })
  const full = evaluationOf(workload, machine, design, mapping, simulated)
  const hotLink =
    level === 'analytic'
      ? undefined
      : hotLinkOf(full, machine, network, (on, other) => evaluateAt(level, workload, on, mapping, { network: other }))
  const { links: _, ...evaluation } = {
    ...full,
    feasible: full.feasible && broken.length === 0,
    violations: [...broken, ...full.violations],
    ...(hotLink && { hotLink })
  }
  const { stages, frame, models } = simulated
  return {
    evaluation,
    operators: operatorColumns(design, models),
    stages: stageColumns(design, frame, stages),
    memory: memoryContents(design, models),
    ...(level !== 'analytic' && {
      links: linkColumns(network, full.iterationTime_s, flowsOf(step, machine, design, stages))
    }),
    timelinePrice_s: simulation_s(stepEvents(stagePrograms(design, stages), frame.microBatches))
  }
}

/** A part of a step's time. */
export interface TimeSpan {
  readonly from_s: number
  readonly to_s: number
}

/** What happened when in a step simulated event by event, a stage's dies in all replicas as one. */
export interface TimelineInsight {
  readonly time_s: number
  readonly breakdown_s: TimeBreakdown_s
  readonly timeline: TimelineColumns
  readonly critical: CriticalPath
  readonly memory: readonly MemoryCurve[]
  readonly links: LinkColumns
  /** Mean rates on every link over equal intervals, link by link. */
  readonly rates: { readonly bins: number; readonly interval_s: number; readonly rates_Bps: Float32Array }
}

/** Lanes whose events are always told; operators and collectives inside tasks only where they are asked for. */
const isOutline = ({ lane, activity }: TimelineEvent): boolean =>
  (lane !== 'compute' && lane !== 'collective') || activity === 'optimizer'

/** Simulates a step event by event and keeps its tasks, transfers and synchronisation. @throws Problem `illegal-mapping` */
export function timelineInsight(step: MappedStep): TimelineInsight {
  const { workload, mapping } = step
  const machine = usable(step)
  const network = networkFor(machine)
  const design = designOf(workload, machine, mapping)
  const builder = new TimelineBuilder()
  const rates = new LinkRates(Array.from(network.linkFrom.keys()), RATE_BINS)
  const simulated = simulateAt('event', machine, design, mapping, {
    network,
    event: {
      resolution: 'stage',
      record: (event) => isOutline(event) && builder.add(event),
      recordTraffic: (event) => rates.add(event)
    }
  })
  const { iterationTime_s, time_s } = evaluationOf(workload, machine, design, mapping, simulated)
  const timeline = builder.columns()
  const { interval_s, tracks } = rates.rates_Bps(iterationTime_s)
  const { schedule, microBatches } = design.frame
  const order = orderOf(schedule, design.stages.length, microBatches)
  return {
    time_s: iterationTime_s,
    breakdown_s: time_s,
    timeline,
    critical: criticalPath(timeline, iterationTime_s),
    memory: memoryCurves(timeline, stageMemories(design, simulated.stages, order)),
    links: linkColumns(network, iterationTime_s, flowsOf(step, machine, design, simulated.stages)),
    rates: {
      bins: RATE_BINS,
      interval_s,
      // The last track is that of all links together.
      rates_Bps: Float32Array.from(tracks.slice(0, -1).flatMap((track) => Array.from(track)))
    }
  }
}

/** Operators and collectives of a part of the step, at most so many: of the earliest ones. @throws Problem `illegal-mapping` */
export function timelineDetail(step: MappedStep, span: TimeSpan, most: number): TimelineColumns {
  const machine = usable(step)
  const builder = new TimelineBuilder()
  simulateAt('event', machine, designOf(step.workload, machine, step.mapping), step.mapping, {
    network: networkFor(machine),
    event: {
      resolution: 'stage',
      record: (event) => {
        const isInside = event.end_s > span.from_s && event.start_s < span.to_s
        if (isInside && !isOutline(event) && builder.length < most) builder.add(event)
      }
    }
  })
  return builder.columns()
}

/** The traffic on one link of the network, the heaviest first. @throws Problem `illegal-mapping` */
export function linkFlows(step: MappedStep, link: number, most: number): readonly LinkFlow[] {
  const machine = usable(step)
  const design = designOf(step.workload, machine, step.mapping)
  return flowsOn(link, most, flowsOf(step, machine, design, analyticStep(design).stages))
}
