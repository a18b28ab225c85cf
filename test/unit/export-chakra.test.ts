import { describe, expect, it } from 'vitest'
import { attribute, meetingOf, replay_s } from '../fixtures/replay-execution-traces.ts'
import { eventsOf, executionTracesOf, small, stepOf } from '../fixtures/exported-step.ts'
import { NODE_TYPES } from '../../src/core/export/chakra/execution-trace-schema.ts'
import { networkFile, systemFile } from '../../src/core/export/chakra/simulator-files.ts'
import { chipPreset } from '../../src/core/chip/chip-presets.ts'
import { stepLinkBytes } from '../../src/core/simulator/program/link-bytes.ts'

const cases = [
  { name: '1f1b', strategy: { tensorParallel: 2, pipelineParallel: 4 } },
  { name: 'half hidden', strategy: { tensorParallel: 2, pipelineParallel: 4 }, overlap: 0.5 },
  { name: 'nothing hidden', strategy: { tensorParallel: 2, pipelineParallel: 2, dataParallel: 4 }, overlap: 0 },
  { name: 'gpipe', strategy: { pipelineParallel: 4, schedule: 'gpipe' as const } },
  { name: 'interleaved', strategy: { pipelineParallel: 4, virtualStages: 2, schedule: 'interleaved' as const } },
  { name: 'zb-h1', strategy: { tensorParallel: 2, pipelineParallel: 4, schedule: 'zb-h1' as const } },
  { name: 'zb-v', strategy: { tensorParallel: 2, pipelineParallel: 4, schedule: 'zb-v' as const } },
  { name: 'ZeRO-1', strategy: { tensorParallel: 2, pipelineParallel: 2, dataParallel: 4, zeroStage: 1 as const } },
  { name: 'ZeRO-3', strategy: { tensorParallel: 2, dataParallel: 4, zeroStage: 3 as const } },
  { name: 'ZeRO-3, half hidden', strategy: { dataParallel: 4, zeroStage: 3 as const }, overlap: 0.5 },
  { name: 'sequence-parallel', strategy: { tensorParallel: 4, sequenceParallel: true, recompute: 'full' as const } }
]

describe.each(cases)('execution traces of $name', ({ strategy, overlap }) => {
  const step = stepOf({ strategy, ...(overlap !== undefined && { overlap }) })
  const { traces, groups, written } = executionTracesOf(step)

  it('are one per die, the idle ones aside', () => {
    const { region, placement } = step.mapping
    expect(traces.size).toBe(region.rows * region.columns * placement.length * placement[0]!.length)
    expect(traces.size + written.idleDies.length).toBe(step.network.dies)
    for (const { metadata, nodes } of traces.values()) {
      expect(metadata.version).toBe('0.0.4')
      expect(new Set(nodes.map(({ id }) => id)).size).toBe(nodes.length)
    }
  })

  it('have no circles: every node waits for nodes before it in its file', () => {
    for (const { nodes } of traces.values()) {
      const known = new Set<bigint>()
      for (const { id, dataDeps, ctrlDeps } of nodes) {
        for (const one of dataDeps) expect(known.has(one)).toBe(true)
        expect(new Set(dataDeps).size).toBe(dataDeps.length)
        expect(ctrlDeps).toEqual([])
        known.add(id)
      }
      expect(nodes.some(({ dataDeps }) => dataDeps.length === 0)).toBe(true)
    }
  })

  it('pair every send with one receive of as many bytes under its tag', () => {
    const sent = new Map<string, unknown>()
    const received = new Map<string, unknown>()
    for (const [die, { nodes }] of traces)
      for (const node of nodes) {
        if (node.type !== NODE_TYPES.send && node.type !== NODE_TYPES.receive) continue
        const isSend = node.type === NODE_TYPES.send
        expect(attribute(node, isSend ? 'comm_src' : 'comm_dst')).toBe(die)
        const key = meetingOf(node, new Map())!
        const side = isSend ? sent : received
        expect(side.has(key)).toBe(false)
        side.set(key, attribute(node, 'comm_size'))
      }
    expect(received).toEqual(sent)
    if (step.programs.length > 1) expect(sent.size).toBeGreaterThan(0)
  })

  it('have every collective in the files of all its members, in one order, of one kind and size', () => {
    const told = new Map<string, string[]>()
    for (const [die, { nodes }] of traces) {
      const own = new Map<string, string>()
      for (const node of nodes) {
        if (node.type !== NODE_TYPES.collective) continue
        const name = String(attribute(node, 'pg_name'))
        expect(groups[name]).toContain(die)
        own.set(name, `${own.get(name) ?? ''} ${attribute(node, 'comm_type')}:${attribute(node, 'comm_size')}`)
      }
      for (const [name, text] of own) told.set(name, [...(told.get(name) ?? []), text])
    }
    for (const [name, texts] of told) {
      expect(new Set(texts).size).toBe(1)
      expect(texts).toHaveLength(groups[name]!.length)
    }
  })

  it('compute as long as the event level does', () => {
    const { criticalStage, breakdown_s } = eventsOf(step, {})
    const { compute, recompute, optimizer, other } = breakdown_s
    const nodes = traces.get(written.diesOf(criticalStage)[0]!)!.nodes.filter(({ type }) => type === NODE_TYPES.compute)
    const exact_s = nodes.reduce((sum, node) => sum + Number(attribute(node, 'runtime_ns')), 0) * 1e-9
    const micro_s = nodes.reduce((sum, { durationMicros }) => sum + Number(durationMicros), 0) * 1e-6
    expect(Math.abs(exact_s - (compute + recompute + optimizer + other))).toBeLessThan(nodes.length * 1e-9)
    // Whole microseconds, but never off by more than one in all.
    expect(Math.abs(micro_s - exact_s)).toBeLessThan(1e-6 + nodes.length * 1e-9)
  })

  it('replayed take as long as the event level where no transfers share links', () => {
    // Links that take time to cross, but none to fill.
    const wide = stepOf({
      strategy,
      ...(overlap !== undefined && { overlap }),
      chip: { links: { bandwidthPerEdge_Bps: 1e30, latency_s: 2e-6 } }
    })
    const { time_s } = eventsOf(wide, { everyDie: true })
    const all = executionTracesOf(wide)
    const nodes = Math.max(...[...all.traces.values()].map((trace) => trace.nodes.length))
    expect(Math.abs(replay_s(all.traces, all.groups) - time_s)).toBeLessThan(nodes * 1e-9)
  })

  it('replayed take no longer, and at most 5 % less, where they do', () => {
    const { time_s } = eventsOf(step, { everyDie: true })
    const replayed_s = replay_s(traces, groups)
    expect(replayed_s).toBeLessThan(time_s * (1 + 1e-4))
    expect(replayed_s).toBeGreaterThan(time_s * 0.95)
  })

  it('in one stream have one order of all collectives of a die, and still end', () => {
    const serial = executionTracesOf(step, 'one-stream')
    for (const { nodes } of serial.traces.values()) {
      let last: bigint | undefined
      const before = new Map<bigint, Set<bigint>>()
      for (const { id, type, dataDeps } of nodes) {
        const all = new Set(dataDeps.flatMap((one) => [one, ...(before.get(one) ?? [])]))
        before.set(id, new Set([...all].slice(-40)))
        if (type !== NODE_TYPES.collective) continue
        if (last !== undefined) expect(all.has(last)).toBe(true)
        last = id
      }
    }
    expect(replay_s(serial.traces, serial.groups)).toBeGreaterThan(0)
  })
})

describe('execution traces', () => {
  const step = stepOf({ strategy: { tensorParallel: 2, dataParallel: 4 }, overlap: 1 })
  const { nodes } = [...executionTracesOf(step).traces.values()][0]!

  it('keep overlap: a collective beside compute waits for what the compute waits for, not for it', () => {
    const compute = nodes.filter(({ type }) => type === NODE_TYPES.compute)
    const hidden = nodes.filter(
      ({ type, dataDeps }) =>
        type === NODE_TYPES.collective &&
        compute.some((other) => other.dataDeps.length > 0 && other.dataDeps.every((one) => dataDeps.includes(one)))
    )
    expect(hidden.length).toBeGreaterThan(0)
  })

  it('find one that waits for ever', () => {
    const { traces, groups } = executionTracesOf(step)
    const [die, { metadata, nodes: own }] = [...traces][0]!
    const last = own.findLastIndex(({ type }) => type === NODE_TYPES.collective)
    traces.set(die, { metadata, nodes: own.filter((_node, index) => index !== last) })
    expect(() => replay_s(traces, groups)).toThrow(RangeError)
  })
})

describe('the bytes of execution traces', () => {
  it('put as many bytes on the links as the step does', () => {
    const step = stepOf({ strategy: { pipelineParallel: 4 }, model: { ...small, tiedEmbeddings: false } })
    const { traces } = executionTracesOf(step)
    const { design, programs, collectives, bytesOf, network } = step
    const hops = (from: number, to: number): number => network.route(from, to).length
    let carried = 0
    for (const { nodes } of traces.values())
      for (const node of nodes)
        if (node.type === NODE_TYPES.send)
          carried +=
            Number(attribute(node, 'comm_size')) *
            hops(Number(attribute(node, 'comm_src')), Number(attribute(node, 'comm_dst')))
    const wanted = stepLinkBytes(design, programs, collectives, bytesOf).reduce((sum, one) => sum + one, 0)
    expect(carried / wanted).toBeCloseTo(1, 9)
  })
})

describe("ASTRA-sim's files", () => {
  it('describe a wafer as a mesh, columns first, in GB of 2^30 bytes and ns', () => {
    const chip = chipPreset('watos-56')
    if (chip.kind !== 'wafer') throw new TypeError('watos-56 is a wafer')
    const [topology, count, bandwidth, latency] = networkFile(chip).split('\n')
    expect(topology).toBe('topology: [ Mesh, Mesh ]')
    expect(count).toBe(`npus_count: [ ${chip.grid.columns}, ${chip.grid.rows} ]`)
    const each = chip.links.bandwidthPerEdge_Bps / 2 ** 30
    expect(bandwidth).toBe(`bandwidth: [ ${each}, ${each} ]`)
    expect(latency).toBe(`latency: [ ${chip.links.latency_s * 1e9}, ${chip.links.latency_s * 1e9} ]`)
  })

  it('name an algorithm for every dimension of the network', () => {
    for (const name of ['watos-56', 'a100-80gb']) {
      const chip = chipPreset(name)
      const dimensions = /npus_count: \[(.*)\]/.exec(networkFile(chip))![1]!.split(',').length
      const system = JSON.parse(systemFile(chip)) as Record<string, unknown>
      for (const kind of ['all-reduce', 'all-gather', 'reduce-scatter', 'all-to-all'])
        expect(system[`${kind}-implementation`]).toHaveLength(dimensions)
    }
  })
})
