import { scheduleNames } from '../../../core/mapping/mapping.ts'
import type { OptionSpec } from '../command.ts'

/** The options that say how a model is laid on a chip, in the place of a mapping. */
export const strategyOptions: Readonly<Record<string, OptionSpec>> = {
  'tensor-parallel': { type: 'string', value: 'N', help: 'dies that share each operator (1)' },
  'tensor-rows': { type: 'string', value: 'N', help: 'rows of their rectangle on the grid (as few as fit)' },
  'pipeline-parallel': { type: 'string', value: 'N', help: 'pipeline stages (1)' },
  'data-parallel': {
    type: 'string',
    value: 'N',
    help: 'replicas; on a wafer, or with --devices, as many as the other degrees leave room for, else 1'
  },
  'context-parallel': { type: 'string', value: 'N', help: 'dies that share each sequence (1)' },
  'expert-parallel': { type: 'string', value: 'N', help: 'replicas over which experts are spread (1)' },
  'virtual-stages': {
    type: 'string',
    value: 'N',
    help: 'model chunks per stage, interleaved (1); zb-v has its 2, stated or not'
  },
  'sequence-parallel': { type: 'boolean', help: 'split the residual stream over the tensor-parallel dies' },
  recompute: { type: 'string', value: 'none|selective|full', help: 'what the backward pass recomputes (none)' },
  zero: { type: 'string', value: '0..3', help: 'ZeRO stage (0)' },
  schedule: { type: 'string', value: scheduleNames.join('|'), help: 'order of the micro-batches (1f1b)' }
}
