import { describe, expect, it } from 'vitest'
import { chipPreset } from '../../src/core/chip/chip-presets.ts'
import { mergeChip } from '../../src/core/chip/merge-chip.ts'
import { MappingSpace } from '../../src/core/mapping/mapping-space.ts'
import type { Schedule } from '../../src/core/mapping/mapping.ts'
import { ExplorationSpace } from '../../src/core/search/exploration-space.ts'
import { outerGenesOf, shapesOf } from '../../src/core/search/outer-genes.ts'
import { machineOf } from '../../src/core/simulator/machine.ts'
import { ModelSpec } from '../../src/core/workload/model-spec.ts'
import { TrainingSpec } from '../../src/core/workload/training-spec.ts'
import { buildWorkload } from '../../src/core/workload/workload.ts'
import { exploreDirectly, smallInputs } from '../fixtures/small-exploration.ts'

const model = ModelSpec.parse({ name: 'tiny', layers: 3, hidden: 256, heads: 4, vocabulary: 8192, ffn: 'swiglu' })
const training = TrainingSpec.parse({ globalBatch: 4, sequenceLength: 512 })
const chip = mergeChip(chipPreset('lean-48'), {
  grid: { rows: 1, columns: 2 },
  links: { bandwidthPerEdge_Bps: 2e10 },
  memory: { stackCapacity_B: 124123914 }
})

describe('a mapping of one stage', () => {
  it.each<[Schedule['name'][], Schedule['name']]>([
    [['gpipe', 'zb-h1'], 'zb-h1'],
    [['gpipe', '1f1b'], '1f1b'],
    [['zb-h1', '1f1b'], '1f1b'],
    [['gpipe', 'interleaved'], 'gpipe'],
    [['interleaved'], '1f1b']
  ])('of %j takes the schedule that holds least, in whatever order they are named', (schedules, expected) => {
    const workload = buildWorkload(model, training)
    const machine = machineOf(chip)
    const space = MappingSpace.parse({ regions: [[1, 1]], schedules, pipelineParallel: [1] })
    const genes = shapesOf(workload, machine, space).flatMap((shape) => outerGenesOf(workload, machine, shape, space))
    expect(new Set(genes.map(({ schedule }) => schedule.name))).toEqual(new Set([expected]))
  })
})

describe('the certificate of an exact search', () => {
  it('has no gap, though the bound and the best may differ in their last digit', async () => {
    const inputs = {
      ...smallInputs({ model, chip, policies: [] }),
      training,
      space: ExplorationSpace.parse({
        strategy: 'exact',
        sharedLinks: false,
        powerCap_W: null,
        architecture: null,
        mapping: {
          regions: [[1, 1]],
          residual: ['sequence', 'replicated'],
          recompute: 'none',
          schedules: ['zb-h1', 'gpipe'],
          microBatch: [1, 2],
          zeroStages: [0, 3],
          offload: false
        }
      })
    }
    const { outcome } = await exploreDirectly(inputs)
    expect(outcome.certificate!.searched!.gap).toBe(0)
    expect(outcome.certificate!.gap).toBe(0)
  })
})
