import type { Mapping } from '../mapping/mapping.ts'
import { designOf, type Design } from '../simulator/design.ts'
import { analyticStep } from '../simulator/evaluate.ts'
import { transferBytesOf, type TransferBytes } from '../simulator/program/transfer-bytes.ts'
import type { Machine } from '../simulator/machine.ts'
import type { Network } from '../simulator/network/network.ts'
import { diesOf } from '../simulator/program/group-members.ts'
import { RoutedCollectives } from '../simulator/program/routed-collectives.ts'
import { stagePrograms, type StageProgram } from '../simulator/program/stage-program.ts'
import { orderOf, type ScheduleOrder } from '../simulator/schedule-order.ts'
import type { Workload } from '../workload/workload.ts'

/** One optimiser step with everything that its exports are made of: what every stage executes, in which order, on which dies and links. */
export interface PreparedStep {
  readonly workload: Workload
  readonly machine: Machine
  readonly mapping: Mapping
  readonly network: Network
  readonly design: Design
  /** Totals of the stages, `PLAN_COLUMNS` each. */
  readonly stages: Float64Array
  readonly programs: readonly StageProgram[]
  readonly order: ScheduleOrder
  readonly collectives: RoutedCollectives
  readonly bytesOf: TransferBytes
}

/** @throws Problem `illegal-mapping` */
export function preparedStep(workload: Workload, machine: Machine, mapping: Mapping, network: Network): PreparedStep {
  const design = designOf(workload, machine, mapping)
  const { stages, frame } = analyticStep(design)
  const programs = stagePrograms(design, stages)
  return {
    workload,
    machine,
    mapping,
    network,
    design,
    stages,
    programs,
    order: orderOf(frame.schedule, programs.length, frame.microBatches),
    collectives: new RoutedCollectives(network, machine, design.model.axes, mapping),
    bytesOf: transferBytesOf(design)
  }
}

/** A die that a mapping uses: its number on the network, and what it works for. */
export interface PlacedDie {
  readonly die: number
  readonly stage: number
  readonly replica: number
}

/** All dies of a mapping, replica by replica, stage by stage, row by row: the actors of an unfolded simulation, in their order. */
export const placedDies = ({ collectives, mapping }: PreparedStep): readonly PlacedDie[] =>
  mapping.placement.flatMap((corners, replica) =>
    corners.flatMap((corner, stage) =>
      diesOf(collectives.grid, mapping.region, corner).map((die) => ({ die, stage, replica }))
    )
  )
