import type { ModelSpec } from '../../workload/model-spec.ts'
import type { TrainingSpec } from '../../workload/training-spec.ts'
import type { FrameworkSetting } from '../framework-setting.ts'
import { moeLayerFrequency } from './moe-layer-frequency.ts'
import { pipelineLayout } from './pipeline-layout.ts'

/** One argument with its values; false where it is not given. */
type Argument = readonly [name: string, ...values: (string | number)[]] | false

const expertArguments = (model: ModelSpec, moe: NonNullable<ModelSpec['moe']>): readonly Argument[] => [
  ['--num-experts', moe.experts],
  ['--moe-router-topk', moe.topK],
  ['--moe-ffn-hidden-size', moe.expertHidden],
  moe.sharedExperts > 0 && ['--moe-shared-expert-intermediate-size', moe.sharedExperts * moe.expertHidden],
  ['--moe-layer-freq', moeLayerFrequency(model)]
]

function modelArguments(model: ModelSpec, training: TrainingSpec): readonly Argument[] {
  const { moe } = model
  return [
    ['--num-layers', model.layers],
    ['--hidden-size', model.hidden],
    ['--ffn-hidden-size', model.ffnHidden],
    ['--num-attention-heads', model.heads],
    ['--kv-channels', model.headDimension],
    model.kvHeads !== model.heads && ['--group-query-attention'],
    model.kvHeads !== model.heads && ['--num-query-groups', model.kvHeads],
    model.ffn === 'swiglu' && ['--swiglu'],
    ['--normalization', model.normalization === 'rmsnorm' ? 'RMSNorm' : 'LayerNorm'],
    ['--position-embedding-type', model.positions === 'rotary' ? 'rope' : 'learned_absolute'],
    !model.tiedEmbeddings && ['--untie-embeddings-and-output-weights'],
    !model.biases && ['--disable-bias-linear'],
    ['--vocab-size', model.vocabulary],
    ['--seq-length', training.sequenceLength],
    // Megatron wants room for a whole sequence even where positions are computed.
    ['--max-position-embeddings', Math.max(model.maxPositions, training.sequenceLength)],
    ...(moe ? expertArguments(model, moe) : [])
  ]
}

function recomputeArguments({ recomputation }: FrameworkSetting): readonly Argument[] {
  switch (recomputation.kind) {
    case 'none':
      return []
    case 'all-layers':
      return [
        ['--recompute-granularity', 'full'],
        ['--recompute-method', 'uniform'],
        ['--recompute-num-layers', 1]
      ]
    case 'first-layers':
      return [
        ['--recompute-granularity', 'full'],
        ['--recompute-method', 'block'],
        ['--recompute-num-layers', recomputation.layers]
      ]
    case 'modules':
      return [
        ['--recompute-granularity', 'selective'],
        ['--recompute-modules', ...recomputation.modules]
      ]
  }
}

function pipelineArguments({ virtualStages, stageLayers = [] }: FrameworkSetting): readonly Argument[] {
  if (stageLayers.some((layers) => layers !== stageLayers[0]))
    return [['--pipeline-model-parallel-layout', pipelineLayout(stageLayers, virtualStages)]]
  return [virtualStages > 1 && ['--num-virtual-stages-per-pipeline-rank', virtualStages]]
}

const SHARDING = { 2: 'optim_grads', 3: 'optim_grads_params' } as const

function shardingArguments({ zeroStage }: FrameworkSetting): readonly Argument[] {
  if (zeroStage < 2) return [zeroStage === 1 && ['--use-distributed-optimizer']]
  return [
    ['--use-distributed-optimizer'],
    ['--use-megatron-fsdp'],
    ['--data-parallel-sharding-strategy', SHARDING[zeroStage as 2 | 3]],
    ['--ckpt-format', 'fsdp_dtensor']
  ]
}

/** A word as a shell takes it. */
const quoted = (word: string | number): string => {
  const text = String(word)
  return /^[\w.,/+-]+$/.test(text) ? text : `'${text}'`
}

/** Name of the array in the shell script. */
const ARRAY = 'MEGATRON_ARGUMENTS'

/**
 * Launch arguments of Megatron-LM as an array of a shell script, for a model, its batch and a setting. Ranks and their number are the
 * launcher's. Names follow megatron/training/arguments.py.
 */
export function megatronArguments(model: ModelSpec, training: TrainingSpec, setting: FrameworkSetting): string {
  const given: readonly Argument[] = [
    ...modelArguments(model, training),
    ['--global-batch-size', training.globalBatch],
    ['--micro-batch-size', setting.microBatch],
    ['--bf16'],
    // Gradients are summed up in fp32 unless told otherwise.
    training.optimizerBytesPerParameter === 16 && ['--grad-reduce-in-bf16'],
    ['--attention-backend', training.attention === 'flash' ? 'flash' : 'unfused'],
    ['--tensor-model-parallel-size', setting.tensorParallel],
    setting.sequenceParallel && ['--sequence-parallel'],
    ['--context-parallel-size', setting.contextParallel],
    ['--pipeline-model-parallel-size', setting.pipelineParallel],
    ...pipelineArguments(setting),
    setting.expertParallel > 1 && ['--expert-model-parallel-size', setting.expertParallel],
    ...shardingArguments(setting),
    ...recomputeArguments(setting)
  ]
  const lines = given
    .filter((argument) => argument !== false)
    .map((argument) => `  ${argument.map(quoted).join(' ')}\n`)
  return [
    `# ${model.name.replaceAll(/\s+/g, ' ')}: source this, then torchrun … pretrain_gpt.py "\${${ARRAY}[@]}"\n`,
    ...(setting.collectives === 'ring' ? ['export NCCL_ALGO=Ring\n'] : []),
    `${ARRAY}=(\n`,
    ...lines,
    ')\n'
  ].join('')
}
