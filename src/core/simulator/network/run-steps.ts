import type { FlowStep } from './flow.ts'
import type { Network } from './network.ts'
import { Transport } from './transport.ts'

/** What steps of flows took, and what each link carried in them. */
export interface StepsRun {
  readonly time_s: number
  readonly linkBytes: Float64Array
  /** Seconds in which each link carried at least one flow. */
  readonly linkBusy_s: Float64Array
}

/** Steps one after the other on a network that carries nothing else; a step that comes several times in a row is run once and multiplied. */
export function runSteps(network: Network, steps: readonly FlowStep[]): StepsRun {
  const transport = new Transport(network)
  const links = network.bandwidth_Bps.length
  const linkBytes = new Float64Array(links)
  const linkBusy_s = new Float64Array(links)
  let time_s = 0
  for (const { flows, times } of steps) {
    transport.reset()
    for (const flow of flows) transport.start(flow, 0)
    time_s += times * transport.run()
    for (let link = 0; link < links; link++) {
      linkBytes[link]! += times * transport.linkBytes[link]!
      linkBusy_s[link]! += times * transport.linkBusy_s[link]!
    }
  }
  return { time_s, linkBytes, linkBusy_s }
}
