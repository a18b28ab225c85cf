/** What a mesh axis does to an operator, or what becomes of a tensor, as short as a cell needs it; state first, then what is split. */
const words: Readonly<Record<string, string>> = {
  replicated: 'replicated',
  batch: 'split batch',
  sequence: 'split tokens',
  output: 'split output',
  reduction: 'split reduction',
  head: 'split heads',
  expert: 'split experts',
  hidden: 'split hidden',
  'batch-streamed': 'streamed, batch',
  'sequence-streamed': 'streamed, tokens',
  keep: 'keep',
  recompute: 'recompute',
  offload: 'offload'
}
export const roleWord = (value: string): string => words[value] ?? value
