import { canonicalJson } from '../canonical.ts'
import { chunksOf } from '../mapping/schedule-fit.ts'
import { optionalTensors } from '../mapping/plan-code.ts'
import type { LayerRun, Mapping, Plan } from '../mapping/mapping.ts'
import type { LayerClass } from '../workload/operator.ts'
import type { Workload } from '../workload/workload.ts'

/** Modules that Megatron can run again by themselves (`--recompute-modules`). */
export const recomputeModules = ['core_attn', 'layernorm', 'mlp', 'moe', 'moe_act', 'shared_experts'] as const
export type RecomputeModule = (typeof recomputeModules)[number]

/** What a framework can be told to run again in the backward pass; `layers` of `first-layers` counts those of one model chunk. */
export type Recomputation =
  | { readonly kind: 'none' | 'all-layers' }
  | { readonly kind: 'modules'; readonly modules: readonly RecomputeModule[] }
  | { readonly kind: 'first-layers'; readonly layers: number }

/** Stored tensors that are not kept when a module runs again. A module keeps its own input and remakes all behind it; a norm or an activation drops its output. */
const DROPPED: Readonly<Record<RecomputeModule, readonly string[]>> = {
  core_attn: ['attention.scores', 'attention.statistics'],
  layernorm: ['qkv.input', 'up.input', 'expertUp.input'],
  mlp: ['activation.input', 'down.input', 'down.output'],
  moe: [
    'dispatch.output',
    'expertActivation.input',
    'expertDown.input',
    'combine.input',
    'sharedActivation.input',
    'sharedDown.input',
    'sharedDown.output'
  ],
  moe_act: ['expertDown.input'],
  shared_experts: ['sharedActivation.input', 'sharedDown.input', 'sharedDown.output']
}

const optionalNames = (layer: LayerClass): readonly string[] =>
  layer.steps.flatMap((step) => optionalTensors(step).map(({ name }) => name))

/** Modules that a model has anything of to run again. */
export function modulesOf({ classes }: Workload): readonly RecomputeModule[] {
  const names = new Set(classes.filter(({ hasAttention }) => hasAttention).flatMap(optionalNames))
  return recomputeModules.filter((module) => DROPPED[module].some((name) => names.has(name)))
}

/** Stored tensors of a class of layers that are made again; embedding and head keep what they have. */
function droppedOf(layer: LayerClass, recomputation: Recomputation, isFirst: boolean): readonly string[] {
  if (!layer.hasAttention) return []
  const names = optionalNames(layer)
  switch (recomputation.kind) {
    case 'none':
      return []
    case 'all-layers':
      return names
    case 'modules': {
      const dropped = new Set(recomputation.modules.flatMap((module) => DROPPED[module]))
      return names.filter((name) => dropped.has(name))
    }
    case 'first-layers':
      return isFirst ? names : []
  }
}

/** A mapping with another recomputation and everything else as it was. */
export function withRecomputation(mapping: Mapping, { classes }: Workload, recomputation: Recomputation): Mapping {
  const plans: Record<string, Plan> = {}
  const layerOf = (run: LayerRun): LayerClass => classes.find(({ name }) => name === run.class)!
  const runOf = (run: LayerRun, count: number, isFirst: boolean): LayerRun[] => {
    if (count === 0) return []
    const recompute = [...droppedOf(layerOf(run), recomputation, isFirst)]
    const plan = recomputation.kind === 'first-layers' && isFirst ? `${run.plan}-recomputed` : run.plan
    plans[plan] = { ...mapping.plans[run.plan]!, recompute }
    return [{ class: run.class, count, plan }]
  }
  const first = recomputation.kind === 'first-layers' ? recomputation.layers * chunksOf(mapping.schedule) : 0
  const stages = mapping.stages.map(({ layers }) => {
    let left = first
    return {
      layers: layers.flatMap((run) => {
        const again = layerOf(run).hasAttention ? Math.min(left, run.count) : 0
        left -= again
        return [...runOf(run, again, true), ...runOf(run, run.count - again, false)]
      })
    }
  })
  return { ...mapping, plans, stages }
}

/** What every stage runs again, whatever the plans are called and in whichever order its layers have them. */
function signature({ plans, stages }: Mapping): string {
  return canonicalJson(
    stages.map(({ layers }) => {
      const counts: Record<string, number> = {}
      for (const { class: layerClass, count, plan } of layers) {
        const key = `${layerClass}: ${[...plans[plan]!.recompute].sort().join(' ')}`
        counts[key] = (counts[key] ?? 0) + count
      }
      return counts
    })
  )
}

/** The first of some recomputations that is exactly what a mapping does; undefined where none is. */
export function recomputationOf(
  mapping: Mapping,
  workload: Workload,
  choices: readonly Recomputation[]
): Recomputation | undefined {
  const own = signature(mapping)
  return choices.find((choice) => signature(withRecomputation(mapping, workload, choice)) === own)
}

/** In words: `nothing`, `all layers`, `core_attn, mlp`, `the first 3 layers of each chunk`. */
export function recomputationWords(recomputation: Recomputation): string {
  switch (recomputation.kind) {
    case 'none':
      return 'nothing'
    case 'all-layers':
      return 'all layers'
    case 'modules':
      return recomputation.modules.join(', ')
    case 'first-layers':
      return `the first ${recomputation.layers} ${recomputation.layers === 1 ? 'layer' : 'layers'} of each model chunk`
  }
}
