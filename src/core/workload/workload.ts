import { Problem } from '../problem.ts'
import { layerClasses } from './layer-classes.ts'
import type { ModelSpec } from './model-spec.ts'
import { isMoeLayer } from './parameter-count.ts'
import type { LayerClass, Operator } from './operator.ts'
import type { TrainingSpec } from './training-spec.ts'

/** One training step as operators: classes of equal layers, and which class each layer of the chain belongs to. */
export interface Workload {
  readonly model: ModelSpec
  readonly training: TrainingSpec
  /** embedding, dense, moe (where the model has it), head */
  readonly classes: readonly LayerClass[]
  /** Class index of every element of the chain: the embedding, each transformer layer, the head. */
  readonly chain: readonly number[]
  readonly parameters: number
  /** Matrix FLOPs of one optimiser step, forward and backward, without any recomputation. */
  readonly modelFlops: number
}

const operatorsOf = (layer: LayerClass): readonly Operator[] =>
  layer.steps.flatMap((step) => [...step.before, step.main, ...step.after])

/**
 * Forward matrix FLOPs per token of one operator: 2 N K for a product (times the experts a token visits), 4 s a d for the
 * attention core, counting the full s x s scores (2205.05198, Appendix A).
 */
export function forwardFlopsPerToken(operator: Operator, training: TrainingSpec): number {
  if (operator.kind === 'attention') return 4 * training.sequenceLength * operator.output
  if (operator.kind !== 'linear') return 0
  return 2 * operator.output * operator.reduction * (operator.experts?.topK ?? 1)
}

/** A learned table has no row for a token beyond its end; rotary positions are computed, so they have no end. */
function refuseBeyondPositions({ name, positions, maxPositions }: ModelSpec, { sequenceLength }: TrainingSpec): void {
  if (positions !== 'learned' || sequenceLength <= maxPositions) return
  throw new Problem(
    'bad-input',
    `sequences of ${sequenceLength} tokens are longer than the learned position table of model '${name}': its maxPositions is ` +
      `${maxPositions}; train on ${maxPositions} tokens at most, or give a model with maxPositions ${sequenceLength} or positions 'rotary'`,
    'training.sequenceLength'
  )
}

/**
 * Builds the operators of one training step of a model.
 * @throws Problem `bad-input` when the sequences are longer than a learned position table
 */
export function buildWorkload(model: ModelSpec, training: TrainingSpec): Workload {
  refuseBeyondPositions(model, training)
  const classes = layerClasses(model, training)
  const indexOf = (name: LayerClass['name']): number => classes.findIndex((layer) => layer.name === name)
  const layers = Array.from({ length: model.layers }, (_, layer) => indexOf(isMoeLayer(model, layer) ? 'moe' : 'dense'))
  const chain = [indexOf('embedding'), ...layers, indexOf('head')]
  const perClass = (measure: (operator: Operator) => number): readonly number[] =>
    classes.map((layer) => operatorsOf(layer).reduce((total, operator) => total + measure(operator), 0))
  const parameters = perClass((operator) => operator.parameters)
  const flops = perClass((operator) => forwardFlopsPerToken(operator, training))
  const total = (values: readonly number[]): number => chain.reduce((sum, index) => sum + values[index]!, 0)
  return {
    model,
    training,
    classes,
    chain,
    parameters: total(parameters),
    modelFlops: 3 * total(flops) * training.globalBatch * training.sequenceLength
  }
}
