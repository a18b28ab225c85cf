import { canonicalJson } from '../canonical.ts'
import type { ChipSpec, WaferChipSpec } from '../chip/chip-spec.ts'
import { chipFields, fieldText, inSentence } from '../chip/editing/fields.ts'
import { mergeChip } from '../chip/merge-chip.ts'
import { numericLeaves } from '../chip/numeric-leaves.ts'
import { technology } from '../chip/technology.ts'
import { geneNumber, type Gene, type Genome } from './gene.ts'

/** Wafers that differ in their genes. */
export interface WaferTemplate {
  readonly base: WaferChipSpec
  readonly genes: readonly Gene[]
  /** The base chip with a genome's values in place of its own. */
  chip(genome: Genome): WaferChipSpec
}

type Tree = { [key: string]: Tree | number | string | null | readonly unknown[] }

const leaf = (chip: ChipSpec, path: string): unknown =>
  path.split('.').reduce<unknown>((inner, key) => (inner as Tree | undefined)?.[key], chip)

function withLeaf(tree: Tree, keys: readonly string[], value: number, at = 0): Tree {
  const key = keys[at]!
  return { ...tree, [key]: at + 1 === keys.length ? value : withLeaf(tree[key] as Tree, keys, value, at + 1) }
}

/** Side factor by which a die grows when its cores and SRAM change at the density of the base. */
function dieGrowth(base: WaferChipSpec, chip: WaferChipSpec): number {
  const sram_mm2PerB = technology(base.technology).sram_mm2PerMB.value[0] / 2 ** 20
  const perCore = (base.die.width_mm * base.die.height_mm) / base.die.cores
  const sram = (chip.die.sramPerCore_B - base.die.sramPerCore_B) * sram_mm2PerB
  return Math.sqrt((chip.die.cores * (perCore + sram)) / (base.die.cores * perCore))
}

/**
 * The wafers of genes around a base chip. What is chosen among alternatives is changed first, numbers then; so a die of the chosen
 * alternative grows and shrinks with its cores and SRAM where `resizeDie` says so and no gene sets its sides.
 */
export function waferTemplate(base: WaferChipSpec, genes: readonly Gene[], resizeDie: boolean): WaferTemplate {
  const numbers = genes.flatMap((gene, at) =>
    gene.kind === 'choice' ? [] : [{ gene, at, keys: gene.path.split('.') }]
  )
  const choices = genes.flatMap((gene, at) => (gene.kind === 'choice' ? [{ gene, at }] : []))
  const resizes = resizeDie && !genes.some(({ path }) => path === 'die.width_mm' || path === 'die.height_mm')
  const alternatives = new Map<string, WaferChipSpec>()
  const chosen = (genome: Genome): WaferChipSpec => {
    if (choices.length === 0) return base
    const key = choices.map(({ at }) => genome[at]).join()
    let known = alternatives.get(key)
    if (!known) {
      known = choices.reduce<ChipSpec>(
        (chip, { gene, at }) => mergeChip(chip, gene.changes[genome[at]!]),
        base
      ) as WaferChipSpec
      alternatives.set(key, known)
    }
    return known
  }
  return {
    base,
    genes,
    chip(genome) {
      const start = chosen(genome)
      let tree = start as unknown as Tree
      for (const { gene, at, keys } of numbers) {
        const value = geneNumber(gene, genome[at]!)
        if (leaf(start, gene.path) !== value) tree = withLeaf(tree, keys, value)
      }
      const chip = tree as unknown as WaferChipSpec
      const growth = resizes ? dieGrowth(start, chip) : 1
      if (growth === 1) return chip
      return {
        ...chip,
        die: { ...chip.die, width_mm: chip.die.width_mm * growth, height_mm: chip.die.height_mm * growth }
      }
    }
  }
}

/** The chip with the sources of the numbers that an exploration chose replaced by that fact; alternatives may bring their own. */
export function withProvenance({ base, genes }: WaferTemplate, chip: WaferChipSpec): WaferChipSpec {
  const own = new Set(
    genes.flatMap((gene) =>
      gene.kind === 'choice'
        ? gene.changes.flatMap((change) => Object.keys((change as { provenance?: object }).provenance ?? {}))
        : []
    )
  )
  const before = numericLeaves(base)
  const changed = [...numericLeaves(chip)].filter(
    ([path, value]) => !own.has(path) && canonicalJson(value) !== canonicalJson(before.get(path))
  )
  const marks = changed.map(([path]) => [path, { source: `explored around ${base.name}`, mark: 'U' as const }])
  return { ...chip, provenance: { ...chip.provenance, ...Object.fromEntries(marks) } }
}

const giga = (value: number): string => String(Number((value / 1e9).toPrecision(4)))

/** How a gene's value is told, where that is shorter than by the title of its field; what is no field is told by its path. */
const TOLD: Readonly<Record<string, (value: number) => string>> = {
  'die.cores': (value) => `${value} cores`,
  'die.macsPerCore': (value) => `${value} MACs per core`,
  'die.clock_Hz': (value) => `${giga(value)} GHz`,
  'die.sramPerCore_B': (value) => `${Number((value / 2 ** 20).toPrecision(4))} MiB per core`,
  'links.bandwidthPerEdge_Bps': (value) => `links ${giga(value)} GB/s`,
  'memory.stacksPerDie': (value) => `${value} ${value === 1 ? 'stack' : 'stacks'}`,
  'memory.stackCapacity_B': (value) => `${giga(value)} GB stacks`
}

/** A wafer of a space in few words: '6 x 9 dies, 1.2 GHz, 3 stacks'; numbers that are as in the base are left out. */
export function genomeLabel({ base, genes }: WaferTemplate, chip: WaferChipSpec, genome: Genome): string {
  const told = genes.flatMap((gene, at) => {
    if (gene.kind === 'choice') return [gene.names[genome[at]!]!]
    if (gene.path.startsWith('grid.') || leaf(base, gene.path) === leaf(chip, gene.path)) return []
    const value = leaf(chip, gene.path) as number
    const field = chipFields.find(({ path }) => path === gene.path)
    const inFull = field
      ? `${inSentence(field)} ${fieldText(field, value)}`
      : `${gene.path} ${Number(value.toPrecision(4))}`
    return [TOLD[gene.path]?.(value) ?? inFull]
  })
  return [`${chip.grid.rows} × ${chip.grid.columns} dies`, ...told].join(', ')
}
