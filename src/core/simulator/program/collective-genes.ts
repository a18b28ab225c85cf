import type { Mapping } from '../../mapping/mapping.ts'
import { Problem } from '../../problem.ts'
import { algorithmsFor, collectiveSteps, type CollectiveAlgorithmName } from '../collectives/algorithms.ts'
import type { CollectiveGroup, CollectiveKind } from '../collectives/collective.ts'
import type { Network } from '../network/network.ts'
import { burstsOf, type Burst } from './burst.ts'

/** Which algorithms a mapping's gene allows, the preferred ones first. */
const allowed: Record<Mapping['collectives'], readonly CollectiveAlgorithmName[]> = {
  best: [
    'spanning-trees',
    'bidirectional-ring',
    'odd-ring',
    'two-dimensional',
    'hierarchical',
    'ring',
    'chain',
    'direct'
  ],
  ring: ['bidirectional-ring', 'odd-ring', 'ring', 'direct'],
  tree: ['spanning-trees', 'chain', 'direct'],
  chain: ['chain', 'direct'],
  'two-dimensional': ['two-dimensional', 'direct'],
  'halving-doubling': ['halving-doubling', 'direct'],
  hierarchical: ['hierarchical', 'direct']
}

/** Lines have no rows and columns, groups on one wafer no hierarchy: there these genes mean a plainer one. */
const plain: Partial<Record<Mapping['collectives'], Mapping['collectives']>> = {
  'two-dimensional': 'chain',
  hierarchical: 'tree'
}

/**
 * Algorithms that a gene allows for groups that work side by side.
 * @throws Problem `illegal-mapping` naming the group where the gene has none
 */
export function algorithmsOf(
  network: Network,
  groups: readonly CollectiveGroup[],
  kind: CollectiveKind,
  gene: Mapping['collectives']
): readonly CollectiveAlgorithmName[] {
  const runs = (name: CollectiveAlgorithmName): boolean =>
    groups.every((group) => algorithmsFor(network, group, kind).includes(name))
  const able = allowed[gene].filter(runs)
  // Direct messages are for exchanges that differ by pair; sums and copies have better ways.
  const proper = kind === 'all-to-all' ? able : able.filter((name) => name !== 'direct')
  if (proper.length > 0) return proper
  const instead = plain[gene]
  if (instead) return algorithmsOf(network, groups, kind, instead)
  const { members, columns } = groups[0]!
  throw new Problem(
    'illegal-mapping',
    `no '${gene}' collective can run ${kind} in a group of ${members.length} dies (${members.length / columns} x ${columns}, from ` +
      `${network.nodeName(members[0]!)} on)${gene === 'halving-doubling' ? '; it needs a power of 2' : ''}; set 'collectives' to 'best'`,
    'collectives'
  )
}

/** Bursts of one collective of groups side by side, for a byte of payload. */
export const collectiveBursts = (
  network: Network,
  groups: readonly CollectiveGroup[],
  kind: CollectiveKind,
  algorithm: CollectiveAlgorithmName
): readonly Burst[] =>
  burstsOf(
    network,
    groups.map((group) => collectiveSteps(network, group, 1, kind, algorithm))
  )
