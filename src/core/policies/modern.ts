import type { AxisRole } from '../mapping/mapping.ts'
import type { MappingSpaceInput } from '../mapping/mapping-space.ts'
import { tensorRoles } from '../mapping/strategy.ts'
import type { SpacePolicy } from './policy.ts'
import { policyTitles } from './policy-titles.ts'

type Roles = NonNullable<MappingSpaceInput['roles']>

/** Roles that all products, the attention core and the two tables of a model may have. */
const rolesFor = (product: readonly AxisRole[], attention: readonly AxisRole[]): Roles =>
  Object.fromEntries(
    Object.keys(tensorRoles).map((name) => [name, name === 'attention' ? [...attention] : [...product]])
  )

/** Megatron's cut of every operator, with others beside it. */
const besideTensorRoles = (product: readonly AxisRole[], attention: readonly AxisRole[]): Roles =>
  Object.fromEntries(
    Object.entries(tensorRoles).map(([name, role]) => [name, [role, ...(name === 'attention' ? attention : product)]])
  )

const alpaRoles: Roles = {
  ...rolesFor(['batch', 'output', 'reduction', 'replicated'], ['batch', 'head', 'replicated']),
  expertUp: ['batch', 'output', 'reduction', 'expert', 'replicated'],
  expertDown: ['batch', 'output', 'reduction', 'expert', 'replicated']
}

/**
 * Systems that search for themselves, as far as their papers describe what they choose from. Each is our reimplementation: the published
 * choices as a part of our space, searched by our programmes at the effort of our own search.
 */
export const modernPolicies: readonly SpacePolicy[] = [
  {
    name: 'alpa-like',
    title: policyTitles['alpa-like'],
    family: 'Alpa',
    kind: 'reimplemented',
    rules:
      'every operator cut by batch, output, reduction, head or expert on each axis of its mesh, or not at all; layers into stages by the programme over sum + maximum; 1F1B; weight update sharded or not; no layer or every layer recomputed. ' +
      "Differs: the paper's integer programme is a dynamic programme over the operators, its stages may have meshes of different shapes, ours have one",
    source: 'Zheng et al., OSDI 2022 (arXiv 2201.12023)',
    space: () => ({
      roles: alpaRoles,
      residual: ['replicated', 'batch', 'hidden'],
      schedules: ['1f1b'],
      recompute: 'model',
      offload: false,
      placements: ['pipeline-first', 'replica-first']
    })
  },
  {
    name: 'galvatron-like',
    title: policyTitles['galvatron-like'],
    family: 'Galvatron',
    kind: 'reimplemented',
    rules:
      "per layer data-parallel, sharded data-parallel or Megatron's tensor-parallel on each axis, recomputed or not; pipelines of any length, GPipe or 1F1B, layers moved between stages to balance time and memory. " +
      'Differs: operators of one layer may be cut differently here, degrees need not be powers of two, and the residual stream has one layout for all layers',
    source: 'Miao et al., VLDB 2023 (arXiv 2211.13878); Wang et al., TKDE 2024 (arXiv 2307.02031)',
    space: () => ({
      roles: besideTensorRoles(['batch', 'batch-streamed'], ['batch']),
      residual: ['replicated', 'batch'],
      schedules: ['1f1b', 'gpipe'],
      recompute: 'layer',
      offload: false,
      placements: ['pipeline-first', 'replica-first']
    })
  },
  {
    name: 'weight-streaming',
    title: policyTitles['weight-streaming'],
    family: 'Cerebras',
    kind: 'reimplemented',
    rules:
      'activations stay where they are, cut by sequences and tokens over the whole wafer; the weights of one layer after the other stream past them and gradients stream back; no pipeline; no layer or every layer recomputed. ' +
      "Differs: weights and optimiser lie sharded in the dies' own memory, not in a store beside the wafer",
    source: 'Lie, IEEE Micro 43(3), 2023; streaming on a mesh: FRED (arXiv 2406.19580)',
    space: () => ({
      roles: rolesFor(['batch-streamed', 'sequence-streamed'], ['batch', 'sequence']),
      residual: ['batch', 'sequence'],
      pipelineParallel: [1],
      zeroStages: [3],
      recompute: 'model',
      offload: false,
      placements: ['pipeline-first']
    })
  },
  {
    name: 'watos-like',
    title: policyTitles['watos-like'],
    family: 'WATOS',
    kind: 'reimplemented',
    rules:
      "Megatron's tensor-parallel x pipeline-parallel in every degree, with sequence parallelism; 1F1B; each stage recomputes just what its memory demands, or lets it wait on the dies of a stage with room (sender and helper); stages placed by search. " +
      'Differs: known to us from the abstract and notes; helpers and places are annealed with the rest of the gene string, not by a genetic algorithm of their own',
    source: 'Wang et al., HPCA 2026 (arXiv 2512.12279)',
    space: () => ({
      roles: besideTensorRoles([], []),
      residual: ['replicated', 'sequence'],
      schedules: ['1f1b'],
      zeroStages: [0, 1]
    })
  },
  {
    name: 'temp-like',
    title: policyTitles['temp-like'],
    family: 'TEMP',
    kind: 'reimplemented',
    rules:
      "both activations and weights split along an axis and one of them streamed around its ring, beside Megatron's tensor-parallel and data-parallel cuts, per operator and axis; rings only; 1F1B; no layer or every layer recomputed; stages placed by search. " +
      'Differs: known to us from the abstract and notes; weights are what streams here; its merging of multicasts is left to the fluid level',
    source: 'Wang et al., HPCA 2026 (arXiv 2512.14256)',
    space: () => ({
      roles: besideTensorRoles(['batch', 'batch-streamed', 'sequence-streamed'], ['batch', 'sequence']),
      schedules: ['1f1b'],
      collectives: 'ring',
      recompute: 'model',
      offload: false
    })
  }
]
