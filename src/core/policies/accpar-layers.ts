import type { AxisRole } from '../mapping/mapping.ts'
import { Problem } from '../problem.ts'
import type { Operator, Step } from '../workload/operator.ts'
import type { Workload } from '../workload/workload.ts'
import { partitionHierarchy, type AccParLayer, type AccParType, type LevelPartition } from './accpar-partition.ts'

/** One layer of the chain that AccPar cuts: which step of which element of the model's chain it is. */
export interface ModelLayer {
  readonly layer: AccParLayer
  readonly operator: Operator
  /** Position in the workload's chain. */
  readonly element: number
}

/** What AccPar may do with each kind of operator. A table has no input to hand errors back to, so it is not cut by output channel. */
const TYPES_OF: Readonly<Record<Operator['kind'], readonly AccParType[]>> = {
  embedding: ['I', 'II'],
  linear: ['I', 'II', 'III'],
  attention: ['I', 'heads'],
  elementwise: []
}

const CHANNEL_ROLES: Readonly<Record<Exclude<AccParType, 'I'>, AxisRole>> = {
  II: 'reduction',
  III: 'output',
  heads: 'head'
}

function accparLayer(
  { main, stored, inputWidth, outputWidth }: Step,
  tokens: number,
  perParameter_B: number
): AccParLayer {
  const visits = main.experts?.topK ?? 1
  const kept = (layout: 'input' | 'output'): number =>
    stored.reduce((bytes, tensor) => bytes + (tensor.layout === layout ? tensor.bytes * tokens : 0), 0)
  const linear = main.kind === 'linear'
  return {
    name: main.name,
    input: tokens * (linear ? visits * main.reduction : inputWidth),
    output: tokens * (linear ? visits * main.output : outputWidth),
    // A tied head is a layer with weights of its own to AccPar, though it stores none.
    weights: linear ? Math.max(main.parameters, main.output * main.reduction) : main.parameters,
    kept_B: { input: kept('input'), output: kept('output'), weights: perParameter_B * main.parameters }
  }
}

/**
 * The chain of layers of a language model for one micro-batch: embedding, then of each layer qkv, attention core, projection, up (with gate), down
 * (of the experts a token visits, then the shared ones, in a mixture), then logits. Norms and residual adds are not AccPar's business.
 */
export function modelLayers(workload: Workload, microBatch: number): readonly ModelLayer[] {
  const { sequenceLength, optimizerBytesPerParameter } = workload.training
  const classes = workload.classes.map(({ steps }) =>
    steps.map((step) => ({
      layer: accparLayer(step, microBatch * sequenceLength, optimizerBytesPerParameter),
      operator: step.main
    }))
  )
  return workload.chain.flatMap((index, element) => classes[index]!.map((layer) => ({ ...layer, element })))
}

/** Roles of every layer of the chain, per level, outermost first. */
export type LevelRoles = readonly (readonly AxisRole[])[]

const divides = (parts: number, whole: number): boolean => whole === 0 || whole % parts === 0

/** Product of the factors of the levels that satisfy a test. */
const partsOf = (
  levels: readonly LevelPartition[],
  counts: (level: LevelPartition, index: number) => boolean
): number => levels.reduce((parts, level, index) => (counts(level, index) ? parts * level.factor : parts), 1)

/**
 * AccPar's partition of a language model, as roles of the encoding. Type I cuts the batch as long as whole sequences are left, else the sequence:
 * to AccPar both are rows of F, one level cuts the same one in all layers. A cut that leaves no whole heads, columns or rows is no choice at its level.
 * @param factors parts per level, outermost first
 * @param elementsPerByte price of a byte kept, 0 for AccPar itself
 * @throws Problem `illegal-mapping` when a layer cannot be cut at some level
 */
export function partitionModel(
  workload: Workload,
  microBatch: number,
  factors: readonly number[],
  elementsPerByte: number
): LevelRoles {
  const chain = modelLayers(workload, microBatch)
  const tokenRoles: (AxisRole | undefined)[] = []
  const tokenRole = (level: number, outer: readonly LevelPartition[]): AxisRole | undefined => {
    if (level < tokenRoles.length) return tokenRoles[level]
    const cut = (role: AxisRole): number =>
      partsOf(outer, ({ types }, index) => tokenRoles[index] === role && types.includes('I')) * factors[level]!
    const role = divides(cut('batch'), microBatch)
      ? 'batch'
      : divides(cut('sequence'), workload.training.sequenceLength)
        ? 'sequence'
        : undefined
    tokenRoles[level] = role
    return role
  }
  const allowed = (index: number, level: number, outer: readonly LevelPartition[]): readonly AccParType[] => {
    const { operator } = chain[index]!
    return TYPES_OF[operator.kind].filter((type) => {
      if (type === 'I') return tokenRole(level, outer) !== undefined
      const parts = partsOf(outer, ({ types }) => types[index] === type) * factors[level]!
      return divides(parts, type === 'II' ? operator.reductionGranularity : operator.outputGranularity)
    })
  }
  const levels = partitionHierarchy(
    chain.map(({ layer }) => layer),
    factors,
    allowed,
    { elementsPerByte }
  )
  if (levels.length < factors.length)
    throw new Problem(
      'illegal-mapping',
      `AccPar's level ${levels.length + 1} cuts in ${factors[levels.length]} parts what micro-batch ${microBatch}, sequence ${workload.training.sequenceLength}, heads and widths of some layer do not divide into`,
      'region'
    )
  return levels.map(({ types }, level) =>
    types.map((type) => (type === 'I' ? tokenRoles[level]! : CHANNEL_ROLES[type]))
  )
}
