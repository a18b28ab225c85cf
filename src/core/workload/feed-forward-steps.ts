import type { ModelSpec } from './model-spec.ts'
import type { Operator, Step, Traffic } from './operator.ts'
import {
  AFTER,
  BEFORE,
  BYTES,
  MAIN,
  MAIN_AND_AFTER,
  linear,
  operator,
  residualAdd,
  tensor,
  times,
  trainsWithDropout
} from './operator-builders.ts'

/**
 * `silu(gate) * up` as two kernels: bytes per element of the inner width beyond one pass. Forward one tensor of the inner width is
 * written and read; backward it is read again, its gradient written and read, and the gate read twice.
 */
const UNFUSED_GATE: Traffic = { forward_B: 2 * BYTES, backward_B: 4 * BYTES }

/** A branch of two products beside the residual stream. */
export interface FeedForward {
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
export function feedForwardSteps(model: ModelSpec, branch: FeedForward): Step[] {
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
