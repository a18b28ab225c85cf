import type { Command } from './command.ts'

/** What every command takes that says what is trained and how long a sequence is. */
export const trainingOptions: Command['options'] = {
  'global-batch': { type: 'string', value: 'N', help: 'sequences per optimiser step' },
  'seq-length': { type: 'string', value: 'N', help: 'tokens per sequence' },
  attention: { type: 'string', value: 'standard|flash', help: 'whether the scores are stored (flash: they are not)' },
  'optimizer-bytes': { type: 'string', value: '16|18', help: 'model state in bytes per parameter (18)' },
  overlap: { type: 'string', value: '0..1', help: "share of hideable communication that hides (the chip's own)" }
}
