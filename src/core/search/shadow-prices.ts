import type { WaferChipSpec } from '../chip/chip-spec.ts'
import { waferCost_usd } from '../chip/cost.ts'
import { waferAreaInUse_mm2 } from '../chip/floorplan.ts'
import { numericLeaves } from '../chip/numeric-leaves.ts'
import { chipPower_W } from '../chip/power.ts'
import { weightedGeometricMean } from '../optimization/statistics.ts'
import { brokenLimit } from './architecture-space.ts'
import { chipNumberSchema } from './chip-number-schema.ts'
import type { ExplorationHost } from './exploration-host.ts'
import { membersOf } from './family.ts'
import type { Gene } from './gene.ts'
import type { TaskFrame } from './tasks.ts'
import type { WaferDesign } from './wafer-design.ts'
import { waferTemplate } from './wafer-template.ts'

/** What a little more of one number of a wafer is worth, everything else held. */
export interface ShadowPrice {
  /** Of the number in the chip's spec. */
  readonly path: string
  readonly from: number
  readonly to: number
  /** Tokens/s more with the mapping kept, null where it does not fit any more; and with one searched for anew from there. */
  readonly kept_tokensPerSecond: number | null
  readonly remapped_tokensPerSecond: number | null
  /** What the wafer takes more: of its area, of its power at full rate and low energies, of its cost. */
  readonly area_mm2: number
  readonly power_W: number
  readonly cost_usd: number
  /** The hard limit that it would break. */
  readonly breaks: string | undefined
}

/** Shadow prices at one wafer: differences for a small step of each number. */
export interface ShadowPrices {
  readonly wafer: string
  readonly tokensPerSecond: number
  readonly prices: readonly ShadowPrice[]
}

/** Share by which a number is raised; whole ones by at least one. */
const STEP = 0.02

/** What a wafer offers that more of could be worth something, whether or not it is a gene. */
const LEVERS = [
  'die.cores',
  'die.clock_Hz',
  'die.sramPerCore_B',
  'links.bandwidthPerEdge_Bps',
  'memory.stackBandwidth_Bps',
  'memory.stackCapacity_B'
]

const raised = (path: string, value: number): number => {
  const more = value * (1 + STEP)
  return chipNumberSchema(path).safeParse(value + STEP).success ? more : Math.max(value + 1, Math.round(more))
}

/** Numbers of a wafer that are raised one at a time. */
function leversOf(chip: WaferChipSpec, genes: readonly Gene[]): readonly (readonly [path: string, from: number])[] {
  const numbers = numericLeaves(chip)
  const chosen = genes.flatMap((gene) => (gene.kind === 'choice' ? [] : [gene.path]))
  const ofMemory = (path: string): boolean => chip.memory.kind !== 'sram' || !path.startsWith('memory.')
  return [...new Set([...chosen, ...LEVERS])]
    .toSorted()
    .filter(ofMemory)
    .flatMap((path) => {
      const value = numbers.get(path)
      return typeof value === 'number' && value > 0 ? [[path, value] as const] : []
    })
}

/**
 * What the next mm2, watt or GB/s is worth at the best wafer of an exploration: each number is raised a little, the mapping kept and
 * searched for anew. The wafer itself is searched once more with the same effort, so that what a search adds is not taken for what the
 * step adds. Of several workloads tokens/s are their weighted geometric mean. Undefined when the exploration was stopped.
 */
export async function shadowPrices(
  frame: TaskFrame,
  genes: readonly Gene[],
  design: WaferDesign,
  host: ExplorationHost
): Promise<ShadowPrices | undefined> {
  const [point] = design
  const chip = point!.chip as WaferChipSpec
  const levers = leversOf(chip, genes)
  const chips = levers.map(([path, from]) =>
    waferTemplate(chip, [{ kind: 'listed', path, values: [raised(path, from)] }], frame.architecture!.resizeDie).chip([
      0
    ])
  )
  const priced = await host.run<'price'>(
    [chip, ...chips].flatMap((one) =>
      design.map(({ mapping }, workload) => ({
        kind: 'price',
        chip: one,
        mapping,
        ...(workload > 0 && { workload })
      }))
    )
  )
  if (priced.some((one) => !one)) return undefined
  const weights = membersOf(frame).map(({ weight }) => weight)
  const joint = (values: readonly (number | undefined)[]): number | undefined => {
    const known = values.filter((value) => value !== undefined)
    return known.length === values.length ? weightedGeometricMean(known, weights) : undefined
  }
  const [own, ...stepped] = [chip, ...chips].map((_one, index) => {
    const ofWafer = priced.slice(index * design.length, (index + 1) * design.length)
    return {
      kept_tokensPerSecond: joint(ofWafer.map((one) => one!.kept_tokensPerSecond)),
      remapped_tokensPerSecond: joint(ofWafer.map((one) => one!.remapped_tokensPerSecond))
    }
  })
  const more = (value: number | undefined, before: number | undefined): number | null =>
    value === undefined || before === undefined ? null : value - before
  return {
    wafer: point!.label,
    tokensPerSecond: joint(design.map(({ evaluation }) => evaluation.tokensPerSecond))!,
    prices: levers.map(([path, from], index) => ({
      path,
      from,
      to: raised(path, from),
      kept_tokensPerSecond: more(stepped[index]!.kept_tokensPerSecond, own!.kept_tokensPerSecond),
      remapped_tokensPerSecond: more(stepped[index]!.remapped_tokensPerSecond, own!.remapped_tokensPerSecond),
      area_mm2: waferAreaInUse_mm2(chips[index]!) - waferAreaInUse_mm2(chip),
      power_W: chipPower_W(chips[index]!).low - chipPower_W(chip).low,
      cost_usd: waferCost_usd(chips[index]!) - waferCost_usd(chip),
      breaks: brokenLimit(chips[index]!)?.name
    }))
  }
}

/** What an amount more of a resource is worth at best, and by which number. */
export interface Worth {
  readonly tokensPerSecondPerUnit: number
  readonly path: string
}

/** The best use of a little more of a resource, where any number turns it into tokens; the mapping chosen anew. */
export function bestUse({ prices }: ShadowPrices, amount: (price: ShadowPrice) => number): Worth | undefined {
  return prices.reduce<Worth | undefined>((best, price) => {
    const taken = amount(price)
    const gained = price.remapped_tokensPerSecond ?? 0
    if (taken <= 0 || gained <= 0 || (best && best.tokensPerSecondPerUnit >= gained / taken)) return best
    return { tokensPerSecondPerUnit: gained / taken, path: price.path }
  }, undefined)
}
