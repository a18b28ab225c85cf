import type { ModelSpec } from '../../workload/model-spec.ts'
import type { TrainingSpec } from '../../workload/training-spec.ts'
import type { NearestSetting } from '../nearest-setting.ts'

/**
 * DeepSpeed's configuration for a batch and a setting, as JSON text. Model and sequence length are the training script's, as is the call
 * that checkpoints activations outside a pipeline: `number_checkpoints` says of how many layers.
 */
export function deepspeedConfig(model: ModelSpec, training: TrainingSpec, setting: NearestSetting['setting']): string {
  const { microBatch, dataParallel, tensorParallel, pipelineParallel, expertParallel, zeroStage } = setting
  const isRecomputed = setting.recomputation.kind === 'all-layers'
  const config = {
    train_batch_size: training.globalBatch,
    train_micro_batch_size_per_gpu: microBatch,
    gradient_accumulation_steps: training.globalBatch / (microBatch * dataParallel),
    bf16: { enabled: true },
    data_types: { grad_accum_dtype: training.optimizerBytesPerParameter === 18 ? 'fp32' : 'bf16' },
    zero_optimization: { stage: zeroStage },
    ...(tensorParallel > 1 && { tensor_parallel: { autotp_size: tensorParallel } }),
    ...(pipelineParallel > 1 && {
      pipeline: {
        stages: pipelineParallel,
        partition: 'type:transformer',
        activation_checkpoint_interval: isRecomputed ? 1 : 0
      }
    }),
    ...(pipelineParallel === 1 && isRecomputed && { activation_checkpointing: { number_checkpoints: model.layers } }),
    ...(expertParallel > 1 && { expert_parallel: { enabled: true, autoep_size: expertParallel } })
  }
  return `${JSON.stringify(config, null, 2)}\n`
}
