import type { FlowStep } from '../network/flow.ts'
import type { Network } from '../network/network.ts'
import { chain } from './chain.ts'
import type { Collective, CollectiveGroup, CollectiveKind } from './collective.ts'
import { direct } from './direct.ts'
import { flowSteps } from './flow-steps.ts'
import { halvingDoubling } from './halving-doubling.ts'
import { hasBlocks, hierarchical } from './hierarchical.ts'
import { hasOwnWires } from './member-graph.ts'
import { isWhole, living, rowsOf } from './members.ts'
import { oddRing } from './odd-ring.ts'
import { bidirectionalRing, isSwitched, ring } from './ring.ts'
import { spanningTrees } from './spanning-trees.ts'
import { isRectangle, twoDimensional } from './two-dimensional.ts'

type GatheredKind = Exclude<CollectiveKind, 'all-to-all'>

/** A way to run collectives: whether it can, and the moves. `build` may be asked only for what `applies` allows. */
export interface CollectiveAlgorithm {
  applies(network: Network, group: CollectiveGroup, kind: CollectiveKind): boolean
  build(network: Network, group: CollectiveGroup, kind: CollectiveKind): Collective
}

/** An algorithm whose kinds follow from a gather. */
const gathered = (
  build: (network: Network, group: CollectiveGroup, kind: GatheredKind) => Collective,
  applies: (network: Network, group: CollectiveGroup) => boolean
): CollectiveAlgorithm => ({
  applies: (network, group, kind) => kind !== 'all-to-all' && applies(network, group),
  build: (network, group, kind) => build(network, group, kind as GatheredKind)
})

const isOdd = (side: number): boolean => side >= 3 && side % 2 === 1
const isPowerOfTwo = (count: number): boolean => 2 ** Math.round(Math.log2(count)) === count

/** Channels of a ring through nodes need as many living members on each. */
const ringApplies = (network: Network, group: CollectiveGroup): boolean =>
  isWhole(network, group) || !isSwitched(network, group)

export const collectiveAlgorithms = {
  ring: gathered(ring, ringApplies),
  'bidirectional-ring': gathered(bidirectionalRing, (network, group) => !isSwitched(network, group)),
  'odd-ring': {
    applies: (network, group, kind) =>
      kind === 'all-reduce' && isOdd(group.columns) && isOdd(rowsOf(group)) && isWhole(network, group),
    build: oddRing
  },
  chain: gathered(chain, () => true),
  'two-dimensional': {
    applies: (network, group) => isRectangle(group) && isWhole(network, group),
    build: twoDimensional
  },
  'halving-doubling': gathered(halvingDoubling, (network, group) => isPowerOfTwo(living(network, group).length)),
  'spanning-trees': gathered(spanningTrees, hasOwnWires),
  hierarchical: gathered(hierarchical, hasBlocks),
  direct: { applies: () => true, build: direct }
} as const satisfies Record<string, CollectiveAlgorithm>

export type CollectiveAlgorithmName = keyof typeof collectiveAlgorithms

/** Names of the algorithms that can run a kind of collective in a group. */
export const algorithmsFor = (
  network: Network,
  group: CollectiveGroup,
  kind: CollectiveKind
): readonly CollectiveAlgorithmName[] =>
  (Object.keys(collectiveAlgorithms) as CollectiveAlgorithmName[]).filter(
    (name) => living(network, group).length > 1 && collectiveAlgorithms[name].applies(network, group, kind)
  )

/**
 * Flows of a collective, step after step; none for a group of one. V `bytes` are the whole tensor for all-reduce, the gathered one for
 * all-gather and reduce-scatter, all that one die sends for all-to-all. Dead members are left out.
 * @param algorithm one that `algorithmsFor` names
 * @throws Problem `unreachable` when no living links join the members
 */
export const collectiveSteps = (
  network: Network,
  group: CollectiveGroup,
  bytes: number,
  kind: CollectiveKind,
  algorithm: CollectiveAlgorithmName
): readonly FlowStep[] =>
  living(network, group).length < 2
    ? []
    : flowSteps(network, collectiveAlgorithms[algorithm].build(network, group, kind), bytes)
