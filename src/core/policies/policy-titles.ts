/** What people call each policy, by the name that one types. Data alone: whoever only shows a name needs no policy. */
export const policyTitles = {
  'accpar-raw': 'AccPar',
  'accpar-ga': 'AccPar with gradient accumulation',
  'accpar-m': 'AccPar, memory-aware (our extension)',
  'deepspeed-z3': 'DeepSpeed ZeRO-3',
  'deepspeed-z3-checkpoint': 'DeepSpeed ZeRO-3 with activation checkpointing',
  'deepspeed-tuned': 'DeepSpeed, tuned',
  'deepspeed-3d': 'Megatron-DeepSpeed, 3-D',
  'megatron-full': 'Megatron, full recomputation',
  'megatron-2022': 'Megatron 2022, selective recomputation and sequence parallelism',
  'megatron-tuned': 'Megatron, tuned',
  'alpa-like': 'Alpa-like (our reimplementation)',
  'galvatron-like': 'Galvatron-like (our reimplementation)',
  'weight-streaming': 'Weight streaming, Cerebras-like (our reimplementation)',
  'watos-like': 'WATOS-like (our reimplementation)',
  'temp-like': 'TEMP-like (our reimplementation)'
} as const

/** The title of a policy; a name that this version does not know stays as it is. */
export const policyTitle = (name: string): string =>
  Object.hasOwn(policyTitles, name) ? policyTitles[name as keyof typeof policyTitles] : name
