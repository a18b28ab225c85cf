import type { ChipSpec } from '../chip/chip-spec.ts'
import type { Mapping } from '../mapping/mapping.ts'
import type { Workload } from '../workload/workload.ts'
import { designOf, type Design } from './design.ts'
import { simulateEvents, type EventOptions } from './event/event-step.ts'
import { analyticStep, evaluationOf, type SimulatedStep } from './evaluate.ts'
import type { Evaluation, HotLink, SimulatorLevel, Violation } from './evaluation.ts'
import type { TimelineEvent } from './event/timeline.ts'
import { fluidStep, routedModels } from './fluid/fluid-step.ts'
import { machineOf, type Machine } from './machine.ts'
import { defectViolations } from './machine-defects.ts'
import { clusterLinkKind, clusterNetwork, withFasterLinks } from './network/cluster-network.ts'
import { linkReport, withMoreBandwidth, worth_sPerGBps } from './network/link-report.ts'
import { meshNetwork } from './network/mesh-network.ts'
import type { MeshDamage } from './network/mesh-damage.ts'
import type { Network } from './network/network.ts'
import { RoutedCollectives } from './program/routed-collectives.ts'

export const networkOf = (chip: ChipSpec, damage?: MeshDamage): Network =>
  chip.kind === 'wafer' ? meshNetwork(chip, damage) : clusterNetwork(chip)

/** The network of a machine, with what is broken on it. */
export const networkFor = (machine: Machine): Network => machine.defects?.network ?? networkOf(machine.chip)

/** What a level is asked on: a network, and for the event level what it may leave out and whom it tells. */
export interface LevelContext {
  readonly network: Network
  readonly event?: EventOptions
}

type Simulate = (machine: Machine, design: Design, mapping: Mapping, context: LevelContext) => SimulatedStep

const simulators: Record<SimulatorLevel, Simulate> = {
  analytic(machine, design, mapping, { network }) {
    if (!machine.defects) return analyticStep(design)
    const collectives = new RoutedCollectives(network, machine, design.model.axes, mapping)
    const models = routedModels(design, collectives)
    return { ...analyticStep({ ...design, stageModels: models }), models }
  },
  fluid(machine, design, mapping, { network }) {
    const collectives = new RoutedCollectives(network, machine, design.model.axes, mapping)
    const { stages, frame, models, time_s, linkBytes } = fluidStep(design, collectives)
    const step_s = Object.values(time_s).reduce((sum, part) => sum + part, 0)
    return { level: 'fluid', stages, frame, models, time_s, links: linkReport(network, linkBytes, step_s).links }
  },
  event(machine, design, mapping, { network, event }) {
    const { stages, frame } = analyticStep(design)
    const { time_s, breakdown_s, linkBytes, resolution, foldedMicroBatches, foldedLayers } = simulateEvents(
      network,
      machine,
      design,
      mapping,
      stages,
      event
    )
    return {
      level: 'event',
      stages,
      frame,
      time_s: breakdown_s,
      links: linkReport(network, linkBytes, time_s).links,
      simulation: { resolution, foldedMicroBatches, foldedLayers }
    }
  }
}

/** What a level says of a design: what evaluations are made of. */
export const simulateAt = (level: SimulatorLevel, ...given: Parameters<Simulate>): SimulatedStep =>
  simulators[level](...given)

/** Utilisations this close, relative to the highest, are equal. */
const ALIKE = 1e-6

/**
 * A machine and its network with some links faster. Behind switches collectives take their time from the chip's constants, not from the
 * network: there the chip itself is made anew, with all links of the kinds that are asked for.
 */
function withMoreOn(machine: Machine, network: Network, links: readonly number[], more_Bps: number) {
  const { chip, overlap, gradientOverlap } = machine
  if (chip.kind === 'wafer') return { machine, network: withMoreBandwidth(network, links, more_Bps) }
  const faster = withFasterLinks(chip, new Set(links.map(clusterLinkKind)), more_Bps)
  return { machine: { ...machineOf(faster), overlap, gradientOverlap }, network: clusterNetwork(faster) }
}

/** The hottest links of an evaluation and what more of them would be worth, by running again with more; undefined on idle links. */
export function hotLinkOf(
  { links, iterationTime_s }: Evaluation,
  machine: Machine,
  network: Network,
  run: (machine: Machine, network: Network) => Evaluation
): HotLink | undefined {
  const most = (links ?? []).reduce((least, { utilisation }) => Math.max(least, utilisation), 0)
  if (most === 0) return undefined
  const hot = links!.filter(({ utilisation }) => utilisation >= most * (1 - ALIKE))
  const numbers = hot.map(({ link }) => link)
  const worth = worth_sPerGBps(network, numbers, iterationTime_s, (more_Bps) => {
    const faster = withMoreOn(machine, network, numbers, more_Bps)
    return run(faster.machine, faster.network).iterationTime_s
  })
  const { from, to, utilisation } = hot[0]!
  return { from, to, utilisation, alike: hot.length, worth_sPerGBps: worth }
}

/** What a mapping on dies that cannot be used would be on the whole wafer, with the dies that forbid it. */
function onWhole(
  level: SimulatorLevel,
  workload: Workload,
  { defects }: Machine,
  mapping: Mapping,
  broken: readonly Violation[]
): Evaluation {
  const evaluation = evaluateAt(level, workload, defects!.whole, mapping)
  return { ...evaluation, feasible: false, violations: [...broken, ...evaluation.violations] }
}

/**
 * Simulates one optimiser step at a level: `analytic` by closed forms (on a machine with defects: collectives and transfers by their routes
 * on idle links), `fluid` with every phase's transfers sharing the links, `event` with
 * every operator, transfer and collective in time. A mapping on dies that cannot be used is answered as on the whole machine, with
 * `feasible: false` and a violation for each of them.
 * @throws Problem `illegal-mapping`, `unreachable`
 */
export function evaluateAt(
  level: SimulatorLevel,
  workload: Workload,
  machine: Machine,
  mapping: Mapping,
  context: LevelContext = { network: networkFor(machine) }
): Evaluation {
  const broken = defectViolations(machine, mapping)
  if (broken.length > 0) return onWhole(level, workload, machine, mapping, broken)
  const design = designOf(workload, machine, mapping)
  return evaluationOf(workload, machine, design, mapping, simulateAt(level, machine, design, mapping, context))
}

/**
 * {@link evaluateAt} for a person: with the hot link and its worth, and the timeline of the event level where it is wanted.
 * @param timeline whether to record every event, which simulates every micro-batch
 */
export function evaluateInFull(
  level: SimulatorLevel,
  workload: Workload,
  machine: Machine,
  mapping: Mapping,
  context: LevelContext = { network: networkFor(machine) },
  timeline = false
): Evaluation {
  const run = (on: Machine, network: Network, event?: EventOptions): Evaluation =>
    evaluateAt(level, workload, on, mapping, { ...context, network, ...(event && { event }) })
  const events: TimelineEvent[] = []
  const evaluation = run(
    machine,
    context.network,
    timeline && level === 'event' ? { ...context.event, record: (event) => events.push(event) } : context.event
  )
  // What was answered as on the whole machine speaks of other links than there are.
  if (level === 'analytic' || defectViolations(machine, mapping).length > 0) return evaluation
  const hotLink = hotLinkOf(evaluation, machine, context.network, (on, network) => run(on, network, context.event))
  return { ...evaluation, ...(hotLink && { hotLink }), ...(events.length > 0 && { timeline: events }) }
}
