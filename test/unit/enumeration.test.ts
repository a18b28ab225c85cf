import { expect, test } from 'vitest'
import { enumerateMappings, enumerationResult } from '../../src/core/search/exhaustive.ts'
import type { SearchProgress } from '../../src/core/search/mapping-search.ts'
import { MappingSpace } from '../../src/core/mapping/mapping-space.ts'
import { evaluate } from '../../src/core/simulator/evaluate.ts'
import { waferOf, workloadOf } from './simulator-fixture.ts'

const workload = workloadOf(
  { name: 'small', layers: 3, hidden: 256, heads: 8, vocabulary: 4096 },
  { globalBatch: 4, sequenceLength: 512 }
)
const machine = waferOf({ grid: { rows: 1, columns: 2 } })
const space = MappingSpace.parse({
  recompute: 'none',
  microBatch: [1],
  residual: ['sequence'],
  roles: { qkv: ['output', 'sequence'], attention: ['head', 'sequence'], up: ['output', 'sequence'] }
})

test('an enumeration that is stopped keeps what it has seen, with a bound that still holds', () => {
  const whole = enumerateMappings(workload, machine, space)
  expect(whole.stopped).toBe(false)
  expect(whole.designs).toBeGreaterThan(2 * 4096)
  const told: SearchProgress[] = []
  const part = enumerationResult(workload, machine, space, undefined, (progress) => {
    told.push(progress)
    return told.length < 2
  })
  expect(told).toHaveLength(2)
  expect(part.solved).toBe(2 * 4096)
  expect(part.exact).toBe(false)
  expect(part.best!.iterationTime_s).toBeGreaterThanOrEqual(whole.best!.iterationTime_s)
  expect(evaluate(workload, machine, part.best!.mapping).iterationTime_s).toBeCloseTo(part.best!.iterationTime_s, 12)
  expect(part.lowerBound_s).toBeLessThanOrEqual(whole.best!.iterationTime_s)
  expect(told[0]!.gap).toBeGreaterThanOrEqual(0)
})
