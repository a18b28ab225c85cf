import { describe, expect, it } from 'vitest'
import { chipPreset } from '../../src/core/chip/chip-presets.ts'
import { CollectiveGene, type Mapping } from '../../src/core/mapping/mapping.ts'
import { strategyMapping, Strategy } from '../../src/core/mapping/strategy.ts'
import { evaluateAt } from '../../src/core/simulator/evaluate-level.ts'
import { machineOf } from '../../src/core/simulator/machine.ts'
import { modelPreset } from '../../src/core/workload/model-presets.ts'
import { TrainingSpec } from '../../src/core/workload/training-spec.ts'
import { buildWorkload } from '../../src/core/workload/workload.ts'

const workload = buildWorkload(
  modelPreset('gpt3-175b').spec,
  TrainingSpec.parse({ globalBatch: 32, sequenceLength: 2048, attention: 'flash' })
)
const machine = machineOf(chipPreset('watos-56'))
const grid = { rows: machine.gridRows, columns: machine.gridColumns, dies: machine.dies }
const strategy = Strategy.parse({ tensorParallel: 8, pipelineParallel: 6, dataParallel: 1, recompute: 'full' })
const mapping = strategyMapping(workload, grid, machine.dies, strategy, { microBatch: 1, tensorRows: 2 })
const time_s = (collectives: Mapping['collectives'], level: 'analytic' | 'fluid' | 'event'): number =>
  evaluateAt(level, workload, machine, { ...mapping, collectives }).iterationTime_s

describe('the gene of the collectives', () => {
  it.each(CollectiveGene.options)('prices %s alike at all levels when nothing else is on the links', (gene) => {
    const analytic = time_s(gene, 'analytic')
    expect(Math.abs(time_s(gene, 'fluid') / analytic - 1)).toBeLessThan(0.01)
    expect(Math.abs(time_s(gene, 'event') / analytic - 1)).toBeLessThan(0.01)
  })

  it('has no way that beats the best of them', () => {
    for (const gene of CollectiveGene.options)
      expect(time_s(gene, 'event')).toBeGreaterThanOrEqual(time_s('best', 'event') * (1 - 1e-9))
  })

  it('means trees by hierarchical within one wafer, also where replicas lie so that only a chain joins them', () => {
    // Fourteen rows of four dies, two to a pipeline: the replicas of a stage lie in a zigzag.
    const llama = buildWorkload(
      modelPreset('llama-2-7b').spec,
      TrainingSpec.parse({ globalBatch: 112, sequenceLength: 2048, attention: 'flash' })
    )
    const degrees = Strategy.parse({ tensorParallel: 4, pipelineParallel: 2, dataParallel: 7 })
    const zigzag = strategyMapping(llama, grid, machine.dies, degrees, { microBatch: 1 })
    for (const level of ['analytic', 'fluid', 'event'] as const) {
      const [tree, hierarchical] = (['tree', 'hierarchical'] as const).map(
        (collectives) => evaluateAt(level, llama, machine, { ...zigzag, collectives }).iterationTime_s
      )
      expect(Math.abs(hierarchical! / tree! - 1)).toBeLessThan(0.01)
    }
  })

  it('names the group that cannot run an algorithm', () => {
    const six = strategyMapping(
      workload,
      grid,
      machine.dies,
      Strategy.parse({ tensorParallel: 6, pipelineParallel: 6, dataParallel: 1 }),
      { microBatch: 1, tensorRows: 2 }
    )
    expect(() => evaluateAt('analytic', workload, machine, { ...six, collectives: 'halving-doubling' })).toThrow(
      /'halving-doubling' .* group of 6 dies .*power of 2/
    )
  })
})
