import type { ChipSpec } from '../chip/chip-spec.ts'
import { mergeChip } from '../chip/merge-chip.ts'
import type { Mapping } from '../mapping/mapping.ts'
import { evaluate } from '../simulator/evaluate.ts'
import { machineOf } from '../simulator/machine.ts'
import type { Workload } from '../workload/workload.ts'
import { uncertainConstants, type UncertainConstant } from './uncertain-constants.ts'

/** What a constant's ends make of a step. */
export interface Sensitivity {
  readonly constant: UncertainConstant
  readonly time_s: readonly [low: number, high: number]
  readonly mfu: readonly [low: number, high: number]
}

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

/** The chip with a constant at one of its ends. */
function chipAt(chip: ChipSpec, { paths, are, most = Infinity }: UncertainConstant, end: number): ChipSpec {
  const scaled = (now: number): number => Math.min(now * end, most)
  const change: Record<string, Record<string, unknown>> = {}
  for (const path of paths) {
    const [part, name] = path as readonly [string, string]
    const now = valueAt(chip, path)
    if (are === 'values') (change[part] ??= {})[name] = end
    else if (now !== undefined) (change[part] ??= {})[name] = typeof now === 'number' ? scaled(now) : now.map(scaled)
  }
  return mergeChip(chip, change)
}

/** One constant at a time at its two ends, everything else as it is; constants that the chip does not have are left out. */
export function sensitivities(workload: Workload, chip: ChipSpec, mapping: Mapping): readonly Sensitivity[] {
  const constants: readonly UncertainConstant[] = uncertainConstants[chip.kind]
  return constants
    .filter((constant) => has(chip, constant))
    .map((constant): Sensitivity => {
      const at = (end: number) => evaluate(workload, machineOf(chipAt(chip, constant, end)), mapping)
      const [low, high] = [at(constant.low), at(constant.high)]
      return { constant, time_s: [low.iterationTime_s, high.iterationTime_s], mfu: [low.mfu, high.mfu] }
    })
}
