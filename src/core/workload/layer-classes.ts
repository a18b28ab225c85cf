import { attentionSteps } from './attention-steps.ts'
import { feedForwardSteps } from './feed-forward-steps.ts'
import type { ModelSpec } from './model-spec.ts'
import type { LayerClass, Traffic } from './operator.ts'
import {
  BEFORE,
  BYTES,
  SINGLE,
  linear,
  normalization,
  operator,
  tensor,
  trainsWithDropout
} from './operator-builders.ts'
import type { TrainingSpec } from './training-spec.ts'

function denseLayer(model: ModelSpec, training: TrainingSpec): LayerClass {
  const feedForward = feedForwardSteps(model, {
    up: 'up',
    activation: 'activation',
    down: 'down',
    width: model.ffnHidden,
    experts: undefined,
    before: [normalization('norm2', model)],
    storesInput: true,
    add: true
  })
  return { name: 'dense', hasAttention: true, steps: [...attentionSteps(model, training), ...feedForward] }
}

function moeLayer(model: ModelSpec, moe: NonNullable<ModelSpec['moe']>, training: TrainingSpec): LayerClass {
  // The router is a narrow product in fp32 on the residual layout: 2 h E operations a token, charged as its traffic.
  const router = operator('elementwise', {
    name: 'router',
    parameters: model.hidden * moe.experts,
    forwardTraffic_B: BYTES * model.hidden + 4 * moe.experts,
    backwardTraffic_B: 2 * BYTES * model.hidden + 4 * moe.experts,
    forwardKernels: 3,
    backwardKernels: 3
  })
  const routed = feedForwardSteps(model, {
    up: 'expertUp',
    activation: 'expertActivation',
    down: 'expertDown',
    width: moe.expertHidden,
    experts: { count: moe.experts, topK: moe.topK },
    before: [normalization('norm2', model), router],
    storesInput: true,
    add: true
  })
  const shared =
    moe.sharedExperts > 0
      ? feedForwardSteps(model, {
          up: 'sharedUp',
          activation: 'sharedActivation',
          down: 'sharedDown',
          width: moe.expertHidden * moe.sharedExperts,
          experts: undefined,
          before: [],
          storesInput: false,
          add: false
        })
      : []
  return { name: 'moe', hasAttention: true, steps: [...attentionSteps(model, training), ...routed, ...shared] }
}

/** Table look-up and position; its gradient is a scatter into the same rows. Input dropout keeps a mask. */
function embedding(model: ModelSpec): LayerClass {
  const { hidden, vocabulary } = model
  const mask = trainsWithDropout(model) ? hidden : 0
  return {
    name: 'embedding',
    hasAttention: false,
    steps: [
      {
        main: operator('embedding', {
          name: 'embedding',
          reduction: vocabulary,
          output: hidden,
          // Vocabularies are padded to the group, so any cut is allowed.
          reductionGranularity: 0,
          parameters: vocabulary * hidden + (model.positions === 'learned' ? model.maxPositions * hidden : 0),
          forwardTraffic_B: 2 * BYTES * hidden,
          backwardTraffic_B: 2 * BYTES * hidden
        }),
        before: [],
        after: [],
        source: 'tokens',
        closes: true,
        inputWidth: 0,
        outputWidth: hidden,
        stored: mask ? [tensor('embedding.mask', mask, 'residual', undefined)] : [],
        units: []
      }
    ]
  }
}

/**
 * Kernels of the cross-entropy over an fp32 vocabulary in bytes per element (Megatron-LM, core/tensor_parallel/cross_entropy.py): to fp32 6,
 * maximum 4, subtraction 8, exponential 8, sum 4, division 8; backward product with the gradient 8, to 16 bits 6.
 */
const LOSS_KERNELS: Traffic = { forward_B: 38, backward_B: 14 }

/** Final norm, vocabulary projection and cross-entropy in fp32. */
function head(model: ModelSpec): LayerClass {
  const { hidden, vocabulary } = model
  const loss = operator('elementwise', {
    name: 'loss',
    forwardTraffic_B: 2 * SINGLE * vocabulary,
    backwardTraffic_B: (SINGLE + BYTES) * vocabulary,
    passes: {
      forward_B: (LOSS_KERNELS.forward_B - 2 * SINGLE) * vocabulary,
      backward_B: (LOSS_KERNELS.backward_B - SINGLE - BYTES) * vocabulary
    },
    forwardKernels: 4,
    backwardKernels: 2
  })
  return {
    name: 'head',
    hasAttention: false,
    steps: [
      {
        main: linear('logits', hidden, vocabulary, false, {
          parameters: model.tiedEmbeddings ? 0 : hidden * vocabulary,
          // 50,257 divides by nothing: frameworks pad the vocabulary to a multiple of the group, so any cut is allowed.
          outputGranularity: 0
        }),
        before: [normalization('finalNorm', model)],
        after: [loss],
        source: 'residual',
        closes: false,
        inputWidth: hidden,
        outputWidth: vocabulary,
        stored: [
          tensor('finalNorm.input', BYTES * hidden, 'residual', undefined),
          tensor('logits.input', BYTES * hidden, 'residual', 0),
          tensor('loss.logits', 4 * vocabulary, 'output', undefined, 'workspace')
        ],
        units: [BEFORE]
      }
    ]
  }
}

/** The layer classes of a model in the order in which a token meets them; moe only where the model has it. */
export function layerClasses(model: ModelSpec, training: TrainingSpec): readonly LayerClass[] {
  return [
    embedding(model),
    denseLayer(model, training),
    ...(model.moe ? [moeLayer(model, model.moe, training)] : []),
    head(model)
  ]
}
