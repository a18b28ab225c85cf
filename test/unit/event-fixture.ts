import type { Mapping } from '../../src/core/mapping/mapping.ts'
import { designOf, fillStages, type Design } from '../../src/core/simulator/design.ts'
import { simulateEvents, type EventOptions, type EventStep } from '../../src/core/simulator/event/event-step.ts'
import type { Machine } from '../../src/core/simulator/machine.ts'
import { clusterNetwork } from '../../src/core/simulator/network/cluster-network.ts'
import { meshNetwork } from '../../src/core/simulator/network/mesh-network.ts'
import type { Network } from '../../src/core/simulator/network/network.ts'
import { PLAN_COLUMNS } from '../../src/core/simulator/plan-cost.ts'
import type { Workload } from '../../src/core/workload/workload.ts'

/** A design with all that the event level asks for. */
export interface Prepared {
  readonly machine: Machine
  readonly network: Network
  readonly mapping: Mapping
  readonly design: Design
  readonly stages: Float64Array
}

export const networkOf = ({ chip }: Machine): Network =>
  chip.kind === 'wafer' ? meshNetwork(chip) : clusterNetwork(chip)

export function prepared(workload: Workload, machine: Machine, mapping: Mapping): Prepared {
  const design = designOf(workload, machine, mapping)
  const stages = new Float64Array(design.stages.length * PLAN_COLUMNS)
  fillStages(design, new Float64Array(design.plans.length * PLAN_COLUMNS), stages)
  return { machine, network: networkOf(machine), mapping, design, stages }
}

export const events = (
  { network, machine, design, mapping, stages }: Prepared,
  options: EventOptions = {}
): EventStep => simulateEvents(network, machine, design, mapping, stages, options)

/** Links so fast that no transfer takes time. */
export const freeLinks = { links: { bandwidthPerEdge_Bps: 1e30, latency_s: 0 } }
