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
