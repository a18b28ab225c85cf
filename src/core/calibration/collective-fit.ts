import type { ClusterChipSpec } from '../chip/chip-spec.ts'
import { fastest_s, switchedCollectives } from '../simulator/collective-cost.ts'
import { fitError, type FitError } from './fit-error.ts'
import { leastSquares } from './least-squares.ts'
import type { CollectiveRow } from './measurements.ts'

/** What measured all-reduces inside one node say of it. */
export interface CollectiveFit {
  readonly node: Pick<ClusterChipSpec['node'], 'bandwidth_Bps' | 'groupBandwidth_Bps' | 'latency_s' | 'stepLatency_s'>
  readonly error: FitError
}

const MICRO = 1e-6

/** Seconds of one all-reduce among `gpus` devices of a node, as the simulator prices it. */
export function allReduce_s(node: CollectiveFit['node'], gpus: number, bytes: number): number {
  const group = switchedCollectives(
    { size: gpus, perNode: gpus, nodes: 1 },
    {
      nodeDevices: gpus,
      nodeBandwidth_Bps: node.bandwidth_Bps,
      groupBandwidth_Bps: node.groupBandwidth_Bps ?? [],
      launch_s: node.latency_s,
      nodeStep_s: node.stepLatency_s,
      networkBandwidth_Bps: node.bandwidth_Bps,
      networkStep_s: 0
    }
  )
  return fastest_s(group.allReduce, bytes)
}

/**
 * Launch and step latency and the bus bandwidth of every group size, by least squares of ln(predicted/measured): all sizes of message
 * count alike.
 * @param rows all of one kind of device; group sizes 2, 3, ... up to the largest one, the whole node
 */
export function fitCollectives(rows: readonly CollectiveRow[]): CollectiveFit {
  const largest = Math.max(...rows.map(({ gpus }) => gpus))
  const sizes = Array.from({ length: largest - 1 }, (_, index) => index + 2)
  // A group's largest message shows its bandwidth best; a size nobody measured keeps that of the next larger one.
  const guesses = sizes.map((size) => {
    const known = rows.filter(({ gpus }) => gpus >= size).sort((a, b) => a.gpus - b.gpus || b.bytes - a.bytes)[0]!
    return ((2 * (known.gpus - 1)) / known.gpus) * (known.bytes / (known.time_us * MICRO))
  })
  const nodeOf = (logs: readonly number[]): CollectiveFit['node'] => {
    const groupBandwidth_Bps = guesses.map((guess, index) => guess * Math.exp(logs[index + 2]!))
    return {
      bandwidth_Bps: groupBandwidth_Bps.at(-1)!,
      groupBandwidth_Bps,
      latency_s: 30 * MICRO * Math.exp(logs[0]!),
      stepLatency_s: 3 * MICRO * Math.exp(logs[1]!)
    }
  }
  const errors = (logs: readonly number[]): readonly number[] => {
    const node = nodeOf(logs)
    return rows.map(({ gpus, bytes, time_us }) => Math.log(allReduce_s(node, gpus, bytes) / (time_us * MICRO)))
  }
  const { parameters } = leastSquares(
    errors,
    [0, 0, ...sizes].map(() => 0)
  )
  return { node: nodeOf(parameters), error: fitError(errors(parameters)) }
}
