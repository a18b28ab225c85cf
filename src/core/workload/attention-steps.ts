import type { ModelSpec } from './model-spec.ts'
import type { Step } from './operator.ts'
import {
  AFTER,
  BEFORE,
  BYTES,
  MAIN,
  MAIN_AND_AFTER,
  linear,
  normalization,
  operator,
  residualAdd,
  tensor,
  times,
  trainsWithDropout
} from './operator-builders.ts'
import type { TrainingSpec } from './training-spec.ts'

/** Rotation of pairs in fp32: to fp32 6, product 8, back 6 bytes per element, each way, less the pass of a fused kernel. */
const UNFUSED_ROTARY_B = 20 - 2 * BYTES

/** Stored tensors and sizes follow Korthikanti et al. (2205.05198) section 4: their sum is 34 sbh + 5 a s^2 b for GPT layers. */
export function attentionSteps(model: ModelSpec, training: TrainingSpec): Step[] {
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
