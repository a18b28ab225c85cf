import type * as z from 'zod'
import { mergeChip } from '../chip/merge-chip.ts'
import { WaferChipSpec } from '../chip/chip-spec.ts'
import { numericLeaves } from '../chip/numeric-leaves.ts'
import { nearest } from '../nearest.ts'
import { Problem } from '../problem.ts'
import type { ArchitectureSpace } from './architecture-space.ts'
import { chipNumberSchema } from './chip-number-schema.ts'

/** What one gene of a wafer may be. */
export type Gene =
  /** Numbers of the chip's spec, rising. */
  | { readonly kind: 'listed'; readonly path: string; readonly values: readonly number[] }
  /** Any number between two. */
  | { readonly kind: 'continuous'; readonly path: string; readonly from: number; readonly to: number }
  /** Alternatives without an order, each a part of a chip's spec. */
  | {
      readonly kind: 'choice'
      readonly path: string
      readonly names: readonly string[]
      readonly changes: readonly object[]
    }

/** One wafer of a space: of every gene the index of its value, of a continuous one the value itself. Plain JSON data. */
export type Genome = readonly number[]

const MOST_VALUES = 10_000
/** Between the ends of a range and never a whole number of steps from one. */
const INSIDE = Math.SQRT2 - 1

type Given = ArchitectureSpace['genes'][string]

const leaf = (tree: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], tree)

const nested = (path: string, value: unknown): object =>
  path.split('.').reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as object

const refused = (path: string, what: string): Problem =>
  new Problem('bad-input', `space: gene '${path}' ${what}`, `architecture.genes.${path}`)

function choiceGene(path: string, choices: Readonly<Record<string, object>>, base: WaferChipSpec): Gene {
  const changes = Object.entries(choices)
  for (const [name, change] of changes)
    try {
      mergeChip(base, change)
    } catch (error) {
      if (error instanceof Problem) throw refused(path, `cannot be '${name}': ${error.message}`)
      throw error
    }
  return { kind: 'choice', path, names: changes.map(([name]) => name), changes: changes.map(([, change]) => change) }
}

/** A range without a step is one of whole numbers where a chip has only these, and any number between its ends elsewhere. */
function rangeGene(path: string, { from, to, step }: { from: number; to: number; step?: number | undefined }): Gene {
  const schema: z.ZodType = chipNumberSchema(path)
  const takes = (value: number): boolean => schema.safeParse(value).success
  const between = from + (to - from) * INSIDE
  const whole = step === undefined && takes(from) && takes(to) && !takes(between)
  if (from === to) return { kind: 'listed', path, values: [from] }
  if (step === undefined && !whole) return { kind: 'continuous', path, from, to }
  const stride = step ?? 1
  const count = Math.floor((to - from) / stride + 1e-9) + 1
  if (count > MOST_VALUES) throw refused(path, `has ${count} values; at most 10,000`)
  return { kind: 'listed', path, values: Array.from({ length: count }, (_, index) => from + index * stride) }
}

function geneOf(path: string, given: Given, base: WaferChipSpec): Gene {
  if ('choices' in given) return choiceGene(path, given.choices, base)
  const known = [...numericLeaves(base)].filter(([, value]) => typeof value === 'number').map(([name]) => name)
  const isNumber = known.includes(path)
  if (Array.isArray(given) && typeof given[0] === 'string') {
    if (isNumber) throw refused(path, `is a number of chip '${base.name}'; '${given[0]}' is none`)
    if (typeof leaf(base, path) !== 'string')
      throw refused(path, `is no word of chip '${base.name}', as technology and memory.kind are`)
    const words = [...new Set(given as readonly string[])]
    return choiceGene(path, Object.fromEntries(words.map((word) => [word, nested(path, word)])), base)
  }
  if (!isNumber) {
    const guess = known.find((candidate) => candidate.endsWith(`.${path}`)) ?? nearest(path, known)
    throw refused(path, `is no number of chip '${base.name}'${guess ? `; did you mean '${guess}'?` : ''}`)
  }
  if (Array.isArray(given))
    return {
      kind: 'listed',
      path,
      values: [...new Set(given as readonly number[])].sort((a, b) => a - b)
    }
  return rangeGene(path, given as { from: number; to: number; step?: number })
}

/**
 * The genes of a space on a base chip.
 * @throws Problem `bad-input` for a path that is no number of the chip, a range without end, or a choice that is no chip
 */
export const genesOf = (space: ArchitectureSpace, base: WaferChipSpec): readonly Gene[] =>
  Object.entries(space.genes).map(([path, given]) => geneOf(path, given, base))

/** Values of a gene; Infinity for a continuous one. */
export const geneCount = (gene: Gene): number =>
  gene.kind === 'listed' ? gene.values.length : gene.kind === 'choice' ? gene.names.length : Infinity

/** Wafers of a space: the product of its genes' values, Infinity where one is continuous. */
export const spaceSize = (genes: readonly Gene[]): number => genes.reduce((size, gene) => size * geneCount(gene), 1)

/** Wafer `index` of a finite space, first gene slowest. */
export function genomeAt(genes: readonly Gene[], index: number): Genome {
  const genome: number[] = Array.from({ length: genes.length })
  for (let at = genes.length - 1; at >= 0; at--) {
    const count = geneCount(genes[at]!)
    genome[at] = index % count
    index = Math.floor(index / count)
  }
  return genome
}

/** The genome of a chip among those of the genes; undefined where a number is no value of its gene, or a gene is a choice. */
export function genomeOf(genes: readonly Gene[], chip: WaferChipSpec): Genome | undefined {
  const numbers = numericLeaves(chip)
  const genome = genes.map((gene) => {
    const value = numbers.get(gene.path)
    if (gene.kind === 'choice' || typeof value !== 'number') return -1
    if (gene.kind === 'listed') return gene.values.indexOf(value)
    return value >= gene.from && value <= gene.to ? value : -1
  })
  return genome.includes(-1) ? undefined : genome
}

/** The number that a genome gives a gene that is no choice. */
export const geneNumber = (gene: Exclude<Gene, { kind: 'choice' }>, at: number): number =>
  gene.kind === 'listed' ? gene.values[at]! : at
