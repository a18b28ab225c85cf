import { describe, expect, it } from 'vitest'
import { chipPreset } from '../../src/core/chip/chip-presets.ts'
import { deepspeed } from '../../src/core/frameworks/deepspeed/deepspeed.ts'
import { readDeepspeedConfig } from '../../src/core/frameworks/deepspeed/read-config.ts'
import { deepspeedConfig } from '../../src/core/frameworks/deepspeed/write-config.ts'
import { importedMapping } from '../../src/core/frameworks/framework-import.ts'
import { frameworkExport } from '../../src/core/frameworks/losses.ts'
import { rankMap } from '../../src/core/frameworks/rank-map.ts'
import type { Mapping } from '../../src/core/mapping/mapping.ts'
import { policyNamed } from '../../src/core/policies/policies.ts'
import { gridOf } from '../../src/core/policies/policy.ts'
import { runPolicy } from '../../src/core/search/run-policy.ts'
import { drawDesigns, mappingOfDrawn } from '../../src/core/search/random-designs.ts'
import { evaluate } from '../../src/core/simulator/evaluate.ts'
import { machineOf, type Machine } from '../../src/core/simulator/machine.ts'
import { buildWorkload, type Workload } from '../../src/core/workload/workload.ts'
import { mappingOf, waferOf, workloadOf } from './simulator-fixture.ts'

/** A design out to DeepSpeed's configuration and back. */
function thereAndBack({ model, training }: Workload, machine: Machine, mapping: Mapping) {
  const workload = buildWorkload(model, training)
  const exported = frameworkExport(deepspeed, workload, machine, mapping)
  const { setting, group } = exported.nearest
  const ranks = rankMap(exported.nearest.mapping, group, setting.contextParallel)
  const { sequenceLength, attention } = training
  const config = JSON.parse(deepspeedConfig(model, training, setting)) as unknown
  const read = readDeepspeedConfig(config, { model, sequenceLength, attention, ranks: ranks.length })
  const again = buildWorkload(read.model, read.training)
  return { exported, back: evaluate(again, machine, importedMapping(read, again, gridOf(machine), ranks)) }
}

describe('export to DeepSpeed', () => {
  it.each([
    ['deepspeed-z3', 'llama-2-7b', 'palm-20'],
    ['deepspeed-z3-checkpoint', 'mixtral-8x7b', 'wsc-llm-54'],
    ['deepspeed-3d', 'llama-2-13b', 'palm-20'],
    ['deepspeed-tuned', 'gpt-6.7b', 'a100-80gb']
  ])('%s of %s on %s loses nothing and comes back exactly', (policy, model, chip) => {
    const workload = workloadOf(model, { globalBatch: 96, sequenceLength: 2048, attention: 'flash' })
    const machine = machineOf(chipPreset(chip))
    const { evaluation } = runPolicy(policyNamed(policy), workload, machine)
    const { exported, back } = thereAndBack(workload, machine, evaluation!.mapping)
    expect(exported.lost).toEqual([])
    expect(back.iterationTime_s).toBe(evaluation!.iterationTime_s)
    expect(back.memory_B).toEqual(evaluation!.memory_B)
  })

  it('prices what other designs lose, and what it exports comes back exactly', () => {
    const workload = workloadOf('gpt-13b', { globalBatch: 96, sequenceLength: 2048, attention: 'flash' })
    const machine = machineOf(chipPreset('lean-48'))
    for (const drawn of drawDesigns(workload, machine, { count: 8, seed: 7, interleaved: true })) {
      const { exported, back } = thereAndBack(workload, machine, mappingOfDrawn(workload, machine, drawn))
      expect(back.iterationTime_s).toBe(exported.exported.iterationTime_s)
      const cost_s = exported.lost.reduce((sum, loss) => sum + (loss.cost_s ?? 0), 0)
      expect(exported.design.iterationTime_s + cost_s).toBeCloseTo(exported.exported.iterationTime_s, 9)
    }
  })

  it('names interleaving, sequence parallelism and the sharding that a pipeline cannot have', () => {
    const workload = workloadOf('gpt-6.7b', { globalBatch: 32, sequenceLength: 2048 })
    const machine = waferOf()
    const strategy = {
      tensorParallel: 2,
      pipelineParallel: 4,
      virtualStages: 2,
      dataParallel: 2,
      sequenceParallel: true
    }
    const mapping = { ...mappingOf(workload, machine, strategy), zeroStage: 2 as const }
    const { exported } = thereAndBack(workload, machine, mapping)
    expect(exported.lost.map(({ gene }) => gene)).toEqual(['operators', 'schedule', 'zero'])
  })

  it('has no setting for more stages than layers', () => {
    const workload = workloadOf(
      { name: 'two', layers: 2, hidden: 256, heads: 4, vocabulary: 1000 },
      { globalBatch: 8, sequenceLength: 256 }
    )
    const machine = waferOf()
    const layered = mappingOf(workload, machine, { pipelineParallel: 2, dataParallel: 1 })
    const [first, last] = layered.stages.map(({ layers }) => layers)
    const stages = [[first![0]!], first!.slice(1), last!.slice(0, -1), last!.slice(-1)].map((layers) => ({ layers }))
    const placement = [[0, 1, 2, 3].map((column): [number, number] => [0, column])]
    const four = { ...layered, stages, placement }
    expect(() => frameworkExport(deepspeed, workload, machine, four)).toThrow(
      /DeepSpeed has no setting for two on 4 stages/
    )
  })
})

describe('a DeepSpeed configuration', () => {
  const model = workloadOf('gpt-6.7b', { globalBatch: 8, sequenceLength: 2048 }).model
  const read = (config: object, ranks?: number) =>
    readDeepspeedConfig(config, { model, sequenceLength: 2048, ...(ranks !== undefined && { ranks }) })

  it('needs two of its three numbers of a batch, and the ranks for some of them', () => {
    const micro = { train_micro_batch_size_per_gpu: 2, gradient_accumulation_steps: 4 }
    expect(read(micro, 8).training.globalBatch).toBe(64)
    expect(() => read(micro)).toThrow(/number of ranks/)
    expect(read({ train_batch_size: 64, train_micro_batch_size_per_gpu: 2 }).setting.microBatch).toBe(2)
    expect(read({ train_batch_size: 64, gradient_accumulation_steps: 4 }, 8).setting.microBatch).toBe(2)
    expect(() => read({ train_batch_size: 60, ...micro }, 8)).toThrow(
      /must be the product of the others and the replicas/
    )
  })

  it.each([
    [{ train_batch_sise: 8 }, /unknown key 'train_batch_sise'; did you mean 'train_batch_size'\?/],
    [
      { train_batch_size: 8, train_micro_batch_size_per_gpu: 1, zero_optimization: { stage: 4 } },
      /'zero_optimization.stage' is 4/
    ],
    [
      {
        train_batch_size: 8,
        train_micro_batch_size_per_gpu: 1,
        zero_optimization: { stage: 3 },
        pipeline: { stages: 2 }
      },
      /ZeRO 3 does not go with 2 pipeline stages/
    ],
    [
      { train_batch_size: 8, train_micro_batch_size_per_gpu: 1, bf16: { enabled: true }, fp16: { enabled: true } },
      /bf16 and fp16 are both enabled/
    ],
    [
      { train_batch_size: 8, train_micro_batch_size_per_gpu: 1, expert_parallel: { enabled: true, autoep_size: 2 } },
      /has none/
    ],
    [[], /is a JSON object/]
  ])('%j is refused by the name of the key', (config, message) => {
    expect(() => read(config)).toThrow(message)
  })

  it('says what of it is entered otherwise than meant', () => {
    const { approximated, ignored } = read(
      {
        train_batch_size: 'auto',
        train_micro_batch_size_per_gpu: 1,
        gradient_accumulation_steps: 8,
        fp16: { enabled: true },
        zero_optimization: { stage: 3, offload_optimizer: { device: 'cpu' } },
        optimizer: { type: 'AdamW' }
      },
      4
    )
    expect(approximated.map(({ field }) => field)).toEqual(['zeroStage', 'training.precision'])
    expect(ignored).toEqual([{ key: 'optimizer', value: 'an object of 1' }])
  })
})
