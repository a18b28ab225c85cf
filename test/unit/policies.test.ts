import { describe, expect, it } from 'vitest'
import { chipPreset } from '../../src/core/chip/chip-presets.ts'
import { mergeChip } from '../../src/core/chip/merge-chip.ts'
import type { ChipSpec } from '../../src/core/chip/chip-spec.ts'
import type { Mapping } from '../../src/core/mapping/mapping.ts'
import { regionDies } from '../../src/core/mapping/region.ts'
import { hierarchyOf, hierarchiesOf } from '../../src/core/policies/accpar-hierarchy.ts'
import { modelLayers, partitionModel } from '../../src/core/policies/accpar-layers.ts'
import { policies, policyNamed } from '../../src/core/policies/policies.ts'
import { runPolicy } from '../../src/core/search/run-policy.ts'
import { machineOf } from '../../src/core/simulator/machine.ts'
import { modelPreset } from '../../src/core/workload/model-presets.ts'
import { TrainingSpec, type TrainingSpecInput } from '../../src/core/workload/training-spec.ts'
import { buildWorkload, type Workload } from '../../src/core/workload/workload.ts'

const workloadOf = (model: string, training: TrainingSpecInput): Workload =>
  buildWorkload(modelPreset(model).spec, TrainingSpec.parse(training))

const gpt3 = workloadOf('gpt3-175b', { globalBatch: 112, sequenceLength: 2048, attention: 'standard' })
const wafer = machineOf(chipPreset('watos-56'))

const diesUsed = (mapping: Mapping): number => mapping.dataParallel * mapping.stages.length * regionDies(mapping.region)

const rolesUsed = (mapping: Mapping): Set<string> =>
  new Set(Object.values(mapping.plans).flatMap(({ operators }) => Object.values(operators).flatMap(Object.values)))

describe('the register of policies', () => {
  it('lists AccPar, DeepSpeed and Megatron, each with its rules and source', () => {
    expect(policies.map(({ name }) => name)).toEqual([
      'accpar-raw',
      'accpar-ga',
      'accpar-m',
      'deepspeed-z3',
      'deepspeed-z3-checkpoint',
      'deepspeed-tuned',
      'deepspeed-3d',
      'megatron-full',
      'megatron-2022',
      'megatron-tuned'
    ])
    expect(policies.every(({ rules, source }) => rules.length > 0 && source.length > 0)).toBe(true)
    expect(policyNamed('accpar-m')).toMatchObject({ kind: 'extended', rules: expect.stringContaining('our extension') })
  })

  it('names the nearest policy when there is none of that name', () => {
    expect(() => policyNamed('megatron-tunde')).toThrow("did you mean 'megatron-tuned'?")
  })
})

describe('the hierarchy that AccPar cuts', () => {
  it('halves the longer side first and numbers the cuts of a side from outside', () => {
    expect(hierarchyOf(7, 8)).toEqual({
      region: { rows: 7, columns: 8, split: { x: [2, 2, 2], y: [7] } },
      factors: [2, 7, 2, 2],
      axes: ['x0', 'y', 'x1', 'x2']
    })
  })

  it('offers the whole wafer, then what cuts in twos and threes, then what only halves', () => {
    const sides = hierarchiesOf(wafer).map(({ region }) => [region.rows, region.columns])
    expect(sides).toEqual([
      [7, 8],
      [6, 8],
      [4, 8]
    ])
  })

  it('joins deep cuts of a large cluster into cuts of four, so that six levels are enough', () => {
    const { factors } = hierarchyOf(1, 1024)
    expect(factors.length).toBeLessThanOrEqual(6)
    expect(factors.reduce((product, factor) => product * factor, 1)).toBe(1024)
  })
})

describe('AccPar on a language model', () => {
  it('sees embedding, five layers per transformer layer and logits, with the sizes of a micro-batch', () => {
    const layers = modelLayers(gpt3, 2)
    expect(layers).toHaveLength(1 + 5 * 96 + 1)
    expect(layers.slice(0, 6).map(({ layer }) => layer.name)).toEqual([
      'embedding',
      'qkv',
      'attention',
      'projection',
      'up',
      'down'
    ])
    const tokens = 2 * 2048
    expect(layers[4]!.layer).toMatchObject({
      input: tokens * 12288,
      output: tokens * 4 * 12288,
      weights: 4 * 12288 ** 2 + 4 * 12288
    })
    expect(layers.at(-1)!.layer.weights).toBe(12288 * gpt3.model.vocabulary)
  })

  it('counts a token once for every expert it visits, and the weights of all experts', () => {
    const mixtral = workloadOf('mixtral-8x7b', { globalBatch: 8, sequenceLength: 1024 })
    const { layer } = modelLayers(mixtral, 1).find(({ operator }) => operator.name === 'expertDown')!
    expect(layer).toMatchObject({ input: 2 * 1024 * 14336, output: 2 * 1024 * 4096, weights: 8 * 14336 * 4096 })
  })

  it('cuts the batch everywhere when there are hundreds of sequences of 2,048 tokens: plain data parallelism', () => {
    const roles = partitionModel(
      workloadOf('gpt-6.7b', { globalBatch: 512, sequenceLength: 2048 }),
      512,
      [2, 2, 2, 2],
      0
    )
    expect(new Set(roles.flat())).toEqual(new Set(['batch']))
  })

  it('cuts channels and heads at deeper levels when there are few sequences', () => {
    const roles = partitionModel(workloadOf('gpt3-175b', { globalBatch: 4, sequenceLength: 2048 }), 4, [2, 2, 2, 2], 0)
    const deeper = new Set(roles.slice(2).flat())
    expect([...deeper].some((role) => role === 'output' || role === 'reduction' || role === 'head')).toBe(true)
  })

  it('cuts tokens of a sequence when whole sequences run out', () => {
    const model = { ...modelPreset('gpt-6.7b').spec, maxPositions: 65536 }
    const training = TrainingSpec.parse({ globalBatch: 2, sequenceLength: 65536 })
    const roles = partitionModel(buildWorkload(model, training), 2, [2, 2], 0)
    expect(roles.map((level) => level[1])).toEqual(['batch', 'sequence'])
  })

  it('cuts only the batch between wafers, over as many as divide it', () => {
    const pair = machineOf({ ...chipPreset('watos-56'), wafers: 2 } as ChipSpec)
    const placementOf = (globalBatch: number): Mapping['placement'] => {
      const workload = workloadOf('gpt-6.7b', { globalBatch, sequenceLength: 2048 })
      return runPolicy(policyNamed('accpar-ga'), workload, pair).evaluation!.mapping.placement
    }
    expect(placementOf(64)).toEqual([[[0, 0]], [[7, 0]]])
    expect(placementOf(7)).toEqual([[[0, 0]]])
  })

  it('says that nothing divides where nothing does', () => {
    expect(() => partitionModel(gpt3, 16, [7], 0)).toThrow(/cuts in 7 parts/)
  })

  it('runs out of memory with the whole batch of GPT-3 at once, and says by how much', () => {
    const outcome = runPolicy(policyNamed('accpar-raw'), gpt3, wafer)
    expect(outcome.evaluation!.feasible).toBe(false)
    expect(outcome.evaluation!.mapping).toMatchObject({ microBatch: 112, dataParallel: 1, zeroStage: 0 })
    expect(outcome.failure).toMatch(
      /out of memory: stage 0 needs [\d.]+ [GT]B per die, [\d.]+ [GT]B more than the 70\.0 GB/
    )
  })

  it('needs less memory per die with accumulation, and with a price on bytes no more than that', () => {
    const peak_B = (policy: string): number => runPolicy(policyNamed(policy), gpt3, wafer).evaluation!.memory_B.peak
    const [raw, accumulated, aware] = [peak_B('accpar-raw'), peak_B('accpar-ga'), peak_B('accpar-m')]
    expect(accumulated).toBeLessThan(raw / 2)
    expect(aware).toBeLessThanOrEqual(accumulated)
  })

  it('fits a model by paying for bytes that it does not fit by accumulation alone', () => {
    const model = workloadOf('gpt-6.7b', { globalBatch: 256, sequenceLength: 2048, attention: 'flash' })
    const narrow = machineOf(mergeChip(chipPreset('lean-48'), { memory: { stacksPerDie: 1, stackCapacity_B: 6e9 } }))
    expect(runPolicy(policyNamed('accpar-ga'), model, narrow).failure).toContain('out of memory')
    expect(runPolicy(policyNamed('accpar-m'), model, narrow).failure).toBeUndefined()
  })

  it('keeps everything and neither pipelines nor shards, whatever its form', () => {
    for (const name of ['accpar-raw', 'accpar-ga', 'accpar-m']) {
      const { mapping } = runPolicy(policyNamed(name), gpt3, wafer).evaluation!
      expect(mapping.stages).toHaveLength(1)
      expect(mapping.zeroStage).toBe(0)
      expect(Object.values(mapping.plans).every(({ recompute }) => recompute.length === 0)).toBe(true)
      expect([...rolesUsed(mapping)].some((role) => role.endsWith('streamed'))).toBe(false)
    }
  })
})

describe('Megatron on dies that its degrees do not divide', () => {
  it('uses at most 48 of 56 dies for the 96 layers of GPT-3', () => {
    for (const name of ['megatron-full', 'megatron-2022', 'megatron-tuned'])
      expect(diesUsed(runPolicy(policyNamed(name), gpt3, wafer).evaluation!.mapping)).toBeLessThanOrEqual(48)
  })
})

describe('DeepSpeed with a small batch', () => {
  it('leaves dies without a sequence idle', () => {
    const small = workloadOf('gpt-6.7b', { globalBatch: 16, sequenceLength: 2048 })
    const { mapping } = runPolicy(policyNamed('deepspeed-z3-checkpoint'), small, wafer).evaluation!
    expect(diesUsed(mapping)).toBe(16)
  })
})
