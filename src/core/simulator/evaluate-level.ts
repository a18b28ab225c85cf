import type { ChipSpec } from '../chip/chip-spec.ts'
import type { Mapping } from '../mapping/mapping.ts'
import type { Workload } from '../workload/workload.ts'
import { designOf, type Design } from './design.ts'
import { simulateEvents, transferBytesOf, type EventOptions } from './event/event-step.ts'
import { analyticStep, evaluationOf, type SimulatedStep } from './evaluate.ts'
import type { Evaluation, SimulatorLevel } from './evaluation.ts'
import { fluidStep } from './fluid/fluid-step.ts'
import type { Machine } from './machine.ts'
import { clusterNetwork } from './network/cluster-network.ts'
import { linkReport } from './network/link-report.ts'
import { meshNetwork } from './network/mesh-network.ts'
import type { MeshDamage } from './network/mesh-damage.ts'
import type { Network } from './network/network.ts'
import { stepLinkBytes } from './program/link-bytes.ts'
import { RoutedCollectives } from './program/routed-collectives.ts'
import { simulateStep, STEP_COLUMNS, TIME_S } from './pipeline.ts'

export const networkOf = (chip: ChipSpec, damage?: MeshDamage): Network =>
  chip.kind === 'wafer' ? meshNetwork(chip, damage) : clusterNetwork(chip)

/** What a level is asked on: a network, and for the event level what it may leave out and whom it tells. */
export interface LevelContext {
  readonly network: Network
  readonly event?: EventOptions
}

type Simulate = (machine: Machine, design: Design, mapping: Mapping, context: LevelContext) => SimulatedStep

const simulators: Record<SimulatorLevel, Simulate> = {
  analytic: (_machine, design) => analyticStep(design),
  fluid(machine, design, mapping, { network }) {
    const collectives = new RoutedCollectives(network, machine, design.model.axes, mapping)
    const { stages, frame, programs } = fluidStep(design, collectives)
    const time = new Float64Array(STEP_COLUMNS)
    simulateStep(frame, stages, design.stages.length, time)
    const linkBytes = stepLinkBytes(design, programs, collectives, transferBytesOf(design))
    return { level: 'fluid', stages, frame, links: linkReport(network, linkBytes, time[TIME_S]!).links }
  },
  event(machine, design, mapping, { network, event }) {
    const { stages, frame } = analyticStep(design)
    const { time_s, breakdown_s, linkBytes } = simulateEvents(network, machine, design, mapping, stages, event)
    return { level: 'event', stages, frame, time_s: breakdown_s, links: linkReport(network, linkBytes, time_s).links }
  }
}

/**
 * Simulates one optimiser step at a level: `analytic` by closed forms, `fluid` with every phase's transfers sharing the links, `event` with
 * every operator, transfer and collective in time.
 * @throws Problem `illegal-mapping`, `unreachable`
 */
export function evaluateAt(
  level: SimulatorLevel,
  workload: Workload,
  machine: Machine,
  mapping: Mapping,
  context: LevelContext = { network: networkOf(machine.chip) }
): Evaluation {
  const design = designOf(workload, machine, mapping)
  return evaluationOf(workload, machine, design, mapping, simulators[level](machine, design, mapping, context))
}
