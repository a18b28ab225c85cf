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
