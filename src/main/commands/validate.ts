import type { Command } from './command.ts'

export const command: Command = {
  usage: ['[--designs N] [--data FILE] [--output docs/validation.md]'],
  description:
    'Shows how far each number can be trusted: closed forms against the program, collectives against bounds, the analytic and fluid levels ' +
    'against the event level on random legal designs of seven pairs of model and chip, overlap swept, uncertain constants at their ends, and every ' +
    'optimum next to measured utilisation, and the GPU presets against published steps that nothing was fitted to. With --data also the error of the fitted GPU presets. --output writes the page with its figures in a folder beside it.',
  options: {
    designs: { type: 'string', value: 'N', help: 'random designs per pair (1000)' },
    pairs: { type: 'string', value: 'N', help: 'the first so many pairs only (all seven)' },
    seed: { type: 'string', value: 'N', help: 'of the designs (1)' },
    data: { type: 'string', value: 'FILE', help: "measurements as for 'tmac calibrate'" },
    output: { type: 'string', value: 'F.md', help: 'write the page (nowhere, unless named)' }
  },
  run: async (invocation, context) => (await import('./validate/run-validate.ts')).runValidate(invocation, context)
}
