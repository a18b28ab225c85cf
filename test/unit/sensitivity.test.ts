import { describe, expect, it } from 'vitest'
import { chipPreset } from '../../src/core/chip/chip-presets.ts'
import { mergeChip } from '../../src/core/chip/merge-chip.ts'
import { evaluate } from '../../src/core/simulator/evaluate.ts'
import { machineOf } from '../../src/core/simulator/machine.ts'
import { sensitivities } from '../../src/core/validation/sensitivity.ts'
import { constantName } from '../../src/core/chip/uncertain-constants.ts'
import { mappingOf, roomy, workloadOf } from './simulator-fixture.ts'

const workload = workloadOf('megatron-22b', { globalBatch: 64, sequenceLength: 2048, attention: 'flash' })
const rowsOf = (chip: Parameters<typeof machineOf>[0], degrees: Parameters<typeof mappingOf>[2]) => {
  const mapping = mappingOf(workload, machineOf(chip), degrees, { microBatch: 1 })
  const rows = sensitivities(workload, chip, mapping)
  return {
    at: (overlap?: number) => evaluate(workload, machineOf(chip, overlap), mapping).iterationTime_s,
    names: rows.map(({ constant }) => constantName(constant)),
    row: (name: string) => rows.find(({ constant }) => constantName(constant) === name)!.time_s
  }
}

describe('sensitivity of a cluster', () => {
  const { at, names, row } = rowsOf(mergeChip(chipPreset('a100-80gb'), {}, 64), { tensorParallel: 8, dataParallel: 8 })

  it('lists what was fitted, inferred or taken from general knowledge', () => {
    expect(names).toEqual([
      'execution.overlap, gradientOverlap',
      'execution.matrixEfficiency',
      'execution.memoryEfficiency',
      'execution.gradientOverlap',
      'execution.halfRows, halfColumns, halfReduction',
      'execution.launchOverhead_s',
      'execution.iterationOverhead_s',
      'execution.collectiveShare',
      'execution.misalignedShare',
      'execution.flashEfficiency',
      'execution.unfusedShare',
      'node.bandwidth_Bps, groupBandwidth_Bps',
      'node.latency_s, stepLatency_s',
      'network.bandwidthPerDevice_Bps',
      'network.latency_s'
    ])
  })

  it('means by overlap what the overlap sweep does, gradients too', () => {
    expect(row('execution.overlap, gradientOverlap')).toEqual([at(0), at(1)])
  })

  it('holds the step as it is between the ends of each constant', () => {
    for (const name of names) {
      const ends = row(name)
      expect(Math.min(...ends), name).toBeLessThanOrEqual(at() * (1 + 1e-12))
      expect(Math.max(...ends), name).toBeGreaterThanOrEqual(at() * (1 - 1e-12))
    }
  })

  it('is slower where products need more rows and where links are slower', () => {
    const [small, large] = row('execution.halfRows, halfColumns, halfReduction')
    expect(small).toBeLessThan(large)
    for (const name of ['node.bandwidth_Bps, groupBandwidth_Bps', 'network.bandwidthPerDevice_Bps'])
      expect(row(name)[0]).toBeGreaterThan(row(name)[1])
  })
})

describe('sensitivity of wafers', () => {
  const wafers = (count: number) =>
    rowsOf(mergeChip(mergeChip(chipPreset('watos-56'), roomy), { wafers: count }), {
      tensorParallel: 4,
      dataParallel: 8 * count
    })

  it('asks for the links between wafers where there are several', () => {
    expect(wafers(1).names.filter((name) => name.startsWith('waferLink'))).toEqual([])
    const { names, row } = wafers(2)
    expect(names).toContain('waferLink.latency_s')
    expect(row('waferLink.bandwidth_Bps')[0]).toBeGreaterThan(row('waferLink.bandwidth_Bps')[1])
    expect(names.filter((name) => name.startsWith('node') || name.includes('launch'))).toEqual([])
  })

  it('means by overlap what the overlap sweep does', () => {
    const { at, row } = wafers(1)
    expect(row('execution.overlap, gradientOverlap')).toEqual([at(0), at(1)])
  })
})
