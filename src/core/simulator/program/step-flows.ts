import type { Design } from '../design.ts'
import { crossings } from '../schedule.ts'
import type { GroupName } from '../step-operations.ts'
import type { RoutedCall, RoutedCollectives } from './routed-collectives.ts'
import type { Call, Offload, Segment, StageProgram } from './stage-program.ts'

/**
 * Why bytes go over links: inside a region, among replicas while micro-batches run, between stages, once a step, for the shared table, or
 * with tensors on their way to a helper and back.
 */
export const trafficClasses = ['region', 'replicas', 'pipeline', 'synchronisation', 'table', 'offload'] as const
export type TrafficClass = (typeof trafficClasses)[number]

/** Traffic of one kind that a step puts on the network. */
export interface StepFlow {
  readonly traffic: TrafficClass
  readonly stage: number
  /** Stage that a transfer goes to. */
  readonly receiver?: number
  readonly layer?: string
  /** The operator around which it happens. */
  readonly operator: string
  readonly kind: Call['kind'] | 'point-to-point'
  readonly group?: GroupName
  /** Of what is offloaded, which way it goes. */
  readonly way?: Offload['way']
  readonly routed: RoutedCall
  /** Bytes of payload in the whole step, as each burst carries them. */
  readonly payload_B: number
}

/** Tells of all traffic of one optimiser step, collective by collective. */
export function forEachFlow(
  design: Design,
  programs: readonly StageProgram[],
  collectives: RoutedCollectives,
  bytesOf: (from: number, to: number) => number,
  visit: (flow: StepFlow) => void
): void {
  const { microBatches, schedule, tiedShard_B } = design.frame
  const last = programs.length - 1
  const transfer = (stage: number, receiver: number, payload_B: number, traffic: TrafficClass = 'pipeline'): void => {
    const operator = traffic === 'table' ? 'shared table' : receiver > stage ? 'activations' : 'gradients'
    const routed = collectives.transfer(stage, receiver)
    visit({ traffic, stage, receiver, operator, kind: 'point-to-point', routed, payload_B })
  }
  programs.forEach((program, stage) => {
    const call = (one: Call, traffic: TrafficClass, operator: string, times: number, layer?: string): void => {
      const routed = collectives.fastest(stage, one)
      const { kind, group } = one
      visit({
        traffic,
        stage,
        operator,
        kind,
        group,
        routed,
        payload_B: times * one.bytes,
        ...(layer !== undefined && { layer })
      })
    }
    const helper = collectives.helperOf(stage)
    const offload = ({ way, bytes }: Offload, operator: string, times: number, layer: string): void => {
      // What has a memory of its own there is on no link of the network.
      if (helper === undefined) return
      visit({
        traffic: 'offload',
        stage,
        receiver: helper,
        layer,
        operator,
        kind: 'point-to-point',
        way,
        routed: collectives.stageOffload(stage, way),
        payload_B: times * bytes
      })
    }
    const chunks = (tasks: readonly (readonly Segment[])[]): void => {
      for (const { layer, blocks, times } of tasks.flat())
        for (const { name, before, beside, offloads } of blocks) {
          for (const one of [...before, ...beside])
            call(one, typeof one.group === 'number' ? 'region' : 'replicas', name, times * microBatches, layer)
          if (offloads) offload(offloads, name, times * microBatches, layer)
        }
    }
    chunks(program.forward)
    chunks(program.backward)
    program.synchronisation.forEach((one) => call(one, 'synchronisation', 'gradient synchronisation', 1))
    if (stage === 0) return
    const times = crossings(schedule) * microBatches
    transfer(stage - 1, stage, times * bytesOf(stage - 1, stage))
    transfer(stage, stage - 1, times * bytesOf(stage, stage - 1))
  })
  if (schedule.virtualStages > 1 && last > 0) {
    const times = (crossings(schedule) - 1) * microBatches
    transfer(last, 0, times * bytesOf(last, 0))
    transfer(0, last, times * bytesOf(0, last))
  }
  if (tiedShard_B > 0 && last > 0) {
    transfer(0, last, tiedShard_B, 'table')
    transfer(last, 0, tiedShard_B, 'table')
  }
}
