import { describe, expect, it } from 'vitest'
import { chipPreset } from '../../src/core/chip/chip-presets.ts'
import { randomStream } from '../../src/core/optimization/random.ts'
import { fastest_s, meshCollectives, switchedCollectives } from '../../src/core/simulator/collective-cost.ts'
import { clusterNetwork, collectiveLimit_Bps } from '../../src/core/simulator/network/cluster-network.ts'
import { routedFlow, type Flow } from '../../src/core/simulator/network/flow.ts'
import { linkReport, withMoreBandwidth, worth_sPerGBps } from '../../src/core/simulator/network/link-report.ts'
import { meshNetwork } from '../../src/core/simulator/network/mesh-network.ts'
import type { Network } from '../../src/core/simulator/network/network.ts'
import { runSteps } from '../../src/core/simulator/network/run-steps.ts'
import { Transport } from '../../src/core/simulator/network/transport.ts'
import { switchedNetworkOf } from '../../src/core/simulator/switched-network.ts'
import { waferPreset } from './chip-wafer-preset.ts'

const B = 1e12
const HOP = 2e-7
const mesh = (rows: number, columns: number, override: object = {}): Network =>
  meshNetwork(
    waferPreset('watos-56', {
      grid: { rows, columns },
      links: { bandwidthPerEdge_Bps: B, latency_s: HOP },
      ...override
    })
  )

const time_s = (network: Network, flows: readonly Flow[]): number => runSteps(network, [{ flows, times: 1 }]).time_s

/** Every member sends to the next around the ring. */
const ringStep = (network: Network, order: readonly number[], bytes: number): Flow[] =>
  order.map((from, index) => routedFlow(network, from, order[(index + 1) % order.length]!, bytes))

describe('flows on links', () => {
  const line = mesh(1, 4)

  it('take bytes / bandwidth + latency on an idle path, exactly, and no time to the die itself', () => {
    expect(time_s(line, [routedFlow(line, 0, 3, 12_345)])).toBe(12_345 / B + (HOP + HOP + HOP))
    expect(time_s(line, [routedFlow(line, 2, 2, 1e6)])).toBe(0)
    expect(time_s(line, [routedFlow(line, 0, 3, 0)])).toBe(HOP + HOP + HOP)
    expect(runSteps(line, []).time_s).toBe(0)
  })

  it('take the time of the narrowest link of the path', () => {
    const chip = waferPreset('watos-56', { grid: { rows: 1, columns: 4 }, links: { bandwidthPerEdge_Bps: B } })
    const slow = meshNetwork(chip, { slowLinks: [{ dies: [1, 2], share: 0.25 }] })
    const flow = { ...routedFlow(slow, 0, 3, 1e6), latency_s: 0 }
    expect(time_s(slow, [flow])).toBe(4e-6)
  })

  it('take twice as long when two share one link, and no longer when they go opposite ways', () => {
    const one = { ...routedFlow(line, 0, 2, 1e6), latency_s: 0 }
    const other = { ...routedFlow(line, 1, 3, 1e6), latency_s: 0 }
    const back = { ...routedFlow(line, 2, 0, 1e6), latency_s: 0 }
    expect(time_s(line, [one, other])).toBeCloseTo(2e-6, 18)
    expect(time_s(line, [one, back])).toBe(1e-6)
  })

  it('speed up when another leaves and slow down when one comes', () => {
    const transport = new Transport(line)
    const arrivals: number[] = []
    const send = (bytes: number, at_s: number): void =>
      transport.start({ links: line.route(0, 1), bytes, latency_s: 0 }, at_s, (now_s) => arrivals.push(now_s))
    // Alone 0-1 us (1 MB sent), shared 1-3 us (1 MB each), then the first's last MB alone until 4 us.
    send(3e6, 0)
    send(1e6, 1e-6)
    expect(transport.run()).toBeCloseTo(4e-6, 18)
    expect(arrivals[0]).toBeCloseTo(3e-6, 18)
    expect(arrivals[1]).toBeCloseTo(4e-6, 18)
    expect(transport.linkBusy_s[line.route(0, 1)[0]!]).toBeCloseTo(4e-6, 18)
  })

  it('take no more than their limit, and leave the rest to others', () => {
    const flow = (limit_Bps: number): Flow => ({ links: line.route(0, 1), bytes: 1e6, latency_s: 0, limit_Bps })
    expect(time_s(line, [flow(B / 4)])).toBe(4e-6)
    const { linkBusy_s, time_s: both_s } = runSteps(line, [{ flows: [flow(B / 4), flow(Infinity)], times: 1 }])
    expect(both_s).toBeCloseTo(4e-6, 18)
    expect(linkBusy_s[line.route(0, 1)[0]!]).toBeCloseTo(4e-6, 18)
    const transport = new Transport(line)
    let unlimited_s = 0
    transport.start(flow(B / 4), 0)
    transport.start(flow(Infinity), 0, (now_s) => (unlimited_s = now_s))
    transport.run()
    expect(unlimited_s).toBeCloseTo(1e6 / (0.75 * B), 18)
  })

  it('let what waits for them start when they arrive, in the order of the asking at one time', () => {
    const transport = new Transport(line)
    const told: string[] = []
    transport.start(routedFlow(line, 0, 1, 1e6), 0, () => {
      told.push('first')
      transport.start(routedFlow(line, 1, 2, 1e6), transport.now_s, () => told.push('third'))
    })
    transport.start(routedFlow(line, 3, 2, 1e6), 0, () => told.push('second'))
    transport.at(0, () => told.push('begin'))
    expect(transport.run()).toBeCloseTo(2 * (1e-6 + HOP), 18)
    expect(told).toEqual(['begin', 'first', 'second', 'third'])
  })

  it('are refused when they start in the past or without end', () => {
    const transport = new Transport(line)
    transport.at(1, () => {
      expect(() => transport.start(routedFlow(line, 0, 1, 1), 0.5)).toThrow(RangeError)
    })
    transport.run()
    expect(transport.now_s).toBe(1)
    expect(() => transport.start(routedFlow(line, 0, 1, Infinity), 1)).toThrow(RangeError)
    expect(() => transport.start({ ...routedFlow(line, 0, 1, 1), limit_Bps: 0 }, 1)).toThrow(RangeError)
  })
})

describe('steps of flows', () => {
  it('that come several times take that many times the time and the bytes', () => {
    const network = mesh(3, 3)
    const flows = [routedFlow(network, 0, 8, 1e6), routedFlow(network, 1, 8, 3e6), routedFlow(network, 6, 2, 1e5)]
    const folded = runSteps(network, [{ flows, times: 5 }])
    const unfolded = runSteps(
      network,
      Array.from({ length: 5 }, () => ({ flows, times: 1 }))
    )
    expect(folded.time_s).toBeCloseTo(unfolded.time_s, 15)
    expect([...folded.linkBytes]).toEqual([...unfolded.linkBytes])
  })

  it('take the same time to the last bit after other flows as before them', () => {
    const network = mesh(3, 4)
    for (let seed = 0; seed < 20; seed++) {
      const { below, fraction } = randomStream(seed)
      const flows = Array.from({ length: 300 }, () => ({
        ...routedFlow(network, below(12), below(12), [1e6, 2e6, 1e7 * fraction(), 1e7 * fraction()][below(4)]!),
        weight: below(4) === 0 ? 2.5 : 1,
        limit_Bps: below(3) === 0 ? 0.3 * B : Infinity
      }))
      const starts_s = flows.map(() => (below(2) === 0 ? 0 : 3e-5 * fraction()))
      const transport = new Transport(network)
      const [first, again] = [0, 1].map(() => {
        transport.reset()
        const arrivals: number[] = []
        flows.forEach((flow, index) => transport.start(flow, starts_s[index]!, (now_s) => (arrivals[index] = now_s)))
        transport.run()
        return arrivals
      })
      expect(again).toEqual(first)
    }
  })

  it('carry as many bytes over links as flows have bytes times links', () => {
    const network = mesh(4, 4)
    const flows = Array.from({ length: 16 * 16 }, (_, i) => routedFlow(network, i >> 4, i & 15, 1 + i))
    const { linkBytes } = runSteps(network, [{ flows, times: 1 }])
    expect(linkBytes.reduce((sum, bytes) => sum + bytes, 0)).toBe(
      flows.reduce((sum, { bytes, links }) => sum + bytes * links.length, 0)
    )
  })
})

describe('closed forms on networks that carry nothing else', () => {
  it('holds for a ring on a Hamiltonian cycle of a mesh', () => {
    const network = mesh(2, 4)
    const size = 8
    const V = 8e6
    const order = [0, 1, 2, 3, 7, 6, 5, 4]
    const half = [...ringStep(network, order, V / size / 2), ...ringStep(network, order.toReversed(), V / size / 2)]
    const group = { nx: 4, ny: 2, strideX: 1, strideY: 1 }
    const closed = fastest_s(meshCollectives(group, B, HOP, 'ring').allReduce, V)
    expect(runSteps(network, [{ flows: half, times: 2 * (size - 1) }]).time_s).toBeCloseTo(closed, 15)
  })

  it('bounds an all-to-all on a mesh from below by its bisection', () => {
    const network = mesh(4, 4)
    const flows = Array.from({ length: 256 }, (_, i) => routedFlow(network, i >> 4, i & 15, 1e6 / 16))
    const { allToAll } = meshCollectives({ nx: 4, ny: 4, strideX: 1, strideY: 1 }, B, HOP, 'best')
    expect(time_s(network, flows)).toBeGreaterThanOrEqual(allToAll[0]!.perByte_s * 1e6)
  })

  const cluster = chipPreset('a100-80gb')
  if (cluster.kind !== 'cluster') throw new Error('no cluster')
  const behind = clusterNetwork(cluster)

  it.each([2, 3, 8])('holds for a ring of %i devices of a node, at the bandwidth that such groups reach', (size) => {
    const group = { size, perNode: size, nodes: 1 }
    const limit_Bps = collectiveLimit_Bps(cluster, group)
    const order = Array.from({ length: size }, (_, index) => index)
    const V = 1e8
    const flows = ringStep(behind, order, V / size).map((flow) => ({ ...flow, limit_Bps }))
    const closed = fastest_s(switchedCollectives(group, switchedNetworkOf(cluster)).allReduce, V)
    const { time_s: steps_s } = runSteps(behind, [{ flows, times: 2 * (size - 1) }])
    expect(behind.launch_s + steps_s).toBeCloseTo(closed, 12)
  })

  it('holds for one device of each of four nodes', () => {
    const group = { size: 4, perNode: 1, nodes: 4 }
    const limit_Bps = collectiveLimit_Bps(cluster, group)
    const flows = ringStep(behind, [3, 11, 19, 27], 2.5e7).map((flow) => ({ ...flow, limit_Bps }))
    // A ring gathers in half of the steps of its all-reduce, which would climb a tree here.
    const closed = fastest_s(switchedCollectives(group, switchedNetworkOf(cluster)).gather, 1e8)
    expect(behind.launch_s + runSteps(behind, [{ flows, times: 3 }]).time_s).toBeCloseTo(closed, 12)
  })

  it('holds for the bytes of rings through whole nodes, one for each adapter', () => {
    const perNode = 8
    const size = 16
    const group = { size, perNode, nodes: 2 }
    const V = 1.6e8
    const limit_Bps = collectiveLimit_Bps(cluster, group, perNode)
    const flows = Array.from({ length: perNode }, (_, ring) => {
      const order = Array.from({ length: size }, (__, i) => Math.floor(i / perNode) * perNode + ((ring + i) % perNode))
      return ringStep(behind, order, V / size / perNode)
    })
      .flat()
      .map((flow) => ({ ...flow, latency_s: 0, limit_Bps }))
    const closed = switchedCollectives(group, switchedNetworkOf(cluster)).allReduce[0]!.perByte_s * V
    expect(runSteps(behind, [{ flows, times: 2 * (size - 1) }]).time_s).toBeCloseTo(closed, 12)
  })
})

describe('the edge between wafers', () => {
  it('carries its bandwidth over all columns together', () => {
    const edge_Bps = 1.5 * B
    const network = mesh(2, 4, { wafers: 2, waferLink: { bandwidth_Bps: edge_Bps, latency_s: 0 } })
    const down = (columns: number): Flow[] =>
      Array.from({ length: columns }, (_, column) => ({
        ...routedFlow(network, 4 + column, 8 + column, 1e6),
        latency_s: 0
      }))
    expect(time_s(network, down(1))).toBe(1e-6)
    expect(time_s(network, down(4))).toBeCloseTo(4e6 / edge_Bps, 15)
    const up = down(4).map((flow, column) => ({ ...flow, links: network.route(8 + column, 4 + column) }))
    expect(time_s(network, [...down(4), ...up])).toBeCloseTo(4e6 / edge_Bps, 15)
  })
})

describe('the report on links', () => {
  const network = mesh(1, 4)
  const flows = [routedFlow(network, 0, 2, 1e6), routedFlow(network, 1, 3, 1e6)].map((flow) => ({
    ...flow,
    latency_s: 0
  }))
  const run = (of: Network): number => time_s(of, flows)

  it('names the hot link, where it leads, and how full it is', () => {
    const { linkBytes, time_s: all_s } = runSteps(network, [{ flows, times: 1 }])
    const { links, hot } = linkReport(network, linkBytes, all_s)
    expect(hot).toMatchObject({
      from: 'die row 0, column 1',
      to: 'die row 0, column 2',
      direction: 'east',
      bytes: 2e6
    })
    expect(hot!.utilisation).toBeCloseTo(1, 12)
    for (const { direction, utilisation, link } of links)
      expect(utilisation).toBeCloseTo(
        direction === 'west' ? 0 : link === hot!.link ? 1 : linkBytes[link]! / (B * all_s),
        12
      )
  })

  it('has no hot link where nothing moves', () => {
    expect(linkReport(network, new Float64Array(6), 0).hot).toBeUndefined()
  })

  it('says what more bandwidth is worth: V/B^2 on the hot link, nothing on an idle one', () => {
    const hot = network.route(1, 2)[0]!
    // d/dB of 2 MB / B at B = 1000 GB/s, per GB/s; 1% more of B makes the difference 1% smaller.
    const worth = (links: readonly number[]): number =>
      worth_sPerGBps(network, links, run(network), (more_Bps) => run(withMoreBandwidth(network, links, more_Bps)))
    expect(worth([hot])).toBeCloseTo(2e6 / B / 1000 / 1.01, 15)
    expect(worth([network.route(2, 1)[0]!])).toBe(0)
    expect(worth([])).toBe(0)
  })

  it('says that of two links equally used only both together are worth anything', () => {
    const [first, second] = [network.route(0, 1)[0]!, network.route(1, 2)[0]!]
    const one = (of: Network): number => time_s(of, [{ links: network.route(0, 2), bytes: 1e6, latency_s: 0 }])
    const worth = (links: readonly number[]): number =>
      worth_sPerGBps(network, links, one(network), (more_Bps) => one(withMoreBandwidth(network, links, more_Bps)))
    expect(worth([first])).toBe(0)
    expect(worth([first, second])).toBeGreaterThan(0)
  })
})
