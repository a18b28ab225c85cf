import { describe, expect, it } from 'vitest'
import { evaluateAt } from '../../src/core/simulator/evaluate-level.ts'
import { mappingOf, waferOf, workloadOf } from './simulator-fixture.ts'

describe('a region that lies on two wafers', () => {
  const workload = workloadOf('llama-2-7b', { globalBatch: 8, sequenceLength: 2048 })
  const machine = waferOf(
    {
      wafers: 2,
      grid: { rows: 3, columns: 4 },
      waferLink: { bandwidth_Bps: 1e10, latency_s: 1e-6 }
    },
    0
  )
  const shape = mappingOf(workload, machine, { tensorParallel: 8, dataParallel: 1 }, { microBatch: 1, tensorRows: 2 })
  const at = (row: number, level: 'analytic' | 'fluid' | 'event'): number =>
    evaluateAt(level, workload, machine, { ...shape, placement: [[[row, 0]]] }).time_s.tensorCommunication

  it('waits at every level for the edge between them, which is narrower than the links of its dies', () => {
    const inside_s = at(0, 'event')
    const across_s = at(2, 'event')
    expect(across_s).toBeGreaterThan(20 * inside_s)
    expect(at(3, 'analytic')).toBe(at(0, 'analytic'))
    for (const level of ['analytic', 'fluid'] as const) expect(Math.abs(at(2, level) / across_s - 1)).toBeLessThan(0.01)
  })

  it('sends what lies on the other wafer over that edge', () => {
    const two = mappingOf(
      workload,
      machine,
      { tensorParallel: 8, pipelineParallel: 2, dataParallel: 1 },
      { microBatch: 1, tensorRows: 2 }
    )
    const sending_s = (rows: readonly [number, number]): number => {
      const placement = [rows.map((row): [number, number] => [row, 0])]
      return evaluateAt('analytic', workload, machine, { ...two, placement }).time_s.pipelineCommunication
    }
    // From rows 0 and 1 to 2 and 3: the second row of each goes from one wafer to the next.
    expect(sending_s([0, 2])).toBeGreaterThan(0.4 * sending_s([1, 4]))
  })
})

describe('replicas on several wafers', () => {
  const gpt = { name: 'gpt', layers: 2, hidden: 2048, heads: 16, vocabulary: 1000, tiedEmbeddings: false }
  const communication_s = (
    level: 'analytic' | 'fluid' | 'event',
    grid: { rows: number; columns: number },
    collectives: 'best' | 'ring' | 'tree' | 'chain',
    tensorRows?: number
  ): number => {
    const dies = 2 * grid.rows * grid.columns
    const workload = workloadOf(gpt, { globalBatch: dies, sequenceLength: 1024 })
    const narrow = { bandwidthPerEdge_Bps: 1e11, latency_s: 0 }
    const chip = { wafers: 2, grid, links: narrow, waferLink: { latency_s: 0 }, execution: { gradientOverlap: 0 } }
    const machine = waferOf(chip, 0)
    const tensorParallel = tensorRows ?? 1
    const strategy = { tensorParallel, dataParallel: dies / tensorParallel }
    const mapping = mappingOf(workload, machine, strategy, {
      microBatch: 1,
      collectives,
      ...(tensorRows && { tensorRows })
    })
    return evaluateAt(level, workload, machine, mapping).time_s.dataCommunication
  }

  it.each([[{ rows: 2, columns: 1 }], [{ rows: 5, columns: 5 }], [{ rows: 3, columns: 4 }], [{ rows: 4, columns: 6 }]])(
    'add up their gradients over the edge between the wafers as long at every level: %j',
    (grid) => {
      for (const collectives of ['best', 'ring', 'tree', 'chain'] as const) {
        const event_s = communication_s('event', grid, collectives)
        expect(event_s).toBeGreaterThan(0)
        for (const level of ['analytic', 'fluid'] as const)
          expect(
            Math.abs(communication_s(level, grid, collectives) / event_s - 1),
            `${level} ${collectives}`
          ).toBeLessThan(0.01)
      }
    }
  )

  it('do so, too, where the region of one lies on both', () => {
    const grid = { rows: 3, columns: 4 }
    const event_s = communication_s('event', grid, 'best', 2)
    expect(Math.abs(communication_s('analytic', grid, 'best', 2) / event_s - 1)).toBeLessThan(0.01)
  })
})
