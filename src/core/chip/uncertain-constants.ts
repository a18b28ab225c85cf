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

const execution = (...names: readonly string[]) => names.map((name) => ['execution', name] as const)

const A100_WORST_ROW = 'fitted to A100 steps and layers, of which the worst is 36% off'
const COLLECTIVE_WORST_ROW = 'fitted to collectives measured alone, of which the worst is 18.5% off'

/** Of any chip. */
const everywhere: readonly UncertainConstant[] = [
  {
    paths: execution('overlap', 'gradientOverlap'),
    low: 0,
    high: 1,
    are: 'values',
    why: 'nothing hides, or all that can, gradients too; wafers assume all, clusters half and no gradients'
  },
  {
    paths: execution('matrixEfficiency'),
    low: 0.75,
    high: 1,
    are: 'factors',
    most: 1,
    why: 'large products reach about three quarters of the peak or more on measured devices (our A100 fit: 0.83)'
  },
  {
    paths: execution('memoryEfficiency'),
    low: 0.85,
    high: 1.1,
    are: 'factors',
    most: 1,
    why: 'DRAM efficiency of measured devices; our A100 fit is 0.89'
  }
]

const wafers: readonly UncertainConstant[] = [
  {
    paths: [['links', 'latency_s']],
    low: 0.5,
    high: 4,
    are: 'factors',
    slower: 'high',
    why: 'per hop, inferred from published links'
  },
  {
    paths: [['links', 'bandwidthPerEdge_Bps']],
    low: 0.7,
    high: 1,
    are: 'factors',
    why: 'protocol overhead; collectives inside training reach about 70% of isolated ones (vTrain)'
  },
  {
    paths: [['waferLink', 'bandwidth_Bps']],
    low: 0.5,
    high: 2,
    are: 'factors',
    why: 'published without saying whether one direction is meant or both together, or not at all'
  },
  {
    paths: [['waferLink', 'latency_s']],
    low: 0.5,
    high: 2,
    are: 'factors',
    slower: 'high',
    why: 'serdes, error correction and cable: general knowledge of its order, about a microsecond'
  },
  {
    paths: [['memory', 'stackBandwidth_Bps']],
    low: 0.8,
    high: 1,
    are: 'factors',
    why: 'data-sheet peak against what is reached'
  },
  {
    paths: [['die', 'sramPerCore_B']],
    low: 0.5,
    high: 1,
    are: 'factors',
    why: 'buffers and code share the SRAM with tiles'
  }
]

const clusters: readonly UncertainConstant[] = [
  {
    paths: execution('gradientOverlap'),
    low: 0,
    high: 1,
    are: 'values',
    why: 'the fitted steps overlapped no gradients; other software hides what can'
  },
  {
    paths: execution('halfRows', 'halfColumns', 'halfReduction'),
    low: 0.37,
    high: 2.7,
    are: 'factors',
    slower: 'high',
    why: 'one size fitted for all three sides; what we infer for H100 is 2.7 times the A100 fit: as far either way'
  },
  {
    paths: execution('launchOverhead_s'),
    low: 0.1,
    high: 1.36,
    are: 'factors',
    slower: 'high',
    why: `${A100_WORST_ROW}; graphs of kernels launch in some microseconds each (general knowledge)`
  },
  {
    paths: execution('iterationOverhead_s'),
    low: 0,
    high: 2,
    are: 'factors',
    slower: 'high',
    why: 'fitted on small steps; a loader that reads ahead hides it, a slower one costs more (general knowledge)'
  },
  {
    paths: execution('collectiveShare'),
    low: 0.7,
    high: 1,
    are: 'values',
    why: 'about 70% of what they reach alone (vTrain), or all of it; our A100 fit is 0.81'
  },
  {
    paths: execution('misalignedShare'),
    low: 0.27,
    high: 1,
    are: 'values',
    why: `${A100_WORST_ROW}; software that pads its products loses nothing`
  },
  {
    paths: execution('flashEfficiency'),
    low: 0.64,
    high: 1.36,
    are: 'factors',
    most: 1,
    why: 'published from 35% to 75% of the peak on H100 (FlashAttention-3), 50% to 73% on A100 (FlashAttention-2): the wider about its middle'
  },
  {
    paths: execution('unfusedShare'),
    low: 0,
    high: 1,
    are: 'values',
    slower: 'high',
    why: 'compiled modules, or plain ones; counts with ZeRO-3 only'
  },
  {
    paths: [
      ['node', 'bandwidth_Bps'],
      ['node', 'groupBandwidth_Bps']
    ],
    low: 0.815,
    high: 1.185,
    are: 'factors',
    why: COLLECTIVE_WORST_ROW
  },
  {
    paths: [
      ['node', 'latency_s'],
      ['node', 'stepLatency_s']
    ],
    low: 0.815,
    high: 1.185,
    are: 'factors',
    slower: 'high',
    why: COLLECTIVE_WORST_ROW
  },
  {
    paths: [['network', 'bandwidthPerDevice_Bps']],
    low: 0.7,
    high: 1,
    are: 'factors',
    why: 'line rate of the adapters, less protocol overhead; as for the links of wafers'
  },
  {
    paths: [['network', 'latency_s']],
    low: 4e-6,
    high: 9.6e-6,
    are: 'values',
    slower: 'high',
    why: "what NCCL's own model takes for its two protocols of large messages (src/graph/tuning.cc)"
  }
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
