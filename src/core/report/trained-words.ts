import type { ExplorationInputs } from '../search/exploration.ts'
import { workloadsOf } from '../search/point-source.ts'

/** What an exploration is for, in a heading: 'llama-2-7b', 'llama-2-7b and llama-2-13b', 'llama-2-7b and 2 other workloads'. */
export function trainedWords(inputs: Pick<ExplorationInputs, 'model' | 'training' | 'space'>): string {
  const [first, ...others] = workloadsOf(inputs)
  if (others.length === 0) return first!.model.name
  return `${first!.model.name} and ${others.length === 1 ? others[0]!.name : `${others.length} other workloads`}`
}
