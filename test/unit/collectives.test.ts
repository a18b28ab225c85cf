import { groupOf, LINK_Bps, meshOf } from '../fixtures/collective-networks.ts'
import { meshOptimum } from '../fixtures/mesh-optimum.ts'
import { describe, expect, it } from 'vitest'
import { chipPreset } from '../../src/core/chip/chip-presets.ts'
import { mergeChip } from '../../src/core/chip/merge-chip.ts'
import {
  fastest_s,
  meshCollectives,
  switchedCollectives,
  type CollectiveCost
} from '../../src/core/simulator/collective-cost.ts'
import { affine } from '../../src/core/simulator/program/burst-cost.ts'
import { algorithmsOf, collectiveBursts } from '../../src/core/simulator/program/collective-genes.ts'
import { machineOf } from '../../src/core/simulator/machine.ts'
import { waferOf } from './simulator-fixture.ts'

const B = 1e12
const group = (ny: number, nx: number, strideX = 1, strideY = 1) => ({ nx, ny, strideX, strideY })
const mesh = (ny: number, nx: number, algorithm: 'ring' | 'tree' | 'best' = 'best', hop_s = 0) =>
  meshCollectives(group(ny, nx), B, hop_s, algorithm)
/** Seconds in units of V/B. */
const units = (costs: CollectiveCost['allReduce']): number => fastest_s(costs, B)

describe.each(meshOptimum)('an all-reduce on a %i x %i mesh', (ny, nx, optimum, ring) => {
  it(`takes (N-1)/E = ${optimum} V/B at best`, () => {
    expect(units(mesh(ny, nx).allReduce)).toBeCloseTo(optimum, 3)
  })
  it(`takes ${ring} V/B around a bidirectional ring`, () => {
    expect(units(mesh(ny, nx, 'ring').allReduce)).toBeCloseTo(ring, 3)
  })
})

describe('collectives on a mesh', () => {
  const sides = [1, 2, 3, 4, 5, 7, 8, 12]
  const all = sides.flatMap((ny) => sides.map((nx) => [ny, nx] as const)).filter(([ny, nx]) => ny * nx > 1)

  it('never beat a corner, a cut or the sum of all links, whatever the algorithm', () => {
    for (const [ny, nx] of all)
      for (const algorithm of ['ring', 'tree', 'best'] as const) {
        const { allReduce, gather, allToAll } = mesh(ny, nx, algorithm)
        const n = ny * nx
        const links = ny * (nx - 1) + nx * (ny - 1)
        const corner = (nx > 1 ? 1 : 0) + (ny > 1 ? 1 : 0)
        const least = 1 - 1e-12
        expect(units(allReduce)).toBeGreaterThanOrEqual(least * Math.max((n - 1) / links, 1 / corner))
        if (nx > 1) expect(units(allReduce)).toBeGreaterThanOrEqual(least / ny)
        expect(units(gather)).toBeGreaterThanOrEqual(least * Math.max((n - 1) / (2 * links), (n - 1) / n / corner))
        if (nx > 1) expect(units(gather)).toBeGreaterThanOrEqual((least * (nx - 1)) / nx / ny)
        const middle = (side: number): number => (Math.floor(side / 2) * Math.ceil(side / 2)) / side
        expect(units(allToAll)).toBeGreaterThanOrEqual(least * Math.max(middle(nx), middle(ny), (n - 1) / n / corner))
      }
  })

  it('gather half of what they all-reduce around a ring, and as much as a corner lets in through trees', () => {
    for (const [ny, nx] of all) {
      // Where both sides are odd an all-reduce has a cycle that leaves out a corner, and takes V/B.
      const isOdd = nx > 1 && ny > 1 && (nx * ny) % 2 === 1
      const allReduce = units(mesh(ny, nx, 'ring').allReduce)
      if (isOdd) expect(allReduce).toBeCloseTo(1, 12)
      else expect(units(mesh(ny, nx, 'ring').gather)).toBeCloseTo(allReduce / 2, 12)
      expect(units(mesh(ny, nx, 'tree').gather)).toBeLessThanOrEqual(units(mesh(ny, nx, 'ring').gather) + 1e-12)
    }
    expect(units(mesh(1, 8).gather)).toBeCloseTo(7 / 8, 12)
    expect(units(mesh(6, 8).gather)).toBeCloseTo(47 / 96, 12)
  })

  it('send N V/(4 min(X, Y) B) in an all-to-all: 2 V/B on 6 x 8', () => {
    expect(units(mesh(6, 8).allToAll)).toBeCloseTo(2, 12)
    expect(units(mesh(4, 4).allToAll)).toBeCloseTo(1, 12)
  })

  it('wait for the way between the farthest two at least: on a line for the way from the middle out and back', () => {
    const hop_s = 1e-6
    for (const [ny, nx] of all) {
      const { allReduce, gather } = mesh(ny, nx, 'best', hop_s)
      const way_s = (ny - 1 + nx - 1) * hop_s * (1 - 1e-9)
      expect(fastest_s(allReduce, 0)).toBeGreaterThanOrEqual(way_s)
      expect(fastest_s(gather, 0)).toBeGreaterThanOrEqual(way_s)
    }
    for (const n of [2, 3, 4, 7, 8])
      expect(fastest_s(mesh(1, n, 'best', hop_s).allReduce, 0)).toBeCloseTo(2 * Math.floor(n / 2) * hop_s, 12)
  })

  it('are priced at once on a mesh of a million dies', () => {
    const { allReduce, gather } = mesh(1000, 1000, 'tree', 1e-6)
    expect(fastest_s(allReduce, 0)).toBeCloseTo(2 * 1998e-6, 12)
    expect(fastest_s(gather, 0)).toBeCloseTo(1998e-6, 12)
  })

  it.each(['best', 'ring', 'tree'] as const)(
    'take what the flows of groups side by side take within 1%, be messages short or long: $0',
    (gene) => {
      const hop_s = 1e-6
      for (const [ny, nx] of [1, 2, 3, 4, 5].flatMap((rows) =>
        [1, 2, 3, 4, 6].map((columns) => [rows, columns] as const)
      ))
        for (const [strideX, strideY] of [
          [1, 1],
          [2, 1],
          [1, 3],
          [3, 2]
        ] as const) {
          if (nx * ny === 1) continue
          const width = nx * strideX
          const network = meshOf(ny * strideY, width, {}, { hop_s })
          const groups = Array.from({ length: strideX * strideY }, (_, gap) => {
            const origin = Math.floor(gap / strideX) * width + (gap % strideX)
            return groupOf(ny, nx, { width, origin, strideX, strideY })
          })
          const closed = meshCollectives({ nx, ny, strideX, strideY }, LINK_Bps, hop_s, gene)
          for (const kind of ['all-reduce', 'all-gather'] as const) {
            const flows = algorithmsOf(network, groups, kind, gene).map((algorithm) =>
              affine(collectiveBursts(network, groups, kind, algorithm))
            )
            for (const hops of [1, 10, 100, 1e5]) {
              const bytes = hops * hop_s * LINK_Bps
              const ratio =
                fastest_s(kind === 'all-reduce' ? closed.allReduce : closed.gather, bytes) / fastest_s(flows, bytes)
              expect(Math.abs(ratio - 1), `${kind} as long as ${hops} hops on ${ny} x ${nx}`).toBeLessThan(0.0101)
            }
          }
        }
    }
  )

  it('share their wires with the groups in their gaps', () => {
    const strided = meshCollectives(group(1, 4, 3), B, 1e-6, 'best')
    const dense = meshCollectives(group(1, 4), B, 1e-6, 'best')
    expect(units(strided.allReduce.map((cost) => ({ ...cost, latency_s: 0 })))).toBeCloseTo(3, 12)
    expect(fastest_s(strided.allReduce, 0)).toBeCloseTo(3 * fastest_s(dense.allReduce, 0), 12)
  })

  it('over some axes of one side share wires only with the groups that lie between', () => {
    const region = { rows: 1, columns: 8, split: { x: [2, 2, 2], y: [1] } }
    const machine = waferOf({ links: { latency_s: 0, bandwidthPerEdge_Bps: B } })
    const axis = (stride: number) => ({ name: `x${stride}`, direction: 'x', size: 2, stride }) as const
    const [outer, middle, inner] = [axis(4), axis(2), axis(1)]
    const time = (...axes: readonly ReturnType<typeof axis>[]): number =>
      units(machine.regionGroup(axes, region, 'best').allReduce)
    expect(time(inner)).toBeCloseTo(1, 12)
    expect(time(middle)).toBeCloseTo(2, 12)
    expect(time(outer)).toBeCloseTo(4, 12)
    expect(time(outer, middle)).toBeCloseTo(2, 12)
    expect(time(middle, inner)).toBeCloseTo(1, 12)
    // {0, 1, 4, 5} and {2, 3, 6, 7} meet on the wires between 2 and 5.
    expect(time(outer, inner)).toBeCloseTo(2, 12)
    expect(time(outer, middle, inner)).toBeCloseTo(1, 12)
  })
})

describe('replicas', () => {
  const die = { rows: 1, columns: 1 }
  const flat = { links: { latency_s: 0, bandwidthPerEdge_Bps: B }, waferLink: { latency_s: 0, bandwidth_Bps: B / 10 } }

  it('on two wafers move what one wafer holds once over the edge that all their dies share', () => {
    const machine = waferOf({ ...flat, wafers: 2, grid: { rows: 2, columns: 2 } })
    const origins = [0, 1, 2, 3].flatMap((row) => [0, 1].map((column) => [row, column] as const))
    const { size, allReduce, gather, allToAll } = machine.replicaGroup([origins], die, 'best')
    expect(size).toBe(8)
    const edge = 10
    // Two wafers exchange V at least: all of it leaves each wafer once for an all-reduce, half of it for a gather.
    expect(units(allReduce)).toBeGreaterThanOrEqual(edge)
    expect(units(gather)).toBeGreaterThanOrEqual(edge / 2)
    // Half of what four dies send crosses.
    expect(units(allToAll)).toBeGreaterThanOrEqual((4 / 2) * edge)
    expect(units(allReduce)).toBeLessThan(edge + 1)
  })

  it('that lie apart use the wires between them alone, however far they are', () => {
    const machine = waferOf(flat)
    const pair = (step: number) =>
      units(
        machine.replicaGroup(
          [
            [
              [0, 0],
              [0, step]
            ]
          ],
          die,
          'best'
        ).allReduce
      )
    expect(pair(5)).toBeCloseTo(pair(1), 12)
  })

  it('share the wires with the sets of replicas that lie between them', () => {
    const machine = waferOf(flat)
    const at = (...columns: number[]) => columns.map((column) => [0, column] as const)
    const alone = units(machine.replicaGroup([at(0, 2)], die, 'best').gather)
    const between = units(machine.replicaGroup([at(0, 2), at(1, 3)], die, 'best').gather)
    expect(between).toBeCloseTo(2 * alone, 12)
  })
})

describe('collectives behind switches', () => {
  const network = {
    nodeDevices: 8,
    nodeBandwidth_Bps: 2e11,
    launch_s: 1e-5,
    nodeStep_s: 1e-6,
    networkBandwidth_Bps: 2e10,
    networkStep_s: 5e-6
  }
  const V = 1e9

  it('follow alpha-beta rings: 2 (n-1) alpha + 2 (n-1)/n V/B, and half of it for a gather', () => {
    for (const n of [2, 4, 8]) {
      const { allReduce, gather } = switchedCollectives({ size: n, perNode: n, nodes: 1 }, network)
      expect(fastest_s(allReduce, V)).toBeCloseTo(1e-5 + 2 * (n - 1) * 1e-6 + (2 * (n - 1) * V) / n / 2e11, 12)
      expect(fastest_s(gather, V)).toBeCloseTo(1e-5 + (n - 1) * 1e-6 + ((n - 1) * V) / n / 2e11, 12)
    }
  })

  it('cross nodes at what the adapters of one node carry together', () => {
    const { allReduce } = switchedCollectives({ size: 32, perNode: 8, nodes: 4 }, network)
    expect(fastest_s(allReduce, V) - fastest_s(allReduce, 0)).toBeCloseTo((2 * (31 / 32) * V) / (8 * 2e10), 12)
  })

  it('have as many members as take part, also where they do not fill their last node', () => {
    const machine = machineOf(mergeChip(chipPreset('a100-80gb'), {}, 64))
    const region = { rows: 1, columns: 4 }
    for (const replicas of [2, 3, 5, 16]) {
      const origins = Array.from({ length: replicas }, (_, replica) => [0, 4 * replica] as const)
      expect(machine.replicaGroup([origins], region, 'best').size).toBe(replicas)
    }
  })
})
