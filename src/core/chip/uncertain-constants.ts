import type { ChipSpec } from './chip-spec.ts'
import { mergeChip } from './merge-chip.ts'

/** A constant that is not known well: how far it may be off, and why so far. */
export interface UncertainConstant {
  /** Where it is in a chip; several that are one constant, or were fitted as one, go to their ends together. */
  readonly paths: readonly (readonly string[])[]
  readonly low: number
  readonly high: number
  /** Whether low and high are factors of the chip's value or values themselves. */
  readonly are: 'factors' | 'values'
  /** What it cannot exceed, as a share. */
  readonly most?: number
  /** The end at which a step takes longer; the low one unless said. */
  readonly slower?: 'high'
  readonly why: string
}

type Further = Pick<UncertainConstant, 'most' | 'slower'>
type Range = readonly [low: number, high: number]

const constants =
  (are: UncertainConstant['are']) =>
  (names: string | readonly string[], [low, high]: Range, why: string, further: Further = {}): UncertainConstant => ({
    paths: (typeof names === 'string' ? [names] : names).map((name) => name.split('.')),
    low,
    high,
    are,
    why,
    ...further
  })
/** A constant, or several that are one, that may be so many times what the chip says. */
const factors = constants('factors')
/** One that may have these values, whatever the chip says. */
const values = constants('values')

const A100_WORST_ROW = 'fitted to A100 steps and layers, of which the worst is 36% off'
const COLLECTIVE_WORST_ROW = 'fitted to collectives measured alone, of which the worst is 18.5% off'

/** Of any chip. */
const everywhere: readonly UncertainConstant[] = [
  values(
    ['execution.overlap', 'execution.gradientOverlap'],
    [0, 1],
    'nothing hides, or all that can, gradients too; wafers assume all, clusters half and no gradients'
  ),
  factors(
    'execution.matrixEfficiency',
    [0.75, 1],
    'large products reach about three quarters of the peak or more on measured devices (our A100 fit: 0.83)',
    { most: 1 }
  ),
  factors('execution.memoryEfficiency', [0.85, 1.1], 'DRAM efficiency of measured devices; our A100 fit is 0.89', {
    most: 1
  })
]

const wafers: readonly UncertainConstant[] = [
  factors('links.latency_s', [0.5, 4], 'per hop, inferred from published links', { slower: 'high' }),
  factors(
    'links.bandwidthPerEdge_Bps',
    [0.7, 1],
    'protocol overhead; collectives inside training reach about 70% of isolated ones (vTrain)'
  ),
  factors(
    'waferLink.bandwidth_Bps',
    [0.5, 2],
    'published without saying whether one direction is meant or both together, or not at all'
  ),
  factors(
    'waferLink.latency_s',
    [0.5, 2],
    'serdes, error correction and cable: general knowledge of its order, about a microsecond',
    { slower: 'high' }
  ),
  factors('memory.stackBandwidth_Bps', [0.8, 1], 'data-sheet peak against what is reached'),
  factors('die.sramPerCore_B', [0.5, 1], 'buffers and code share the SRAM with tiles')
]

const clusters: readonly UncertainConstant[] = [
  values(
    'execution.gradientOverlap',
    [0, 1],
    'the fitted steps overlapped no gradients; other software hides what can'
  ),
  factors(
    ['execution.halfRows', 'execution.halfColumns', 'execution.halfReduction'],
    [0.37, 2.7],
    'one size fitted for all three sides; what we infer for H100 is 2.7 times the A100 fit: as far either way',
    { slower: 'high' }
  ),
  factors(
    'execution.launchOverhead_s',
    [0.1, 1.36],
    `${A100_WORST_ROW}; graphs of kernels launch in some microseconds each (general knowledge)`,
    { slower: 'high' }
  ),
  factors(
    'execution.iterationOverhead_s',
    [0, 2],
    'fitted on small steps; a loader that reads ahead hides it, a slower one costs more (general knowledge)',
    { slower: 'high' }
  ),
  values(
    'execution.collectiveShare',
    [0.7, 1],
    'about 70% of what they reach alone (vTrain), or all of it; our A100 fit is 0.81'
  ),
  values('execution.misalignedShare', [0.27, 1], `${A100_WORST_ROW}; software that pads its products loses nothing`),
  factors(
    'execution.flashEfficiency',
    [0.64, 1.36],
    'published from 35% to 75% of the peak on H100 (FlashAttention-3), 50% to 73% on A100 (FlashAttention-2): the wider about its middle',
    { most: 1 }
  ),
  values('execution.unfusedShare', [0, 1], 'compiled modules, or plain ones; counts with ZeRO-3 only', {
    slower: 'high'
  }),
  factors(['node.bandwidth_Bps', 'node.groupBandwidth_Bps'], [0.815, 1.185], COLLECTIVE_WORST_ROW),
  factors(['node.latency_s', 'node.stepLatency_s'], [0.815, 1.185], COLLECTIVE_WORST_ROW, { slower: 'high' }),
  factors(
    'network.bandwidthPerDevice_Bps',
    [0.7, 1],
    'line rate of the adapters, less protocol overhead; as for the links of wafers'
  ),
  values(
    'network.latency_s',
    [4e-6, 9.6e-6],
    "what NCCL's own model takes for its two protocols of large messages (src/graph/tuning.cc)",
    { slower: 'high' }
  )
]

/** The constants that move the time of a step and that no measurement pins down, of wafers and of clusters. */
export const uncertainConstants = {
  wafer: [...everywhere, ...wafers],
  cluster: [...everywhere, ...clusters]
} as const satisfies Readonly<Record<'wafer' | 'cluster', readonly UncertainConstant[]>>

/** A constant as people read it: where it is in the chip. */
export const constantName = ({ paths: [first, ...others] }: UncertainConstant): string =>
  [first!.join('.'), ...others.map((path) => path.at(-1)!)].join(', ')

type Tree = Readonly<Record<string, unknown>>
type Path = readonly string[]

/** A number of a chip, or several of one kind; undefined where it has none. */
const valueAt = (chip: ChipSpec, path: Path): number | readonly number[] | undefined =>
  path.reduce<unknown>((part, key) => (part as Tree | undefined)?.[key], chip) as number | readonly number[] | undefined

/** Whether a chip has a constant: factors of nothing are nothing, and a wafer alone has no links to others. */
function has(chip: ChipSpec, { paths: [path], are }: UncertainConstant): boolean {
  if (path![0] === 'waferLink' && chip.kind === 'wafer' && chip.wafers === 1) return false
  const now = valueAt(chip, path!)
  return now !== undefined && (are === 'values' || now !== 0)
}

/** The uncertain constants that a chip has. */
export const constantsOf = (chip: ChipSpec): readonly UncertainConstant[] =>
  (uncertainConstants[chip.kind] as readonly UncertainConstant[]).filter((constant) => has(chip, constant))

/** An end of a constant's range. */
export type ConstantEnd = 'low' | 'high'

/** The end at which a step takes longer, and the other one. */
export const slowerEnd = ({ slower }: UncertainConstant): ConstantEnd => slower ?? 'low'
export const fasterEnd = (constant: UncertainConstant): ConstantEnd => (slowerEnd(constant) === 'low' ? 'high' : 'low')

/** The chip with a constant at one of its ends. */
export function chipAtEnd<Chip extends ChipSpec>(chip: Chip, constant: UncertainConstant, at: ConstantEnd): Chip {
  const { paths, are, most = Infinity, [at]: end } = constant
  const scaled = (now: number): number => Math.min(now * end, most)
  const change: Record<string, Record<string, unknown>> = {}
  for (const path of paths) {
    const [part, name] = path as readonly [string, string]
    const now = valueAt(chip, path)
    if (are === 'values') (change[part] ??= {})[name] = end
    else if (now !== undefined) (change[part] ??= {})[name] = typeof now === 'number' ? scaled(now) : now.map(scaled)
  }
  return mergeChip(chip, change) as Chip
}
