import type { MemoryBreakdown_B, TimeBreakdown_s } from '../simulator/evaluation.ts'

/** Categories of time, in the order in which they are shown, with the words for them. */
export const timeCategories: readonly (readonly [keyof TimeBreakdown_s, string])[] = [
  ['compute', 'Compute'],
  ['recompute', 'Recompute'],
  ['tensorCommunication', 'Tensor communication'],
  ['pipelineCommunication', 'Pipeline communication'],
  ['dataCommunication', 'Data communication'],
  ['bubble', 'Pipeline bubble'],
  ['optimizer', 'Optimizer'],
  ['other', 'Other']
]

/** What a certificate says is in the way, inside a sentence. */
export function bindingWords(binding: string): string {
  const title = timeCategories.find(([category]) => category === binding)?.[1].toLowerCase() ?? binding
  return binding === 'bubble' || binding === 'optimizer' ? `the ${title}` : title
}

/** Categories of memory that sum to the peak, in the order in which they are shown. */
export const memoryCategories: readonly (readonly [Exclude<keyof MemoryBreakdown_B, 'capacity' | 'peak'>, string])[] = [
  ['weights', 'Weights'],
  ['gradients', 'Gradients'],
  ['optimizer', 'Optimizer state'],
  ['activations', 'Activations'],
  ['workspace', 'Workspace']
]
