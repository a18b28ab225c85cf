import { describe, expect, it } from 'vitest'
import { Strategy, strategyMapping } from '../../src/core/mapping/strategy.ts'
import { tileCount } from '../../src/core/mapping/placement.ts'
import { modelPreset } from '../../src/core/workload/model-presets.ts'
import { TrainingSpec } from '../../src/core/workload/training-spec.ts'
import { buildWorkload } from '../../src/core/workload/workload.ts'

const workload = buildWorkload(
  modelPreset('llama-2-7b').spec,
  TrainingSpec.parse({ globalBatch: 96, sequenceLength: 4096 })
)
const mappingOn = (rows: number, columns: number, strategy: object) =>
  strategyMapping(workload, { rows, columns, dies: rows * columns }, rows * columns, Strategy.parse(strategy), {
    microBatch: 1
  })

describe('a strategy that leaves the replicas open', () => {
  it('has as many as the grid has places for, not as its dies would make', () => {
    // 54/4 dies would make 13 replicas; the grid holds 12 rectangles of 1 x 4.
    const { dataParallel, region } = mappingOn(6, 9, { tensorParallel: 4 })
    expect(dataParallel).toBe(12)
    expect(tileCount(6, 9, region)).toBe(12)
  })

  it('shares the sequences equally', () => {
    // 11 regions of 1 x 4 and more are there for 96 sequences, which 11 does not divide.
    expect(96 % mappingOn(1 + 4, 9, { tensorParallel: 4 }).dataParallel).toBe(0)
  })

  it('lays context-parallel groups as the grid holds most of them', () => {
    const four = mappingOn(6, 8, { contextParallel: 4 })
    expect([four.region.rows, four.region.columns, four.dataParallel]).toEqual([1, 4, 12])
    const eight = mappingOn(6, 8, { contextParallel: 8 })
    expect([eight.region.rows, eight.region.columns]).toEqual([1, 8])
    for (const { operators } of Object.values(eight.plans))
      for (const roles of Object.values(operators)) expect(roles).toEqual({ x: 'sequence' })
  })

  it('keeps tensor- and context-parallel axes apart where they lie on one side', () => {
    const { region, plans } = mappingOn(2, 8, { contextParallel: 4, tensorParallel: 2, dataParallel: 2 })
    expect(region).toEqual({ rows: 1, columns: 8, split: { x: [4, 2], y: [1] } })
    expect(plans['dense']!.operators['qkv']).toEqual({ x0: 'sequence', x1: 'output' })
  })
})
