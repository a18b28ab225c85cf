import type { Mapping } from '../../mapping/mapping.ts'
import type { MeshAxis } from '../../mapping/region.ts'
import type { CollectiveAlgorithmName } from '../collectives/algorithms.ts'
import type { CollectiveGroup, CollectiveKind } from '../collectives/collective.ts'
import type { Machine, Origin } from '../machine.ts'
import { latencyAlong_s, type Flow } from '../network/flow.ts'
import type { Network } from '../network/network.ts'
import type { GroupName } from '../step-operations.ts'
import { burstsOf, idle_s, type Burst } from './burst.ts'
import { algorithmsOf, collectiveBursts } from './collective-genes.ts'
import { dieGridOf, diesOf, groupsOf, type DieGrid } from './group-members.ts'
import type { Call, Offload } from './stage-program.ts'

/** A collective of a stage on the network: bursts for one byte of payload, one after another. */
export interface RoutedCall {
  readonly algorithm: CollectiveAlgorithmName | 'point-to-point'
  readonly bursts: readonly Burst[]
}

/**
 * The collectives of a mapping as flows on the links of a network. All groups of one name work side by side, in every replica: their
 * flows share links as they really lie.
 */
export class RoutedCollectives {
  readonly network: Network
  readonly grid: DieGrid
  readonly #machine: Machine
  readonly #axes: readonly MeshAxis[]
  readonly #mapping: Mapping
  readonly #choices = new Map<string, readonly RoutedCall[]>()
  /** One link each way lies between a die and the chip's memory for what it offloads; nobody else is on it. */
  readonly #ownWay: RoutedCall

  constructor(network: Network, machine: Machine, axes: readonly MeshAxis[], mapping: Mapping) {
    this.network = network
    this.grid = dieGridOf(machine)
    this.#machine = machine
    this.#axes = axes
    this.#mapping = mapping
    this.#ownWay = {
      algorithm: 'point-to-point',
      bursts: [
        {
          links: new Int32Array(0),
          load: new Float64Array(0),
          latency_s: 0,
          perByte_s: 1 / (machine.offload?.bandwidthPerDie_Bps ?? Infinity),
          fullest: 0
        }
      ]
    }
  }

  /** The groups of a name in all replicas of a stage. */
  groups(stage: number, name: GroupName): readonly CollectiveGroup[] {
    return groupsOf(this.grid, this.#axes, this.#mapping, stage, name)
  }

  /** The allowed algorithms for a kind of collective of a stage's groups. */
  choices(stage: number, name: GroupName, kind: CollectiveKind): readonly RoutedCall[] {
    const key = `${stage} ${name} ${kind}`
    const known = this.#choices.get(key)
    if (known) return known
    const groups = this.groups(stage, name).filter(({ members }) => members.length > 1)
    const made = groups.length === 0 ? [] : this.#build(groups, kind)
    this.#choices.set(key, made)
    return made
  }

  /** The algorithm that is fastest for a call's bytes on an idle network, as a library would choose it. */
  fastest(stage: number, { group, kind, bytes }: Call): RoutedCall {
    const [first, ...others] = this.choices(stage, group, kind)
    if (!first) return { algorithm: 'direct', bursts: [] }
    return others.reduce((best, one) => (idle_s(one.bursts, bytes) < idle_s(best.bursts, bytes) ? one : best), first)
  }

  /** A call of some groups of a stage, by the algorithm that all of them use. */
  among(stage: number, call: Call, groups: readonly CollectiveGroup[]): RoutedCall {
    const { algorithm } = this.fastest(stage, call)
    const some = groups.filter(({ members }) => members.length > 1)
    if (algorithm === 'point-to-point' || some.length === 0) return { algorithm, bursts: [] }
    return this.#routed(algorithm, some, call.kind)
  }

  /** One byte over each pair of dies, from the first to the second, at the same time. */
  messages(pairs: readonly (readonly [number, number])[]): RoutedCall {
    const messages = pairs.map(([from, to]) => [{ flows: [this.#flow(from, to)], times: 1 }])
    return { algorithm: 'point-to-point', bursts: burstsOf(this.network, messages) }
  }

  /** The stage that keeps what another offloads; undefined for the chip's memory for it. */
  helperOf(stage: number): number | undefined {
    return this.#mapping.helpers?.find(([helped]) => helped === stage)?.[1]
  }

  /**
   * What dies offload, or get back, one byte each: over a way of their own to the chip's memory for it, or to other dies and from them,
   * whose memory is written and read as fast as their own at best.
   */
  offload(pairs?: readonly (readonly [number, number])[]): RoutedCall {
    if (!pairs) return this.#ownWay
    const slowest_s = 1 / this.#machine.engine.memoryBandwidth_Bps
    const { bursts, algorithm } = this.messages(pairs)
    return { algorithm, bursts: bursts.map((one) => ({ ...one, perByte_s: Math.max(one.perByte_s, slowest_s) })) }
  }

  /** The same for all dies of a stage in every replica. */
  stageOffload(stage: number, way: Offload['way']): RoutedCall {
    const helper = this.helperOf(stage)
    if (helper === undefined) return this.offload()
    return this.offload(way === 'out' ? this.#pairs(stage, helper) : this.#pairs(helper, stage))
  }

  /** Dies of the first and the last stage at one place, which hold a table in common, in every replica: each sends to the other. */
  tableExchange(): RoutedCall {
    const last = this.#mapping.stages.length - 1
    return this.messages([...this.#pairs(0, last), ...this.#pairs(last, 0)])
  }

  #flow(from: number, to: number): Flow {
    const links = this.network.route(from, to)
    return { links, bytes: 1, latency_s: this.network.launch_s + latencyAlong_s(this.network, links) }
  }

  /** What all dies of a stage send to their counterparts in another, in every replica; one byte of payload per die. */
  transfer(from: number, to: number): RoutedCall {
    return this.messages(this.#pairs(from, to))
  }

  /** Dies of two stages at one place, in every replica. */
  #pairs(from: number, to: number): readonly (readonly [number, number])[] {
    const { placement, region } = this.#mapping
    return placement.flatMap((corners) => {
      const senders = diesOf(this.grid, region, corners[from]!)
      const receivers = diesOf(this.grid, region, corners[to]!)
      return senders.map((die, place) => [die, receivers[place]!] as const)
    })
  }

  #build(groups: readonly CollectiveGroup[], kind: CollectiveKind): readonly RoutedCall[] {
    const names = algorithmsOf(this.network, groups, kind, this.grid.switched ? 'best' : this.#mapping.collectives)
    // Behind switches libraries ring; what that reaches is known from measurements.
    const used = this.grid.switched ? [names.includes('ring') ? ('ring' as const) : names[0]!] : names
    return used.map((algorithm) => this.#routed(algorithm, groups, kind))
  }

  #routed(algorithm: CollectiveAlgorithmName, groups: readonly CollectiveGroup[], kind: CollectiveKind): RoutedCall {
    const routed = { algorithm, bursts: collectiveBursts(this.network, groups, kind, algorithm) }
    return this.grid.switched ? this.#measured(routed, groups, kind) : routed
  }

  /** Behind switches what collectives reach is measured, not derived: the time is the fitted one, the routes say who shares links. */
  #measured(routed: RoutedCall, groups: readonly CollectiveGroup[], kind: CollectiveKind): RoutedCall {
    const sets = groups.map(({ members }) => members.map((die): Origin => [0, die]))
    const cost = this.#machine.replicaGroup(sets, { rows: 1, columns: 1 }, this.#mapping.collectives)
    const algorithms = kind === 'all-reduce' ? cost.allReduce : kind === 'all-to-all' ? cost.allToAll : cost.gather
    const { latency_s, perByte_s } = algorithms[0]!
    const load = new Map<number, number>()
    for (const burst of routed.bursts)
      burst.links.forEach((link, index) => load.set(link, (load.get(link) ?? 0) + burst.load[index]!))
    const links = Int32Array.from(load.keys()).sort()
    const fullest = routed.bursts.reduce((sum, burst) => sum + burst.fullest, 0)
    return {
      algorithm: routed.algorithm,
      bursts: [{ links, load: Float64Array.from(links, (link) => load.get(link)!), latency_s, perByte_s, fullest }]
    }
  }
}
