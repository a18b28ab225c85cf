import { describe, expect, it } from 'vitest'
import { chipPreset } from '../../src/core/chip/chip-presets.ts'
import { Problem } from '../../src/core/problem.ts'
import { clusterNetwork } from '../../src/core/simulator/network/cluster-network.ts'
import { latencyAlong_s } from '../../src/core/simulator/network/flow.ts'
import { meshNetwork } from '../../src/core/simulator/network/mesh-network.ts'
import type { MeshDamage } from '../../src/core/simulator/network/mesh-damage.ts'
import type { Network } from '../../src/core/simulator/network/network.ts'
import { waferPreset } from './chip-wafer-preset.ts'

const mesh = (rows: number, columns: number, damage?: MeshDamage, wafers = 1): Network =>
  meshNetwork(waferPreset('watos-56', { grid: { rows, columns }, wafers }), damage)

/** Nodes that a route passes, its ends among them. */
const passed = (network: Network, from: number, to: number): number[] => {
  const links = [...network.route(from, to)]
  links.forEach((link, index) =>
    expect(network.linkFrom[link]).toBe(index === 0 ? from : network.linkTo[links[index - 1]!])
  )
  return [from, ...links.map((link) => network.linkTo[link]!)]
}

const problemOf = (act: () => unknown): Problem => {
  try {
    act()
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  throw new Error('no problem')
}

describe('a whole mesh', () => {
  it('has two links per neighbour pair, each from a die to its neighbour in the direction it is said to lead', () => {
    const network = mesh(3, 4)
    expect(network.linkFrom).toHaveLength(2 * (3 * 3 + 2 * 4))
    const step = { east: 1, west: -1, south: 4, north: -4, up: 0, down: 0 }
    network.linkDirection.forEach((direction, link) =>
      expect(network.linkTo[link]! - network.linkFrom[link]!).toBe(step[direction])
    )
  })

  it('routes along the row first, then along the column, over as many links as dies lie between', () => {
    const network = mesh(4, 5)
    expect(passed(network, 0, 13)).toEqual([0, 1, 2, 3, 8, 13])
    expect(passed(network, 13, 0)).toEqual([13, 12, 11, 10, 5, 0])
    expect(network.route(7, 7)).toHaveLength(0)
    for (let from = 0; from < 20; from++)
      for (let to = 0; to < 20; to++)
        expect(network.route(from, to)).toHaveLength(
          Math.abs((from % 5) - (to % 5)) + Math.abs(Math.floor(from / 5) - Math.floor(to / 5))
        )
  })

  it('gives the same array for the same pair', () => {
    const network = mesh(3, 3)
    expect(network.route(0, 8)).toBe(network.route(0, 8))
  })
})

describe('a damaged mesh', () => {
  // 0 1 2 / 3 4 5 / 6 7 8
  it('goes around a dead die with two more links, first to the east', () => {
    const network = mesh(3, 3, { deadDies: [4] })
    expect(passed(network, 3, 5)).toEqual([3, 6, 7, 8, 5])
    expect(passed(network, 1, 7)).toEqual([1, 2, 5, 8, 7])
    expect(passed(network, 0, 8)).toEqual([0, 1, 2, 5, 8])
  })

  it('goes around a dead wire in both directions, and keeps XY where it is not in the way', () => {
    const network = mesh(3, 3, { deadLinks: [[5, 4]] })
    expect(network.route(4, 5)).toHaveLength(3)
    expect(network.route(5, 4)).toHaveLength(3)
    expect(passed(network, 3, 8)).toEqual([3, 4, 7, 8])
    expect(passed(network, 3, 1)).toEqual([3, 4, 1])
  })

  it('routes on every living pair no shorter than on the whole mesh, over living dies alone', () => {
    const deadDies = [9, 14, 22]
    const network = mesh(5, 6, { deadDies, deadLinks: [[0, 1]] })
    const whole = mesh(5, 6)
    for (let from = 0; from < 30; from++)
      for (let to = 0; to < 30; to++) {
        if (deadDies.includes(from) || deadDies.includes(to)) continue
        const dies = passed(network, from, to)
        expect(dies.some((die) => deadDies.includes(die))).toBe(false)
        expect(dies.length - 1).toBeGreaterThanOrEqual(whole.route(from, to).length)
        expect((dies.length - 1 - whole.route(from, to).length) % 2).toBe(0)
      }
  })

  it('keeps a share of a slow wire, both ways', () => {
    const network = mesh(2, 2, { slowLinks: [{ dies: [0, 1], share: 0.25 }] })
    const whole = mesh(2, 2)
    for (const [a, b, share] of [
      [0, 1, 0.25],
      [1, 0, 0.25],
      [2, 3, 1]
    ] as const)
      expect(network.bandwidth_Bps[network.route(a, b)[0]!]).toBe(share * whole.bandwidth_Bps[0]!)
  })

  it('says between which dies there is no path, and why', () => {
    const cut = mesh(3, 3, {
      deadLinks: [
        [0, 1],
        [3, 0]
      ]
    })
    const problem = problemOf(() => cut.route(0, 5))
    expect(problem.code).toBe('unreachable')
    expect(problem.message).toContain('die row 0, column 0 to die row 1, column 2')
    const dead = problemOf(() => mesh(3, 3, { deadDies: [4] }).route(0, 4))
    expect(dead.code).toBe('unreachable')
    expect(dead.message).toContain('die row 1, column 1 is dead')
    expect(problemOf(() => mesh(3, 3, { deadDies: [4] }).route(4, 0)).code).toBe('unreachable')
  })

  it('refuses damage to what is not there', () => {
    const path = (damage: MeshDamage): string => problemOf(() => mesh(3, 3, damage)).path
    expect(path({ deadDies: [1, 9] })).toBe('deadDies[1]')
    expect(path({ deadLinks: [[2, 3]] })).toBe('deadLinks[0]')
    expect(path({ slowLinks: [{ dies: [0, 4], share: 0.5 }] })).toBe('slowLinks[0].dies')
    expect(path({ slowLinks: [{ dies: [0, 1], share: 0 }] })).toBe('slowLinks[0].share')
  })
})

describe('wafers below each other', () => {
  const hop_s = waferPreset('watos-56').links.latency_s
  const { bandwidth_Bps: edge_Bps, latency_s: edge_s } = waferPreset('watos-56').waferLink

  it('share one link each way for all columns of the facing edges', () => {
    const network = mesh(2, 4, {}, 2)
    const shared = (from: number, to: number): number[] =>
      [...network.route(from, to)].filter((link) => network.bandwidth_Bps[link] === edge_Bps)
    const southwards = [0, 1, 2, 3].map((column) => shared(4 + column, 8 + column))
    expect(new Set(southwards.flat()).size).toBe(1)
    expect(southwards.every((links) => links.length === 1)).toBe(true)
    expect(shared(8, 4)).not.toEqual(southwards[0])
  })

  it('are crossed in the column that XY gives, at the latency of a hop and a wafer link', () => {
    const network = mesh(2, 4, {}, 3)
    expect(passed(network, 4, 10).filter((node) => node < network.dies)).toEqual([4, 5, 6, 10])
    expect(latencyAlong_s(network, network.route(4, 8))).toBeCloseTo(hop_s + edge_s, 15)
    expect(latencyAlong_s(network, network.route(8, 4))).toBeCloseTo(hop_s + edge_s, 15)
    expect(latencyAlong_s(network, network.route(0, 20))).toBeCloseTo(3 * hop_s + 2 * (hop_s + edge_s), 15)
  })

  it('are left by a detour only where the wafer itself has no way around', () => {
    // Wafer 0 is rows 0 and 1; die 5 of its lower edge is dead.
    const onWafer = mesh(2, 4, { deadDies: [5] }, 2)
    expect(passed(onWafer, 4, 6)).toEqual([4, 0, 1, 2, 6])
    const through = mesh(2, 4, { deadDies: [5, 1] }, 2)
    expect(passed(through, 4, 6).filter((node) => node < 16)).toEqual([4, 8, 9, 10, 6])
  })
})

describe('a switched cluster', () => {
  const chip = chipPreset('a100-80gb')
  if (chip.kind !== 'cluster') throw new Error('no cluster')
  const network = clusterNetwork(chip)
  const least_Bps = (from: number, to: number): number =>
    Math.min(...[...network.route(from, to)].map((link) => network.bandwidth_Bps[link]!))

  it('joins devices of a node through its switch and others through the core, up and down', () => {
    expect(passed(network, 1, 6)).toEqual([1, 64, 6])
    expect(passed(network, 1, 9)).toEqual([1, 72, 9])
    expect([...network.route(1, 9)].map((link) => network.linkDirection[link])).toEqual(['up', 'down'])
    expect(network.nodeName(72)).toBe('network core')
    expect(network.route(3, 3)).toHaveLength(0)
  })

  it('has the bandwidth of the node inside it, of the adapters outside, and the latencies of a step', () => {
    expect(least_Bps(1, 6)).toBe(chip.node.bandwidth_Bps)
    expect(least_Bps(1, 9)).toBe(chip.network.bandwidthPerDevice_Bps)
    expect(latencyAlong_s(network, network.route(1, 6))).toBe(chip.node.stepLatency_s)
    expect(latencyAlong_s(network, network.route(1, 9))).toBe(chip.network.latency_s)
  })

  it('has ports that no other device shares', () => {
    const used = Array.from({ length: 64 }, (_, device) => [...network.route(device, (device + 1) % 64)]).flat()
    expect(new Set(used).size).toBe(used.length)
  })
})
