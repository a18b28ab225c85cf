import { describe, expect, it } from 'vitest'
import { evaluate } from '../../src/core/simulator/evaluate.ts'
import { mappingOf, waferOf, workloadOf } from './simulator-fixture.ts'

describe('the lower bound', () => {
  it.each(['standard', 'flash'] as const)('is all but reached by one die with %s attention', (attention) => {
    const machine = waferOf({ grid: { rows: 1, columns: 1 } })
    const workload = workloadOf('gpt-6.7b', { globalBatch: 4, sequenceLength: 2048, attention })
    const { iterationTime_s, lowerBound } = evaluate(
      workload,
      machine,
      mappingOf(workload, machine, {}, { microBatch: 4 })
    )
    const share = lowerBound.iterationTime_s / iterationTime_s
    expect(share).toBeGreaterThan(0.97)
    expect(share).toBeLessThanOrEqual(1)
  })
})
