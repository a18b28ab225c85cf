import * as z from 'zod'
import { AccountBook, ignoreOthers } from '../import-account.ts'
import { parseInput, Problem } from '../problem.ts'
import type { ModelSpec } from '../workload/model-spec.ts'
import { TrainingSpec } from '../workload/training-spec.ts'
import type { FrameworkImport } from './framework-import.ts'
import type { Recomputation } from './recomputation.ts'

const count = z.int().positive()

/** An execution of Calculon (SC 2023, doi 10.1145/3581784.3607102; github.com/calculon-ai/calculon): degrees and switches of one step. */
export const CalculonExecution = z.looseObject({
  num_procs: count,
  tensor_par: count,
  pipeline_par: count,
  data_par: count,
  batch_size: count,
  microbatch_size: count,
  datatype: z.enum(['float8', 'float16', 'bfloat16', 'float32']),
  activation_recompute: z.enum(['full', 'attn_only', 'partial', 'none']),
  pipeline_interleaving: count,
  optimizer_sharding: z.boolean(),
  tensor_par_comm_type: z.enum(['ar', 'p2p_rs_ag', 'rs_ag']),
  weight_offload: z.boolean().optional(),
  activations_offload: z.boolean().optional(),
  optimizer_offload: z.boolean().optional(),
  training: z.boolean().optional()
})

const RECOMPUTATIONS: Readonly<Record<'full' | 'attn_only' | 'partial' | 'none', Recomputation>> = {
  full: { kind: 'all-layers' },
  attn_only: { kind: 'modules', modules: ['core_attn'] },
  partial: { kind: 'modules', modules: ['core_attn'] },
  none: { kind: 'none' }
}

/**
 * Reads an execution of Calculon.
 * @param value the parsed JSON, not trusted
 * @throws Problem `bad-input` naming the key
 */
export function readCalculonExecution(
  value: unknown,
  { model, sequenceLength }: { readonly model: ModelSpec; readonly sequenceLength: number }
): FrameworkImport {
  const given = parseInput(CalculonExecution, value, 'Calculon execution')
  const book = new AccountBook()
  const refuse = (key: string, message: string): never => {
    throw new Problem('bad-input', `Calculon execution: '${key}' ${message}`, key)
  }
  const { tensor_par: tensor, pipeline_par: stages, data_par: replicas, num_procs: ranks } = given
  if (given.training === false) refuse('training', 'is false; only steps of training are read')
  if (ranks !== tensor * stages * replicas)
    refuse(
      'num_procs',
      `is ${ranks}; tensor_par ${tensor} x pipeline_par ${stages} x data_par ${replicas} is ${tensor * stages * replicas}`
    )
  if (given.batch_size % (replicas * given.microbatch_size) !== 0)
    refuse(
      'batch_size',
      `is ${given.batch_size}, no multiple of microbatch_size ${given.microbatch_size} x data_par ${replicas}`
    )
  if (given.datatype !== 'bfloat16')
    book.approximate('training.precision', 'bf16', `${given.datatype} is entered as bf16`)
  if (given.activation_recompute === 'partial')
    book.approximate('recomputation', 'core_attn', "'partial' is entered as the attention core")
  if (given.tensor_par_comm_type === 'p2p_rs_ag')
    book.approximate(
      'sequenceParallel',
      false,
      'the residual stream is whole on every device, so that transfers between stages are, too'
    )
  for (const key of ['weight_offload', 'activations_offload', 'optimizer_offload'] as const)
    if (given[key]) book.approximate('offload', key, 'all of it stays in the memory of the device')
  const isSequenceParallel = given.tensor_par_comm_type === 'rs_ag' && tensor > 1
  const setting = {
    microBatch: book.map('microBatch', 'microbatch_size', given.microbatch_size),
    tensorParallel: book.map('tensorParallel', 'tensor_par', tensor),
    contextParallel: 1,
    pipelineParallel: book.map('pipelineParallel', 'pipeline_par', stages),
    dataParallel: book.map('dataParallel', 'data_par', replicas),
    expertParallel: 1,
    virtualStages: book.map('virtualStages', 'pipeline_interleaving', given.pipeline_interleaving),
    sequenceParallel: book.map('sequenceParallel', 'tensor_par_comm_type', isSequenceParallel),
    zeroStage: book.map('zeroStage', 'optimizer_sharding', given.optimizer_sharding ? (1 as const) : (0 as const)),
    recomputation: RECOMPUTATIONS[given.activation_recompute]
  }
  book.map('recomputation', 'activation_recompute', given.activation_recompute)
  const training = TrainingSpec.parse({
    globalBatch: book.map('training.globalBatch', 'batch_size', given.batch_size),
    sequenceLength: book.mapOr(
      'training.sequenceLength',
      '--seq-length',
      undefined,
      sequenceLength,
      "given by '--seq-length' or the model's positions"
    ),
    attention: book.mapOr('training.attention', '', undefined, 'standard', 'Calculon stores the scores'),
    optimizerBytesPerParameter: book.mapOr(
      'training.optimizerBytesPerParameter',
      '',
      undefined,
      16,
      '16-bit weights and gradients, 12 bytes of Adam'
    )
  })
  ignoreOthers(book, given, Object.keys(CalculonExecution.shape))
  return { model, training, setting, order: 'replica-first', worldSize: ranks, ...book.account }
}
