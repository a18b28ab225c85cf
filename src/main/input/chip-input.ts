import * as z from 'zod'
import { chipPreset, chipPresets } from '../../core/chip/chip-presets.ts'
import { ChipSpec } from '../../core/chip/chip-spec.ts'
import { activeDies } from '../../core/chip/die-resources.ts'
import { mergeChip } from '../../core/chip/merge-chip.ts'
import { parseInput, Problem } from '../../core/problem.ts'
import { ChipReference, MOST_DEVICES } from '../../contract/chip-reference.ts'
import { under } from './problem-under.ts'
import { specSource } from './spec-source.ts'

const names = chipPresets.map((chip) => chip.name)
const kinds = z.object({ kind: z.enum(['wafer', 'cluster'], { error: "must be 'wafer' or 'cluster'" }) })

/** A chip, and whether whoever gave it stated how many devices it has: a spec of its own has to, beside a preset's name one need not. */
interface GivenChip {
  readonly chip: ChipSpec
  readonly countStated: boolean
  /** Devices stated beside a preset's name. */
  readonly asked?: number | undefined
}

/** A count of devices, and where it was stated. */
type Statement = readonly [where: string, devices: unknown]

/** @throws Problem for two counts that cannot both hold */
function agreed([where, devices]: Statement, [elsewhere, others]: Statement, path: string): void {
  if (devices !== undefined && others !== undefined && devices !== others)
    throw new Problem(
      'bad-input',
      `${where} is ${String(devices)} and ${elsewhere} is ${String(others)}; keep one of them, or make them equal`,
      path
    )
}

function givenChip(given: unknown, directory: string): GivenChip {
  const source = specSource(given, 'chip', names, directory)
  if (source.preset !== undefined) return { chip: chipPreset(source.preset), countStated: false }
  const { value, what } = source
  if (value !== null && typeof value === 'object' && Object.hasOwn(value, 'preset')) {
    const { preset, devices, override } = parseInput(ChipReference, value, what)
    agreed([`${what}: devices`, devices], ['override.devices', override?.devices], 'override.devices')
    return {
      asked: devices ?? (typeof override?.devices === 'number' ? override.devices : undefined),
      chip: under('override', () => mergeChip(chipPreset(preset), override, devices)),
      countStated: devices !== undefined || (override !== undefined && Object.hasOwn(override, 'devices'))
    }
  }
  parseInput(kinds, value, what)
  return { chip: parseInput(ChipSpec, value, what), countStated: true }
}

/** How many devices are wanted: stated by the person, or else what the mapping needs. */
export interface DeviceCount {
  readonly devices?: number | undefined
  readonly needed?: number | undefined
}

const sizeWords = (chip: ChipSpec): string =>
  chip.kind === 'cluster'
    ? `${chip.devices} devices`
    : `${activeDies(chip)} dies, by grid.rows ${chip.grid.rows}, grid.columns ${chip.grid.columns} and wafers ${chip.wafers}`

/**
 * The chip a person means.
 * @param given a preset's name, a path, inline JSON, a whole spec, or `{ preset, devices, override }`
 * @param directory where relative paths start
 * @param count a cluster gets `devices`, which must agree with those stated beside a preset's name, else the count its spec states, else `needed`; a wafer has the dies it has
 * @throws Problem, its path under `chip` or `devices`
 */
export function chipFrom(given: unknown, directory: string, count: DeviceCount = {}): ChipSpec {
  const { chip, countStated, asked } = under('chip', () => givenChip(given, directory))
  agreed(['devices', count.devices], ['the number of devices in the chip', asked], 'devices')
  const wanted = count.devices ?? (countStated ? undefined : count.needed)
  if (chip.kind === 'wafer' && count.devices !== undefined && count.devices !== activeDies(chip))
    throw new Problem(
      'bad-input',
      `chip '${chip.name}' is a wafer of ${activeDies(chip)} working dies, not ${count.devices}; ` +
        `leave the devices out, or override grid.rows, grid.columns or wafers`,
      'devices'
    )
  const sized =
    chip.kind === 'cluster' && wanted !== undefined && wanted !== chip.devices
      ? mergeChip(chip, undefined, wanted)
      : chip
  if (activeDies(sized) > MOST_DEVICES)
    throw new Problem(
      'bad-input',
      `chip '${sized.name}' has ${sizeWords(sized)}; this program simulates ${MOST_DEVICES} at most`,
      'chip'
    )
  return sized
}
