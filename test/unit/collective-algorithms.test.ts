import { meshOptimum } from '../fixtures/mesh-optimum.ts'
import { describe, expect, it } from 'vitest'
import {
  fastest_s,
  meshCollectives,
  switchedCollectives,
  type AffineCost
} from '../../src/core/simulator/collective-cost.ts'
import {
  algorithmsFor,
  collectiveAlgorithms,
  collectiveSteps,
  type CollectiveAlgorithmName
} from '../../src/core/simulator/collectives/algorithms.ts'
import { collectiveBound_s } from '../../src/core/simulator/collectives/bounds.ts'
import type { CollectiveGroup, CollectiveKind } from '../../src/core/simulator/collectives/collective.ts'
import { living } from '../../src/core/simulator/collectives/members.ts'
import type { Network } from '../../src/core/simulator/network/network.ts'
import { runSteps } from '../../src/core/simulator/network/run-steps.ts'
import { clusterOf, groupOf, LINK_Bps, meshOf } from '../fixtures/collective-networks.ts'
import { faultOf } from '../fixtures/run-symbolically.ts'

const V = LINK_Bps
const kinds = ['all-reduce', 'all-gather', 'reduce-scatter', 'all-to-all'] as const
const time = (
  network: Network,
  group: CollectiveGroup,
  kind: CollectiveKind,
  name: CollectiveAlgorithmName,
  bytes = V
) => runSteps(network, collectiveSteps(network, group, bytes, kind, name)).time_s
const fastest = (network: Network, group: CollectiveGroup, kind: CollectiveKind): number =>
  Math.min(...algorithmsFor(network, group, kind).map((name) => time(network, group, kind, name)))

/** Equal within 1%. */
const expectAbout = (actual: number, expected: number): void => {
  expect(actual).toBeGreaterThan(expected * 0.9999)
  expect(actual).toBeLessThan(expected * 1.01)
}

const deliverEverything = (network: Network, group: CollectiveGroup): void => {
  for (const kind of kinds)
    for (const name of algorithmsFor(network, group, kind)) {
      const collective = collectiveAlgorithms[name].build(network, group, kind)
      expect([kind, name, faultOf(collective, living(network, group))]).toEqual([kind, name, undefined])
    }
}

const closedForm = (
  rows: number,
  columns: number,
  kind: CollectiveKind,
  algorithm: 'ring' | 'tree',
  strideY = 1,
  strideX = 1
): number => {
  const group = { nx: columns, ny: rows, strideX, strideY }
  const { allReduce, gather, allToAll } = meshCollectives(group, LINK_Bps, 0, algorithm)
  const costs: Record<CollectiveKind, readonly AffineCost[]> = {
    'all-reduce': allReduce,
    'all-gather': gather,
    'reduce-scatter': gather,
    'all-to-all': allToAll
  }
  return fastest_s(costs[kind], V)
}

const meshes = [
  [1, 8],
  [2, 2],
  [2, 4],
  [4, 4],
  [4, 8],
  [6, 8],
  [6, 9],
  [7, 8]
] as const

describe.each(meshes)('collectives on an idle %i x %i mesh', (rows, columns) => {
  const network = meshOf(rows, columns)
  const group = groupOf(rows, columns)

  it('sum or bring every element to every member that wants it', () => deliverEverything(network, group))

  it('take the time of the closed forms of trees, within 1%', () => {
    for (const kind of ['all-reduce', 'all-gather', 'reduce-scatter'] as const)
      expectAbout(time(network, group, kind, 'spanning-trees'), closedForm(rows, columns, kind, 'tree'))
  })

  it('take the time of the closed forms of rings used both ways', () => {
    for (const kind of ['all-reduce', 'all-gather', 'reduce-scatter'] as const)
      expectAbout(time(network, group, kind, 'bidirectional-ring'), closedForm(rows, columns, kind, 'ring'))
  })

  it('exchange between all pairs in the time of the middle cut', () => {
    expectAbout(time(network, group, 'all-to-all', 'direct'), closedForm(rows, columns, 'all-to-all', 'tree'))
    if (rows > 1)
      expectAbout(
        time(network, group, 'all-to-all', 'two-dimensional'),
        closedForm(rows, columns, 'all-to-all', 'tree')
      )
  })
})

describe('the table of mesh all-reduces, in V/B', () => {
  it.each(meshOptimum)(
    '%i x %i: (N-1)/E = %f as bound, within 1% by trees, %f around a ring both ways',
    (rows, columns, optimum, ring) => {
      const network = meshOf(rows, columns)
      const group = groupOf(rows, columns)
      expect(collectiveBound_s(network, group, V, 'all-reduce')).toBeCloseTo(optimum, 3)
      expectAbout(
        time(network, group, 'all-reduce', 'spanning-trees'),
        collectiveBound_s(network, group, V, 'all-reduce')
      )
      expect(time(network, group, 'all-reduce', 'bidirectional-ring')).toBeCloseTo(ring, 3)
    }
  )
})

describe('all-reduce algorithms', () => {
  const square = meshOf(4, 4)
  const all = groupOf(4, 4)

  it('take on a 4 x 4 mesh what their links carry', () => {
    // One ring 2(N-1)/N; rows, then columns, half each way (N-1)/N; a chain 1; halving and doubling 2 (8/16 x 2 + 4/16 + ...).
    expect(time(square, all, 'all-reduce', 'ring')).toBeCloseTo(30 / 16, 9)
    expect(time(square, all, 'all-reduce', 'two-dimensional')).toBeCloseTo(15 / 16, 9)
    expect(time(square, all, 'all-reduce', 'chain')).toBeCloseTo(1, 9)
    // Pieces per link: 8 x 1 and 4 x 2 along one side, then 2 x 1 and 1 x 2 along the other; each twice.
    expect(time(square, all, 'all-reduce', 'halving-doubling')).toBeCloseTo(
      (2 * (1 * 2 + 2 * 1 + 4 * 2 + 8 * 1)) / 16,
      9
    )
  })

  it('wait a hop for every step around a cycle, and half of a chain up and down', () => {
    const hop_s = 1e-6
    const slow = meshOf(4, 4, {}, { hop_s })
    expect(time(slow, all, 'all-reduce', 'bidirectional-ring', 0)).toBeCloseTo(30 * hop_s, 12)
    expect(time(slow, all, 'all-reduce', 'chain', 0)).toBeCloseTo(16 * hop_s, 12)
    expect(time(slow, all, 'all-reduce', 'two-dimensional', 0)).toBeCloseTo(12 * hop_s, 12)
  })

  it.each([
    [3, 3],
    [3, 5],
    [5, 7],
    [7, 7]
  ])('go around %i x %i, which has no Hamiltonian cycle, in V/B with a corner hung on both rings', (rows, columns) => {
    const network = meshOf(rows, columns)
    const group = groupOf(rows, columns)
    expect(time(network, group, 'all-reduce', 'odd-ring')).toBeCloseTo(1, 9)
    expect(time(network, group, 'all-reduce', 'bidirectional-ring')).toBeGreaterThan(1.5)
    deliverEverything(network, group)
  })

  it('need no time for a group of one', () => {
    expect(collectiveSteps(square, { members: [5], columns: 1 }, V, 'all-reduce', 'ring')).toEqual([])
    expect(algorithmsFor(square, { members: [5], columns: 1 }, 'all-reduce')).toEqual([])
  })
})

describe('interleaved groups', () => {
  it.each([
    [1, 4, 1, 2],
    [2, 2, 2, 2],
    [2, 4, 1, 2],
    [4, 2, 1, 4],
    [4, 4, 2, 1],
    [4, 4, 2, 2],
    [3, 3, 1, 2],
    [4, 3, 1, 3]
  ])('of %i x %i dies, strides %i and %i, together take the closed form', (rows, columns, strideY, strideX) => {
    const width = columns * strideX
    const network = meshOf(rows * strideY, width)
    const groups = Array.from({ length: strideX * strideY }, (_, number) =>
      groupOf(rows, columns, {
        width,
        strideX,
        strideY,
        origin: Math.floor(number / strideX) * width + (number % strideX)
      })
    )
    const together = (kind: CollectiveKind, name: CollectiveAlgorithmName): number => {
      const steps = groups.map((group) => collectiveSteps(network, group, V, kind, name))
      return runSteps(
        network,
        steps[0]!.map(({ times }, step) => ({ times, flows: steps.flatMap((own) => own[step]!.flows) }))
      ).time_s
    }
    const closed = (kind: CollectiveKind) => closedForm(rows, columns, kind, 'tree', strideY, strideX)
    for (const kind of ['all-reduce', 'all-gather', 'reduce-scatter'] as const)
      expectAbout(together(kind, 'spanning-trees'), closed(kind))
    expectAbout(together('all-to-all', 'direct'), closed('all-to-all'))
    for (const group of groups) deliverEverything(network, group)
  })
})

describe('collectives of a cluster', () => {
  const closed = (nodes: number, perNode: number, between: number) =>
    switchedCollectives(
      { size: nodes * perNode, perNode, nodes },
      {
        nodeDevices: perNode,
        nodeBandwidth_Bps: LINK_Bps,
        launch_s: 0,
        nodeStep_s: 0,
        networkBandwidth_Bps: between * LINK_Bps,
        networkStep_s: 0
      }
    )

  it.each([
    [1, 8, 0.125],
    [2, 8, 0.125],
    [4, 8, 0.1],
    [4, 4, 0.25],
    [4, 2, 0.25],
    [4, 1, 0.25]
  ])(
    'of %i nodes of %i, network %f of the node: rings through all adapters take the closed form or less',
    (nodes, perNode, between) => {
      const network = clusterOf(nodes, perNode, between)
      const group = groupOf(nodes, perNode, { blocks: nodes })
      deliverEverything(network, group)
      // The ports of a node are idle while a ring crosses to the next one, up to 1/perNode of the time.
      const forms = { 'all-reduce': 'allReduce', 'all-gather': 'gather', 'reduce-scatter': 'gather' } as const
      for (const kind of ['all-reduce', 'all-gather', 'reduce-scatter'] as const) {
        const form = fastest_s(closed(nodes, perNode, between)[forms[kind]], V)
        const share = nodes > 1 && perNode * between > 1 ? 1 - 1 / perNode : 1
        expect(time(network, group, kind, 'ring')).toBeLessThanOrEqual(form * (1 + 1e-9))
        expect(time(network, group, kind, 'ring')).toBeGreaterThanOrEqual(form * share * (1 - 1e-9))
      }
      expectAbout(time(network, group, 'all-to-all', 'direct'), fastest_s(closed(nodes, perNode, between).allToAll, V))
    }
  )

  it('inside, between and inside nodes take the sum of the three', () => {
    const network = clusterOf(4, 8, 0.125)
    const group = groupOf(4, 8, { blocks: 4 })
    // 2 (7/8 V) at B inside and 2 (3/4)(V/8) at B/8 between.
    expect(time(network, group, 'all-reduce', 'hierarchical')).toBeCloseTo(2 * (7 / 8) + 2 * (3 / 4), 9)
  })
})

describe('collectives over two wafers', () => {
  const network = meshOf(4, 4, {}, { wafers: 2, waferLink_Bps: LINK_Bps / 4 })
  const group = groupOf(8, 4, { blocks: 2 })

  it('sum or bring every element to every member that wants it', () => deliverEverything(network, group))

  it('take inside and between what each wafer and the edge between them carry', () => {
    // Reduce-scatter and gather on 4 x 4, 15/16 together; between, half of V out of each wafer twice at B/4.
    expectAbout(time(network, group, 'all-reduce', 'hierarchical'), 15 / 16 + 4)
    expect(fastest(network, group, 'all-reduce')).toBeGreaterThanOrEqual(
      collectiveBound_s(network, group, V, 'all-reduce') * (1 - 1e-9)
    )
  })
})

describe('collectives on a damaged mesh', () => {
  const cases = [
    ['a dead die inside', { deadDies: [20] }],
    ['three dead dies, one a corner', { deadDies: [0, 20, 33] }],
    ['dead wires', { deadLinks: [[0, 1] as const, [19, 20] as const, [19, 27] as const] }],
    ['a slow wire', { slowLinks: [{ dies: [9, 10] as const, share: 0.5 }] }]
  ] as const
  it.each(cases)('with %s still bring everything to all, trees at the optimum', (_name, damage) => {
    const network = meshOf(6, 8, damage)
    const group = groupOf(6, 8)
    deliverEverything(network, group)
    expectAbout(
      time(network, group, 'all-reduce', 'spanning-trees'),
      collectiveBound_s(network, group, V, 'all-reduce')
    )
    for (const kind of kinds)
      expect(fastest(network, group, kind)).toBeGreaterThanOrEqual(
        collectiveBound_s(network, group, V, kind) * (1 - 1e-9)
      )
  })

  it('detour around a group that a dead die has cut in two', () => {
    const network = meshOf(2, 8, { deadDies: [3] })
    const line = groupOf(1, 8)
    deliverEverything(network, line)
    expect(time(network, line, 'all-reduce', 'spanning-trees')).toBeCloseTo(1, 9)
  })

  it('say so where nothing joins the members', () => {
    const network = meshOf(1, 8, { deadDies: [3] })
    expect(() => collectiveSteps(network, groupOf(1, 8), V, 'all-reduce', 'ring')).toThrow(/no path leads/)
  })
})
