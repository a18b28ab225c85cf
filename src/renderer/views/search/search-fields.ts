import { MappingSpace } from '../../../core/mapping/mapping-space.ts'
import type { SearchSpec } from '../../../contract/search-spec.ts'

/** A gene of the mapping space that is a list of whole numbers, with an example of what is typed. */
export interface ListField {
  readonly key: 'pipelineParallel' | 'dataParallel' | 'expertParallel' | 'microBatch' | 'virtualStages' | 'zeroStages'
  readonly example: string
}
export const listFields: readonly ListField[] = [
  { key: 'pipelineParallel', example: '4, 8' },
  { key: 'dataParallel', example: '1, 2, 4' },
  { key: 'expertParallel', example: '1, 8' },
  { key: 'microBatch', example: '1, 2' },
  { key: 'virtualStages', example: '2, 4' },
  { key: 'zeroStages', example: '0, 1' }
]

/** What is typed into a list: numbers, or nothing for all; undefined for what is neither. */
export function listOf(text: string): readonly number[] | 'all' | undefined {
  const parts = text.split(/[\s,;]+/).filter((part) => part !== '' && part !== 'all')
  if (parts.length === 0) return 'all'
  const numbers = parts.map(Number)
  return numbers.every((number) => Number.isInteger(number) && number >= 0) ? numbers : undefined
}

/** Regions of a stage, as '1x2, 2x2'. */
export function regionsOf(text: string): readonly (readonly [number, number])[] | 'all' | undefined {
  const parts = text.split(/[,;]+/).filter((part) => part.trim() !== '' && part.trim() !== 'all')
  if (parts.length === 0) return 'all'
  const regions = parts.map((part) => /^\s*(\d+)\s*[x×]\s*(\d+)\s*$/.exec(part))
  return regions.every((match) => match) ? regions.map((match) => [Number(match![1]), Number(match![2])]) : undefined
}

/** The space with one gene set, or freed by undefined. */
export function withGene<Key extends keyof MappingSpace>(
  mapping: SearchSpec['mapping'],
  key: Key,
  value: MappingSpace[Key] | undefined
): SearchSpec['mapping'] {
  const { [key]: _, ...rest } = mapping
  return (value === undefined ? rest : { ...rest, [key]: value }) as SearchSpec['mapping']
}

const free: Readonly<Record<string, unknown>> = MappingSpace.parse({})

/** How many genes of a space are narrowed. */
export const narrowedGenes = (mapping: SearchSpec['mapping']): number =>
  Object.entries(mapping).filter(([key, value]) => value !== free[key]).length

/** Where a new search starts: small enough to be over in 20 seconds. */
export const FIRST_SEARCH = {
  model: { preset: 'llama-2-7b' },
  chip: { preset: 'lean-48' },
  globalBatch: 96,
  sequenceLength: 4096,
  budget_s: 20
} as const
