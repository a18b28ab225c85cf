import { describe, expect, it } from 'vitest'
import { chipPreset } from '../../src/core/chip/chip-presets.ts'
import { frameworkExport } from '../../src/core/frameworks/losses.ts'
import { importedMapping } from '../../src/core/frameworks/framework-import.ts'
import { megatron } from '../../src/core/frameworks/megatron/megatron.ts'
import { readMegatronArguments } from '../../src/core/frameworks/megatron/read-arguments.ts'
import { megatronArguments } from '../../src/core/frameworks/megatron/write-arguments.ts'
import { placesOf, rankMap, rankMapCsv, readRankMap } from '../../src/core/frameworks/rank-map.ts'
import type { Mapping } from '../../src/core/mapping/mapping.ts'
import { policyNamed } from '../../src/core/policies/policies.ts'
import { runPolicy } from '../../src/core/search/run-policy.ts'
import { drawDesigns, mappingOfDrawn } from '../../src/core/search/random-designs.ts'
import { Problem } from '../../src/core/problem.ts'
import { gridOf } from '../../src/core/policies/policy.ts'
import { evaluate } from '../../src/core/simulator/evaluate.ts'
import { machineOf, type Machine } from '../../src/core/simulator/machine.ts'
import { buildWorkload, type Workload } from '../../src/core/workload/workload.ts'
import { mappingOf, waferOf, workloadOf } from './simulator-fixture.ts'

/** A design out to Megatron-LM's arguments and back: what was lost, and the step that the arguments mean. */
function thereAndBack(workload: Workload, machine: Machine, mapping: Mapping) {
  const exported = frameworkExport(megatron, workload, machine, mapping)
  const { setting, group } = exported.nearest
  const text = megatronArguments(workload.model, workload.training, setting)
  const ranks = readRankMap(rankMapCsv(rankMap(exported.nearest.mapping, group, setting.contextParallel)))
  const read = readMegatronArguments(text)
  const again = buildWorkload(read.model, read.training)
  return { exported, text, read, back: evaluate(again, machine, importedMapping(read, again, gridOf(machine), ranks)) }
}

const cases = [
  ['megatron-full', 'gpt3-175b', 'watos-56', 'standard'],
  ['megatron-2022', 'gpt3-175b', 'watos-56', 'standard'],
  ['megatron-2022', 'mixtral-8x7b', 'wsc-llm-54', 'flash'],
  ['megatron-tuned', 'llama-2-7b', 'palm-20', 'flash'],
  ['megatron-2022', 'gpt3-175b', 'a100-80gb', 'standard']
] as const

describe('export to Megatron-LM', () => {
  it.each(cases)('%s of %s on %s loses nothing and comes back exactly', (policy, model, chip, attention) => {
    const workload = workloadOf(model, { globalBatch: 96, sequenceLength: 2048, attention })
    const machine = machineOf(chipPreset(chip))
    const { evaluation } = runPolicy(policyNamed(policy), workload, machine)
    const { exported, back } = thereAndBack(workload, machine, evaluation!.mapping)
    expect(exported.lost).toEqual([])
    expect(back.iterationTime_s).toBe(evaluation!.iterationTime_s)
    expect(back.memory_B).toEqual(evaluation!.memory_B)
  })

  it.each([
    ['gpt-13b', 'lean-48'],
    ['mixtral-8x7b', 'pd-48'],
    ['gpt-6.7b', 'a100-80gb']
  ])('prices what designs of %s on %s lose, and what it exports comes back exactly', (model, chip) => {
    const workload = workloadOf(model, { globalBatch: 96, sequenceLength: 2048, attention: 'flash' })
    const machine = machineOf(chipPreset(chip))
    for (const drawn of drawDesigns(workload, machine, { count: 3, seed: 3, interleaved: true })) {
      const mapping = mappingOfDrawn(workload, machine, drawn)
      const { exported, back } = thereAndBack(workload, machine, mapping)
      expect(back.iterationTime_s).toBe(exported.exported.iterationTime_s)
      expect(back.memory_B.peak).toBe(exported.exported.memory_B.peak)
      const cost_s = exported.lost.reduce((sum, loss) => sum + (loss.cost_s ?? 0), 0)
      const difference_s = exported.exported.iterationTime_s - exported.design.iterationTime_s
      expect(cost_s / exported.design.iterationTime_s).toBeCloseTo(difference_s / exported.design.iterationTime_s, 9)
    }
  })
})

const model =
  '--num-layers 8 --hidden-size 512 --num-attention-heads 8 --max-position-embeddings 1024 --vocab-size 1000'
const plain = `${model} --seq-length 1024 --micro-batch-size 1 --global-batch-size 32 --bf16`
const refusal = (more: string, from = plain): string => {
  try {
    readMegatronArguments(`${from} ${more}`)
  } catch (error) {
    if (error instanceof Problem) return error.message
    throw error
  }
  throw new Error('the arguments were accepted')
}

it('cuts no sequence that Megatron-LM could not give in two parts to each rank', () => {
  const workload = workloadOf(
    { name: 'odd', layers: 2, hidden: 256, heads: 4, vocabulary: 1000 },
    { globalBatch: 8, sequenceLength: 514 }
  )
  const machine = waferOf()
  const mapping = mappingOf(workload, machine, { contextParallel: 2, tensorParallel: 2, dataParallel: 2 })
  const { exported, back } = thereAndBack(workload, machine, mapping)
  expect(exported.lost.map(({ gene }) => gene)).toEqual(['operators'])
  expect(exported.nearest.setting.contextParallel).toBe(1)
  expect(back.iterationTime_s).toBe(exported.exported.iterationTime_s)
})

describe('arguments of Megatron-LM', () => {
  it('are read out of a shell script as out of a plain list', () => {
    const script = `#!/bin/bash
# 2 nodes
MODEL_ARGS=(
    --num-layers 8 --hidden-size 512   # small
    --num-attention-heads 8
    --max-position-embeddings 1024
    --vocab-size 1000
)
TRAINING_ARGS="--seq-length 1024 --micro-batch-size 1 \\
    --global-batch-size 32 --bf16"
GPUS=8
NODES=\${SLURM_NNODES:-"2"}
torchrun --nproc_per_node $GPUS --nnodes \${NODES} pretrain_gpt.py \\
    \${MODEL_ARGS[@]} \
    $TRAINING_ARGS --lr 3.0e-4
`
    const { model: read, training, worldSize, ignored } = readMegatronArguments(script)
    const { model: same, training: alike } = readMegatronArguments(plain)
    expect(read).toEqual(same)
    expect(training).toEqual(alike)
    expect(worldSize).toBe(16)
    expect(ignored.map(({ key }) => key)).toContain('--lr')
  })

  it.each([
    [
      '--tensor-model-paralel-size 2',
      /'--tensor-model-paralel-size' is no argument .*did you mean '--tensor-model-parallel-size'\?/
    ],
    ['--fp16', /'--fp16' is 'given': '--bf16' is, too/],
    ['--num-layers 9', /'--num-layers' is given twice, as '8' and as '9'/],
    [
      '--pipeline-model-parallel-size 3',
      /'--num-layers' is '8': '--pipeline-model-parallel-size 3' does not divide it/
    ],
    ['--recompute-granularity full', /'--recompute-method' is missing/],
    ['--recompute-granularity selective --recompute-method block', /it is of '--recompute-granularity full'/],
    [
      '--recompute-granularity selective --recompute-modules mpl',
      /'--recompute-modules' is 'mpl': it can be core_attn/
    ],
    ['--tensor-model-parallel-size $TP', /that is a variable of the shell/],
    ['--tensor-model-parallel-size two', /must be a whole number of at least 1/],
    ['--use-flash-attn --attention-backend unfused', /says the opposite/],
    ['--expert-model-parallel-size 2', /without '--num-experts' there are no experts/],
    ['--multi-latent-attention', /models of this kind cannot be read/],
    [
      '--pipeline-model-parallel-size 2 --pipeline-model-parallel-layout Ett|tttttL',
      /it has 7 layers; '--num-layers' is 8/
    ],
    ['--num-virtual-stages-per-pipeline-rank 2 --num-layers-per-virtual-pipeline-stage 2', /only one of/]
  ])('%s is refused by its name', (more, message) => {
    expect(refusal(more)).toMatch(message)
  })

  it('without a vocabulary say where one can be stated', () => {
    expect(refusal('', plain.replace('--vocab-size 1000', ''))).toMatch(/'--vocabulary N'/)
    expect(readMegatronArguments(plain.replace('--vocab-size 1000', ''), { vocabulary: 7 }).model.vocabulary).toBe(7)
  })

  it('that nobody knows are passed over when that is wanted', () => {
    const { ignored } = readMegatronArguments(`${plain} --my-own 3`, { passUnknown: true })
    expect(ignored).toContainEqual({ key: '--my-own', value: '3' })
  })

  it('say unequal stages in three ways', () => {
    const stagesOf = (more: string) => {
      const { setting } = readMegatronArguments(`${plain} --pipeline-model-parallel-size 4 ${more}`)
      return [setting.stageLayers, setting.virtualStages]
    }
    expect(stagesOf("--pipeline-model-parallel-layout 'Et|(ttt|)*2tL'")).toEqual([[1, 3, 3, 1], 1])
    expect(stagesOf("--pipeline-model-parallel-layout 'Et|t*1|t|t|t|t|t|tL'")).toEqual([[2, 2, 2, 2], 2])
    expect(stagesOf('--decoder-first-pipeline-num-layers 1 --decoder-last-pipeline-num-layers 1')).toEqual([
      [1, 3, 3, 1],
      1
    ])
    const ten = plain.replace('--num-layers 8', '--num-layers 10')
    const { setting } = readMegatronArguments(
      `${ten} --pipeline-model-parallel-size 4 --account-for-embedding-in-pipeline-split --account-for-loss-in-pipeline-split`
    )
    expect(setting.stageLayers).toEqual([2, 3, 3, 2])
  })

  it('of layers with experts are a distance or a list, as Megatron-LM takes them', () => {
    const moeOf = (more: string) => readMegatronArguments(`${plain} --num-experts 4 ${more}`).model.moe
    expect(moeOf('')).toMatchObject({ firstLayer: 0, everyLayers: 1, topK: 2 })
    expect(moeOf('--moe-layer-freq 2')).toMatchObject({ firstLayer: 0, everyLayers: 2 })
    expect(moeOf("--moe-layer-freq '[0]*2+([1]+[0])*3'")).toMatchObject({ firstLayer: 2, everyLayers: 2 })
    expect(refusal("--num-experts 4 --moe-layer-freq '[0]*2+[1]*3'")).toMatch(/names 5 layers/)
    expect(refusal("--num-experts 4 --moe-layer-freq '[1,1,0,1,1,0,1,1]'")).toMatch(/at one distance/)
  })
})

describe('a rank map', () => {
  const degrees = { tensorParallel: 2, contextParallel: 1, pipelineParallel: 1 }

  it.each([
    ['rank,die\n0,1\n', /must be 'rank,row,column'/],
    ['rank,row,column\n', /no rank in it/],
    ['rank,row,column\n0,0,0\n2,0,1\n', /rank 1 of 3 is missing/],
    ['rank,row,column\n0,0,0\n1,0,0\n', /ranks 0 and 1 are both on die row 0, column 0/],
    ['rank,row,column\n0,0\n', /line 2 is '0,0'/]
  ])('%j is refused', (text, message) => {
    expect(() => readRankMap(text)).toThrow(message)
  })

  it('puts every group on a rectangle', () => {
    const ranks = readRankMap('rank,row,column\n0,0,0\n1,1,1\n')
    expect(() => placesOf(ranks, degrees)).toThrow(/ranks 0 to 1, .* fill no rectangle of 2 dies/)
  })
})
