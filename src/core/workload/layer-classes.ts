import type { ModelSpec } from './model-spec.ts'
import type { LayerClass, Operator, RecomputeUnit, Step, StoredTensor, Traffic } from './operator.ts'
import type { TrainingSpec } from './training-spec.ts'

const BYTES = 2
const SINGLE = 4

const NO_TRAFFIC: Traffic = { forward_B: 0, backward_B: 0 }

type OperatorFields = Partial<Operator> & Pick<Operator, 'name'>

const operator = (kind: Operator['kind'], fields: OperatorFields): Operator => ({
  kind,
  output: 0,
  reduction: 0,
  parameters: 0,
  outputGranularity: fields.output ?? 1,
  reductionGranularity: fields.reduction ?? 1,
  experts: undefined,
  sharedOutput: undefined,
  forwardTraffic_B: 0,
  backwardTraffic_B: 0,
  passes: NO_TRAFFIC,
  unfused: NO_TRAFFIC,
  forwardKernels: 1,
  backwardKernels: 1,
  ...fields
})

const BEFORE: RecomputeUnit = { before: true, main: false, after: false }
const MAIN: RecomputeUnit = { before: false, main: true, after: false }
const AFTER: RecomputeUnit = { before: false, main: false, after: true }
const MAIN_AND_AFTER: RecomputeUnit = { before: false, main: true, after: true }

const tensor = (
  name: string,
  bytes: number,
  layout: StoredTensor['layout'],
  unit: number | undefined,
  category: StoredTensor['category'] = 'activation'
): StoredTensor => ({ name, bytes, layout, unit, category })

/** The gradient of a bias is a sum of its own that reads the output's gradient once more (Megatron-LM, tensor_parallel/layers.py). */
const linear = (
  name: string,
  reduction: number,
  output: number,
  biases: boolean,
  fields: Partial<Operator> = {}
): Operator =>
  operator('linear', {
    name,
    reduction,
    output,
    parameters: reduction * output + (biases ? output : 0),
    backwardKernels: 2,
    ...(biases && { passes: { forward_B: 0, backward_B: BYTES * output } }),
    ...fields
  })

/**
 * An RMS norm as `weight * (x.float() * rsqrt(mean(x.float() ** 2))).type_as(x)`, the released Llama code: bytes per element of its kernels
 * and of those that autograd runs for it, less the one pass of a fused norm. Forward: to fp32 6, square 8, mean 4, scale 8, back to 16 bits
 * 6, weight 4. Backward: weight 4 and its gradient 8, to fp32 6, scale 8 and its gradient 16, square 16, sum of both 12, to 16 bits 6.
 */
const UNFUSED_NORM: Traffic = { forward_B: 36 - 2 * BYTES, backward_B: 76 - 3 * BYTES }
/** Rotation of pairs in fp32: to fp32 6, product 8, back 6 bytes per element, each way, less the pass of a fused kernel. */
const UNFUSED_ROTARY_B = 20 - 2 * BYTES
/**
 * `silu(gate) * up` as two kernels: bytes per element of the inner width beyond one pass. Forward one tensor of the inner width is
 * written and read; backward it is read again, its gradient written and read, and the gate read twice.
 */
const UNFUSED_GATE: Traffic = { forward_B: 2 * BYTES, backward_B: 4 * BYTES }

const times = ({ forward_B, backward_B }: Traffic, width: number): Traffic => ({
  forward_B: forward_B * width,
  backward_B: backward_B * width
})

/** Reads x, writes y; backward reads x and dy, writes dx. */
const normalization = (name: string, model: ModelSpec): Operator =>
  operator('elementwise', {
    name,
    parameters: model.normalization === 'layernorm' ? 2 * model.hidden : model.hidden,
    forwardTraffic_B: 2 * BYTES * model.hidden,
    backwardTraffic_B: 3 * BYTES * model.hidden,
    // Layer norms are one kernel everywhere.
    ...(model.normalization === 'rmsnorm' && { unfused: times(UNFUSED_NORM, model.hidden) }),
    backwardKernels: 2
  })

/** GPT-lineage models train with dropout on both branches and on the scores; gated ones without. */
export const trainsWithDropout = (model: ModelSpec): boolean => model.normalization === 'layernorm'

/**
 * Residual add, with dropout where the lineage has it: reads two tensors, writes one (and a one-byte mask). Backward it adds the
 * gradient of the branch to that of the stream: reads two, writes one, after the mask was applied.
 */
const residualAdd = (name: string, model: ModelSpec): Operator => {
  const mask = trainsWithDropout(model) ? model.hidden : 0
  return operator('elementwise', {
    name,
    forwardTraffic_B: 3 * BYTES * model.hidden + mask,
    backwardTraffic_B: 3 * BYTES * model.hidden + (mask ? 2 * BYTES * model.hidden + mask : 0),
    backwardKernels: mask ? 2 : 1
  })
}

/** Stored tensors and sizes follow Korthikanti et al. (2205.05198) section 4: their sum is 34 sbh + 5 a s^2 b for GPT layers. */
function attentionSteps(model: ModelSpec, training: TrainingSpec): Step[] {
  const { hidden, heads, kvHeads, headDimension, biases } = model
  const queryWidth = heads * headDimension
  const keyValueWidth = 2 * kvHeads * headDimension
  const scores = heads * training.sequenceLength
  const flash = training.attention === 'flash'
  const mask = trainsWithDropout(model) ? hidden : 0
  const rotary =
    model.positions === 'rotary'
      ? [
          operator('elementwise', {
            name: 'rotary',
            forwardTraffic_B: 2 * BYTES * (queryWidth + keyValueWidth / 2),
            backwardTraffic_B: 2 * BYTES * (queryWidth + keyValueWidth / 2),
            unfused: times(
              { forward_B: UNFUSED_ROTARY_B, backward_B: UNFUSED_ROTARY_B },
              queryWidth + keyValueWidth / 2
            )
          })
        ]
      : []
  return [
    {
      main: linear('qkv', hidden, queryWidth + keyValueWidth, biases, {
        outputGranularity: heads,
        sharedOutput: { width: keyValueWidth, parts: kvHeads }
      }),
      before: [normalization('norm1', model)],
      after: rotary,
      source: 'residual',
      closes: false,
      inputWidth: hidden,
      outputWidth: queryWidth + keyValueWidth,
      stored: [
        tensor('norm1.input', BYTES * hidden, 'residual', undefined),
        tensor('qkv.input', BYTES * hidden, 'residual', 0),
        tensor('attention.qkv', BYTES * (queryWidth + keyValueWidth), 'output', 1)
      ],
      units: [BEFORE, MAIN_AND_AFTER]
    },
    {
      // Unfused attention writes and reads the scores at each of its kernels; a flash kernel touches q, k, v and o only.
      main: operator('attention', {
        name: 'attention',
        output: queryWidth,
        reduction: keyValueWidth,
        outputGranularity: heads,
        reductionGranularity: kvHeads,
        forwardTraffic_B: BYTES * (2 * queryWidth + keyValueWidth) + (flash ? 0 : 13 * scores),
        backwardTraffic_B: BYTES * (4 * queryWidth + 2 * keyValueWidth) + (flash ? 0 : 20 * scores),
        forwardKernels: flash ? 1 : 4,
        backwardKernels: flash ? 1 : 6
      }),
      before: [],
      after: [],
      source: 'previous',
      closes: false,
      inputWidth: queryWidth + keyValueWidth,
      outputWidth: queryWidth,
      stored: [
        flash
          ? tensor('attention.statistics', 4 * heads, 'output', 0)
          : tensor('attention.scores', 5 * scores, 'output', 0),
        tensor('projection.input', BYTES * queryWidth, 'output', 0)
      ],
      units: [MAIN]
    },
    {
      main: linear('projection', queryWidth, hidden, biases, { reductionGranularity: heads }),
      before: [],
      after: [residualAdd('add1', model)],
      source: 'previous',
      closes: true,
      inputWidth: queryWidth,
      outputWidth: hidden,
      stored: [
        ...(mask ? [tensor('dropout1.mask', mask, 'residual', 1)] : []),
        tensor('norm2.input', BYTES * hidden, 'residual', 0)
      ],
      units: [MAIN_AND_AFTER, ...(mask ? [AFTER] : [])]
    }
  ]
}

interface FeedForward {
  readonly up: string
  readonly activation: string
  readonly down: string
  readonly width: number
  readonly experts: { readonly count: number; readonly topK: number } | undefined
  /** Operators between the residual stream and the first product: norm, router. */
  readonly before: readonly Operator[]
  /** Whether the step that opens this branch also stores the branch's input. */
  readonly storesInput: boolean
  readonly add: boolean
}

/** Two products around an activation; the gated form doubles the first (gate and up side by side). */
function feedForwardSteps(model: ModelSpec, branch: FeedForward): Step[] {
  const { hidden } = model
  const gated = model.ffn === 'swiglu'
  const visits = branch.experts?.topK ?? 1
  const copies = branch.experts?.count ?? 1
  const inner = gated ? 2 * branch.width : branch.width
  const biases = model.biases && !branch.experts
  const mask = branch.add && trainsWithDropout(model) ? hidden : 0
  const expertFields = (opens: boolean): Partial<Operator> =>
    branch.experts ? { experts: { ...branch.experts, opens }, forwardKernels: 3, backwardKernels: 4 } : {}
  return [
    {
      main: linear(branch.up, hidden, inner, biases, {
        parameters: copies * hidden * inner + (biases ? inner : 0),
        outputGranularity: branch.width,
        ...expertFields(true)
      }),
      before: branch.before,
      after: [
        operator('elementwise', {
          name: branch.activation,
          forwardTraffic_B: visits * BYTES * (inner + branch.width),
          backwardTraffic_B: visits * BYTES * (2 * inner + branch.width),
          ...(gated && { unfused: times(UNFUSED_GATE, visits * branch.width) })
        })
      ],
      source: 'residual',
      closes: false,
      inputWidth: hidden,
      outputWidth: branch.width * visits,
      stored: [
        ...(branch.storesInput ? [tensor(`${branch.up}.input`, BYTES * hidden, 'residual' as const, 0)] : []),
        // Each expert's weight gradient reads the tokens that were sent to it: every token as often as it visits.
        ...(branch.experts ? [tensor('dispatch.output', visits * BYTES * hidden, 'input' as const, 1)] : []),
        tensor(`${branch.activation}.input`, visits * BYTES * inner, 'output', 1),
        tensor(`${branch.down}.input`, visits * BYTES * branch.width, 'output', 2)
      ],
      units: [BEFORE, MAIN, AFTER]
    },
    {
      main: linear(branch.down, branch.width, hidden, biases, {
        parameters: copies * branch.width * hidden + (biases ? hidden : 0),
        ...expertFields(false)
      }),
      before: [],
      after: branch.add ? [residualAdd('add2', model)] : [],
      source: 'previous',
      closes: true,
      inputWidth: branch.width * visits,
      outputWidth: hidden,
      stored: [
        ...(mask ? [tensor('dropout2.mask', mask, 'residual' as const, 0)] : []),
        // The gradient of the gate weights needs what each expert gave. Nothing of the backward pass needs what a dense branch gives:
        // it stands here, without bytes, so that checkpointing a whole layer can run all of it again as frameworks do.
        branch.experts
          ? tensor('combine.input', visits * BYTES * hidden, 'input', mask ? 1 : 0)
          : tensor(`${branch.down}.output`, 0, 'residual', mask ? 1 : 0)
      ],
      units: [...(mask ? [AFTER] : []), branch.experts ? MAIN : MAIN_AND_AFTER]
    }
  ]
}

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
