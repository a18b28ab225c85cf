import type { RulePolicy } from './policy.ts'

/** What our simulator counts for everybody and the authors' own accounts of their systems leave out. */
export const countedBeside: Readonly<Record<RulePolicy['family'], string>> = {
  AccPar:
    'AccPar counts elements exchanged and products; time on shared links, norms and softmax, the residual stream, embedding and logits, latency, the optimiser and all of memory are ours',
  DeepSpeed:
    "ZeRO counts 2 + 2 + 12 bytes per parameter and 2 or 3 parameters' worth of traffic, which ours match; gathered weights and gradient buffers, latency, norms, embedding and logits, the optimiser's time and what does not hide are ours",
  Megatron:
    "Megatron's papers count (m + p - 1) equal stages, the layers' activations and the tensor-parallel volume, which ours match; unequal first and last stages, transfers that do not hide, fp32 logits, gradient synchronisation, the optimiser's time and latency are ours"
}
