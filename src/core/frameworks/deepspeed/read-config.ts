import * as z from 'zod'
import { AccountBook, ignoredValue } from '../../import-account.ts'
import { nearest } from '../../nearest.ts'
import { parseInput, Problem } from '../../problem.ts'
import type { ModelSpec } from '../../workload/model-spec.ts'
import { TrainingSpec } from '../../workload/training-spec.ts'
import type { FrameworkImport } from '../framework-import.ts'
import type { FrameworkSetting } from '../framework-setting.ts'

/** What a DeepSpeed configuration does not say. */
export interface DeepspeedContext {
  readonly model: ModelSpec
  readonly sequenceLength: number
  readonly attention?: TrainingSpec['attention']
  /** Ranks, where they are known: the batch then needs to be stated by two of its three numbers only. */
  readonly ranks?: number
}

const count = z.int().positive()
const precision = z.looseObject({ enabled: z.union([z.boolean(), z.literal('auto')]).optional() })
const offload = z.looseObject({ device: z.string() })
const type = z.enum(['fp32', 'fp16', 'bf16'])

/** The keys that say what a step costs; sections keep what else they have. */
const Config = z.looseObject({
  train_batch_size: count.optional(),
  train_micro_batch_size_per_gpu: count.optional(),
  gradient_accumulation_steps: count.optional(),
  bf16: precision.optional(),
  fp16: precision.optional(),
  data_types: z.looseObject({ grad_accum_dtype: type.nullable().optional() }).optional(),
  zero_optimization: z
    .looseObject({
      stage: z.literal([0, 1, 2, 3]).default(0),
      offload_optimizer: offload.nullable().optional(),
      offload_param: offload.nullable().optional(),
      zero_hpz_partition_size: count.optional(),
      zero_quantized_weights: z.boolean().optional(),
      zero_quantized_gradients: z.boolean().optional()
    })
    .optional(),
  tensor_parallel: z.looseObject({ autotp_size: count.default(1) }).optional(),
  sequence_parallel_size: count.optional(),
  pipeline: z
    .looseObject({
      stages: z.union([count, z.literal('auto')]).default('auto'),
      partition: z.string().optional(),
      activation_checkpoint_interval: z.int().nonnegative().default(0)
    })
    .optional(),
  activation_checkpointing: z
    .looseObject({
      number_checkpoints: z
        .union([z.int().nonnegative(), z.literal(false)])
        .nullable()
        .optional(),
      partition_activations: z.boolean().optional(),
      cpu_checkpointing: z.boolean().optional()
    })
    .optional(),
  expert_parallel: z.looseObject({ enabled: z.boolean().default(false), autoep_size: count.default(1) }).optional()
})
type Config = z.output<typeof Config>

/** Keys that say nothing of what a step costs here (deepspeed.ai/docs/config-json). */
const SILENT =
  'optimizer scheduler gradient_clipping communication_data_type prescale_gradients gradient_predivide_factor sparse_gradients amp steps_per_print ' +
  'wall_clock_breakdown dump_state flops_profiler comms_logger tensorboard wandb csv_monitor comet autotuning data_efficiency curriculum_learning ' +
  'elasticity checkpoint dataloader_drop_last aio compile torch_autocast zero_allow_untested_optimizer zero_force_ds_cpu_optimizer nebula memory_breakdown ' +
  'disable_allgather seq_parallel_communication_data_type managed_gradient_accumulation timers use_data_before_expert_parallelism data_parallel_size'
const silent = new Set(SILENT.split(' '))

const refuse = (key: string, message: string): never => {
  throw new Problem('bad-input', `DeepSpeed configuration: ${message}`, key)
}

/** "auto" is what the Hugging Face trainer fills in: it says nothing here. */
function withoutAuto(config: object): Record<string, unknown> {
  const isPlain = (value: unknown): value is object =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
  return Object.fromEntries(
    Object.entries(config)
      .filter(([, value]) => value !== 'auto')
      .map(([key, value]) => [key, isPlain(value) ? withoutAuto(value) : value])
  )
}

function checkKeys(config: object): void {
  const known = [...Object.keys(Config.shape), ...silent]
  const stranger = Object.keys(config).find((key) => !known.includes(key))
  if (stranger === undefined) return
  const guess = nearest(stranger, known)
  refuse(
    stranger,
    `unknown key '${stranger}'${guess ? `; did you mean '${guess}'?` : '; it is none of deepspeed.ai/docs/config-json'}`
  )
}

interface Batch {
  readonly globalBatch: number
  readonly microBatch: number
  readonly dataParallel?: number
}

/** The batch is micro-batch x accumulation x replicas; each number that is missing follows from the others. */
function batchOf(config: Config, book: AccountBook, replicas: number | undefined): Batch {
  const { train_batch_size: total, train_micro_batch_size_per_gpu: micro, gradient_accumulation_steps: steps } = config
  const asked = 'train_batch_size, train_micro_batch_size_per_gpu and gradient_accumulation_steps'
  const wholeOr = (key: string, value: number): number =>
    Number.isInteger(value) && value > 0
      ? value
      : refuse(
          key,
          `${asked} are ${total ?? 'open'}, ${micro ?? 'open'} and ${steps ?? 'open'}${replicas === undefined ? '' : ` for ${replicas} replicas`}: the first must be the product of the others and the replicas`
        )
  const field = 'training.globalBatch'
  if (total !== undefined && micro !== undefined && steps !== undefined) {
    const dataParallel = wholeOr('train_batch_size', total / (micro * steps))
    if (replicas !== undefined && replicas !== dataParallel) wholeOr('train_batch_size', Number.NaN)
    return {
      globalBatch: book.map(field, 'train_batch_size', total),
      microBatch: book.map('microBatch', 'train_micro_batch_size_per_gpu', micro),
      dataParallel
    }
  }
  if (total !== undefined && micro !== undefined) {
    if (replicas !== undefined) wholeOr('train_batch_size', total / (micro * replicas))
    return {
      globalBatch: book.map(field, 'train_batch_size', total),
      microBatch: book.map('microBatch', 'train_micro_batch_size_per_gpu', micro)
    }
  }
  if (replicas === undefined)
    return refuse(
      'train_batch_size',
      `two of ${asked} must be there or, with the number of ranks ('--devices' or '--ranks'), the last two or the first and the third`
    )
  if (total !== undefined) {
    const microBatch = wholeOr('train_batch_size', total / (replicas * (steps ?? 1)))
    book.mapOr(
      'microBatch',
      'train_batch_size',
      undefined,
      microBatch,
      'the batch over replicas and accumulation steps'
    )
    return { globalBatch: book.map(field, 'train_batch_size', total), microBatch, dataParallel: replicas }
  }
  if (micro === undefined) return refuse('train_batch_size', `none of ${asked} says how large the batch is`)
  const globalBatch = micro * (steps ?? 1) * replicas
  book.mapOr(field, 'train_batch_size', undefined, globalBatch, 'micro-batch x accumulation steps x replicas')
  return {
    globalBatch,
    microBatch: book.map('microBatch', 'train_micro_batch_size_per_gpu', micro),
    dataParallel: replicas
  }
}

function recomputationOf(config: Config, book: AccountBook, layers: number): FrameworkSetting['recomputation'] {
  const { pipeline, activation_checkpointing: checkpointing } = config
  const interval = pipeline?.activation_checkpoint_interval ?? 0
  const checkpoints = checkpointing?.number_checkpoints || 0
  if (checkpointing?.cpu_checkpointing)
    book.approximate('recomputation', true, 'checkpoints stay in the memory of the die')
  if (checkpointing?.partition_activations)
    book.approximate('recomputation', true, 'checkpoints are not spread over the tensor-parallel ranks')
  if (interval > 0 || checkpoints > 0) {
    const isOfPipeline = interval > 0
    book.map(
      'recomputation',
      isOfPipeline ? 'pipeline.activation_checkpoint_interval' : 'activation_checkpointing.number_checkpoints',
      'all layers'
    )
    if (isOfPipeline ? interval > 1 : checkpoints < layers)
      book.approximate('recomputation', 'all layers', 'the input of every layer is stored, not of every so many')
    return { kind: 'all-layers' }
  }
  if (checkpointing)
    book.approximate(
      'recomputation',
      'nothing',
      'the training script decides what is checkpointed; number_checkpoints does not say it'
    )
  else book.mapOr('recomputation', 'activation_checkpointing', undefined, 'nothing', "DeepSpeed's default")
  return { kind: 'none' }
}

/** What ZeRO is told beside its level. */
function zeroCaveats({ zero_optimization: zero }: Config, book: AccountBook): void {
  for (const key of ['offload_optimizer', 'offload_param'] as const) {
    const device = zero?.[key]?.device
    if (device !== undefined && device !== 'none')
      book.approximate(
        'zeroStage',
        zero!.stage,
        `'${key}' to ${device} is left out: all of it stays in the memory of the die`
      )
  }
  if ((zero?.zero_hpz_partition_size ?? 1) > 1)
    book.approximate(
      'zeroStage',
      zero!.stage,
      'weights are gathered over all replicas, not within a secondary partition'
    )
  if (zero?.zero_quantized_weights || zero?.zero_quantized_gradients)
    book.approximate('zeroStage', zero!.stage, 'quantised communication is entered as 16 bits')
}

/**
 * Reads a DeepSpeed configuration (deepspeed.ai/docs/config-json): the batch, the degrees, ZeRO, what is checkpointed.
 * @param value the parsed JSON, not trusted
 * @param context model and sequence length, which the training script knows
 * @throws Problem `bad-input` naming the key: unknown, of the wrong kind, contradicting another
 */
export function readDeepspeedConfig(value: unknown, context: DeepspeedContext): FrameworkImport {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new Problem('bad-input', 'a DeepSpeed configuration is a JSON object')
  checkKeys(value)
  const config = parseInput(Config, withoutAuto(value), 'DeepSpeed configuration')
  const book = new AccountBook()
  const { model, sequenceLength, attention } = context
  const degree = (field: string, key: string, given: number | undefined): number =>
    book.mapOr(field, key, given, 1, "DeepSpeed's default")
  const tensorParallel = degree('tensorParallel', 'tensor_parallel.autotp_size', config.tensor_parallel?.autotp_size)
  const stages = config.pipeline?.stages
  const pipelineParallel = degree('pipelineParallel', 'pipeline.stages', stages === 'auto' ? undefined : stages)
  const contextParallel = degree('contextParallel', 'sequence_parallel_size', config.sequence_parallel_size)
  if (contextParallel > 1)
    book.approximate(
      'contextParallel',
      contextParallel,
      'sequence parallelism over heads (Ulysses) is entered as ring attention'
    )
  const experts = config.expert_parallel
  const expertParallel = degree(
    'expertParallel',
    'expert_parallel.autoep_size',
    experts?.enabled ? experts.autoep_size : undefined
  )
  if (expertParallel > 1 && !model.moe)
    refuse('expert_parallel.autoep_size', `expert_parallel is for models with experts; ${model.name} has none`)
  const zeroStage = book.mapOr(
    'zeroStage',
    'zero_optimization.stage',
    config.zero_optimization?.stage,
    0,
    "DeepSpeed's default"
  )
  if (pipelineParallel > 1 && zeroStage > 1)
    refuse(
      'zero_optimization.stage',
      `ZeRO ${zeroStage} does not go with ${pipelineParallel} pipeline stages: DeepSpeed's pipelines take level 0 or 1`
    )
  zeroCaveats(config, book)
  if (config.bf16?.enabled === true && config.fp16?.enabled === true)
    refuse('fp16.enabled', 'bf16 and fp16 are both enabled; keep one of them')
  if (config.fp16?.enabled === true)
    book.approximate('training.precision', 'bf16', 'fp16 is as wide, so it is entered as bf16')
  else if (config.bf16?.enabled !== true)
    book.approximate('training.precision', 'bf16', 'without bf16.enabled weights are fp32; they are entered as bf16')
  const perReplica = tensorParallel * contextParallel * pipelineParallel
  const { ranks } = context
  if (ranks !== undefined && ranks % perReplica !== 0)
    refuse('ranks', `its degrees multiply to ${perReplica}, which does not divide ${ranks} ranks`)
  const batch = batchOf(config, book, ranks === undefined ? undefined : ranks / perReplica)
  const summed = config.data_types?.grad_accum_dtype ?? undefined
  const training = TrainingSpec.parse({
    globalBatch: batch.globalBatch,
    sequenceLength,
    ...(attention && { attention }),
    optimizerBytesPerParameter: book.mapOr(
      'training.optimizerBytesPerParameter',
      'data_types.grad_accum_dtype',
      summed && (summed === 'fp32' ? 18 : 16),
      16,
      'gradients are summed up in the type of the model'
    )
  })
  if (config.pipeline?.partition !== undefined && !config.pipeline.partition.startsWith('type:'))
    book.approximate('stageLayers', config.pipeline.partition, 'stages get equally many transformer layers')
  const setting: FrameworkSetting = {
    microBatch: batch.microBatch,
    tensorParallel,
    contextParallel,
    pipelineParallel,
    expertParallel,
    virtualStages: 1,
    sequenceParallel: false,
    zeroStage,
    recomputation: recomputationOf(config, book, model.layers),
    ...(batch.dataParallel !== undefined && { dataParallel: batch.dataParallel })
  }
  for (const [key, entry] of Object.entries(value))
    if (silent.has(key)) book.ignored.push({ key, value: ignoredValue(entry) })
  const { dataParallel } = batch
  const worldSize = ranks ?? (dataParallel === undefined ? undefined : dataParallel * perReplica)
  return { model, training, setting, order: 'replica-first', worldSize, ...book.account }
}
