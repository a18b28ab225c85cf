import type { TrainingSpec } from '../workload/training-spec.ts'

/** Bytes of a 16-bit number: weights, activations and what travels. */
export const BYTES = 2

/** Bytes per parameter that mixed-precision Adam keeps: fp32 weight and two moments (1910.02054 section 3.1). */
export const ADAM_BYTES = 12

/** Bytes per parameter of accumulated gradients: 2, or 4 where they accumulate in fp32. */
export const gradientBytes = (training: TrainingSpec): number =>
  training.optimizerBytesPerParameter - ADAM_BYTES - BYTES

/** Main-memory bytes per parameter of one Adam step: reads gradient, weight and moments, writes weight, moments and the 16-bit copy. */
export const optimizerTraffic_B = (training: TrainingSpec): number =>
  gradientBytes(training) + ADAM_BYTES + ADAM_BYTES + BYTES

/**
 * Main-memory bytes per parameter and micro-batch, beyond the product's own result, to add its weight gradient to those before: read 4 and
 * write 4 in fp32 in the place of 2 (the epilogue of Megatron-LM's fused products), or a pass that reads two 16-bit gradients and writes
 * one. Frameworks that scatter gradients move as much into the buffers of their scatters.
 */
export const ACCUMULATION_BYTES = 6
