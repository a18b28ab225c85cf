import * as z from 'zod'
import type { ChipSpec, WaferChipSpec } from '../chip/chip-spec.ts'
import { numericLeaves } from '../chip/numeric-leaves.ts'
import { technology } from '../chip/technology.ts'
import { chipVerdicts } from '../chip/verdicts.ts'
import type { Verdict } from '../chip/verdict.ts'
import { nearest } from '../nearest.ts'
import { Problem } from '../problem.ts'

const Range = z
  .strictObject({ from: z.number(), to: z.number(), step: z.number().positive() })
  .refine(({ from, to }) => from <= to, 'from is above to')

/** Which wafers an exploration may choose from: numbers of the chip's spec by their path, as a list or a range. */
export const ArchitectureSpace = z.strictObject({
  genes: z
    .record(z.string(), z.union([z.array(z.number()).min(1, 'a list without values; give at least one'), Range]))
    .refine((genes) => Object.keys(genes).length > 0, 'no gene is named; architecture null leaves the wafer as it is')
    .describe("path in the chip spec, as 'grid.rows' or 'links.bandwidthPerEdge_Bps' -> values"),
  points: z.int().positive().default(10_000).describe('points drawn when the space holds more'),
  resizeDie: z
    .boolean()
    .default(true)
    .describe('a die grows and shrinks with its cores and SRAM at the density of the base chip')
})
export type ArchitectureSpace = z.output<typeof ArchitectureSpace>

/** Values of one gene, in order. */
export interface Gene {
  readonly path: string
  readonly values: readonly number[]
}

type Tree = { [key: string]: Tree | number | string | null | readonly unknown[] }

const leaf = (chip: ChipSpec, path: string): unknown =>
  path.split('.').reduce<unknown>((inner, key) => (inner as Tree | undefined)?.[key], chip)

/** Paths of the numbers of a chip that a gene may choose. */
const genePaths = (chip: ChipSpec): readonly string[] =>
  [...numericLeaves(chip)].filter(([, value]) => typeof value === 'number').map(([path]) => path)

/**
 * The genes of a space on a base chip.
 * @throws Problem `bad-input` for a path that is no number of the chip, or a range without end
 */
export function genesOf(space: ArchitectureSpace, base: WaferChipSpec): readonly Gene[] {
  const known = genePaths(base)
  return Object.entries(space.genes).map(([path, given]) => {
    if (!known.includes(path)) {
      const guess = known.find((candidate) => candidate.endsWith(`.${path}`)) ?? nearest(path, known)
      throw new Problem(
        'bad-input',
        `space: gene '${path}' is no number of chip '${base.name}'${guess ? `; did you mean '${guess}'?` : ''}`,
        `architecture.genes.${path}`
      )
    }
    if (Array.isArray(given)) return { path, values: [...new Set(given)] }
    const { from, to, step } = given as z.output<typeof Range>
    const count = Math.floor((to - from) / step + 1e-9) + 1
    if (count > 10_000)
      throw new Problem(
        'bad-input',
        `space: gene '${path}' has ${count} values; at most 10,000`,
        `architecture.genes.${path}`
      )
    return { path, values: Array.from({ length: count }, (_, index) => from + index * step) }
  })
}

/** Points of a space: the product of its genes' values. */
export const spaceSize = (genes: readonly Gene[]): number => genes.reduce((size, { values }) => size * values.length, 1)

/** Values of point `index` of a space, first gene slowest. */
export function genome(genes: readonly Gene[], index: number): readonly number[] {
  const values: number[] = []
  for (let at = genes.length - 1; at >= 0; at--) {
    const { values: known } = genes[at]!
    values.unshift(known[index % known.length]!)
    index = Math.floor(index / known.length)
  }
  return values
}

function withLeaf(tree: Tree, keys: readonly string[], value: number): Tree {
  const [key, ...rest] = keys
  return { ...tree, [key!]: rest.length === 0 ? value : withLeaf(tree[key!] as Tree, rest, value) }
}

/** Side factor by which a die grows when its cores and SRAM change at the density of the base. */
function dieGrowth(base: WaferChipSpec, chip: WaferChipSpec): number {
  const sram_mm2PerB = technology(base.technology).sram_mm2PerMB.value[0] / 2 ** 20
  const perCore = (base.die.width_mm * base.die.height_mm) / base.die.cores
  const sram = (chip.die.sramPerCore_B - base.die.sramPerCore_B) * sram_mm2PerB
  return Math.sqrt((chip.die.cores * (perCore + sram)) / (base.die.cores * perCore))
}

/** The base chip with these values in place of its own. */
export function chipWith(
  base: WaferChipSpec,
  genes: readonly Gene[],
  values: readonly number[],
  resizeDie: boolean
): WaferChipSpec {
  let tree = base as unknown as Tree
  for (const [index, { path }] of genes.entries())
    if (leaf(base, path) !== values[index]) tree = withLeaf(tree, path.split('.'), values[index]!)
  let chip = tree as unknown as WaferChipSpec
  const fixed = genes.some(({ path }) => path === 'die.width_mm' || path === 'die.height_mm')
  if (resizeDie && !fixed) {
    const growth = dieGrowth(base, chip)
    if (growth !== 1)
      chip = {
        ...chip,
        die: { ...chip.die, width_mm: chip.die.width_mm * growth, height_mm: chip.die.height_mm * growth }
      }
  }
  return chip
}

/** The chip with the sources of the numbers that an exploration chose replaced by that fact. */
export function withProvenance(base: WaferChipSpec, chip: WaferChipSpec, genes: readonly Gene[]): WaferChipSpec {
  const paths = [...genes.map(({ path }) => path), 'die.width_mm', 'die.height_mm']
  const changed = paths.filter((path) => leaf(base, path) !== leaf(chip, path))
  const marks = changed.map((path) => [path, { source: `explored around ${base.name}`, mark: 'U' as const }])
  return { ...chip, provenance: { ...chip.provenance, ...Object.fromEntries(marks) } }
}

const giga = (value: number): string => String(Number((value / 1e9).toPrecision(4)))

/** How a gene's value is told; genes without words are told by their path. */
const TOLD: Readonly<Record<string, (value: number) => string>> = {
  'die.cores': (value) => `${value} cores`,
  'die.macsPerCore': (value) => `${value} MACs per core`,
  'die.clock_Hz': (value) => `${giga(value)} GHz`,
  'die.sramPerCore_B': (value) => `${Number((value / 2 ** 20).toPrecision(4))} MiB per core`,
  'links.bandwidthPerEdge_Bps': (value) => `links ${giga(value)} GB/s`,
  'memory.stacksPerDie': (value) => `${value} ${value === 1 ? 'stack' : 'stacks'}`,
  'memory.stackCapacity_B': (value) => `${giga(value)} GB stacks`
}

/** A wafer of a space in few words: '6 x 9 dies, 1.2 GHz, 3 stacks'; genes that are as in the base are left out. */
export function genomeLabel(base: WaferChipSpec, chip: WaferChipSpec, genes: readonly Gene[]): string {
  const told = genes
    .filter(({ path }) => !path.startsWith('grid.') && leaf(base, path) !== leaf(chip, path))
    .map(({ path }) => {
      const value = leaf(chip, path) as number
      return TOLD[path]?.(value) ?? `${path} ${Number(value.toPrecision(4))}`
    })
  return [`${chip.grid.rows} × ${chip.grid.columns} dies`, ...told].join(', ')
}

/** The first hard limit that a wafer breaks, or undefined when it can be built; limits waived on the base stay waived. */
export const brokenLimit = (chip: WaferChipSpec): Verdict | undefined =>
  chipVerdicts(chip).find(({ ok, waived }) => !ok && !waived)

/**
 * The neighbourhood of a chip that is explored when nobody names a space: fewer or more dies, cores and stacks, slower or
 * faster clocks and links, each around the base's own value.
 */
export function defaultArchitectureSpace(base: WaferChipSpec): ArchitectureSpace {
  const around = (value: number, factors: readonly number[]): number[] => [
    ...new Set(factors.map((factor) => Math.round(value * factor)).filter((scaled) => scaled > 0))
  ]
  const near = (value: number): number[] => [value - 2, value - 1, value, value + 1].filter((shifted) => shifted > 0)
  const stacks = base.memory.kind === 'stacks' || base.memory.kind === 'stacked-on-die'
  return ArchitectureSpace.parse({
    genes: {
      'grid.rows': near(base.grid.rows),
      'grid.columns': near(base.grid.columns),
      'die.cores': around(base.die.cores, [0.5, 0.75, 1, 1.25, 1.5]),
      'die.clock_Hz': [0.6, 0.8, 1, 1.2].map((factor) => base.die.clock_Hz * factor),
      'links.bandwidthPerEdge_Bps': [0.25, 0.5, 1, 1.5].map((factor) => base.links.bandwidthPerEdge_Bps * factor),
      ...(stacks && {
        'memory.stacksPerDie': [...new Set([1, 2, 3, 4, 5, 6, base.memory.stacksPerDie])].sort((a, b) => a - b)
      })
    },
    points: 2_000
  })
}
