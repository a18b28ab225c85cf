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

/** A chip, and whether whoever gave it stated how many devices it has. */
interface GivenChip {
  readonly chip: ChipSpec
  readonly countStated: boolean
}

function givenChip(given: unknown, directory: string): GivenChip {
  const source = specSource(given, 'chip', names, directory)
  if (source.preset !== undefined) return { chip: chipPreset(source.preset), countStated: false }
  const { value, what } = source
  if (value !== null && typeof value === 'object' && Object.hasOwn(value, 'preset')) {
    const { preset, devices, override } = parseInput(ChipReference, value, what)
    return {
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

/**
 * The chip a person means.
 * @param given a preset's name, a path, inline JSON, a whole spec, or `{ preset, devices, override }`
 * @param directory where relative paths start
 * @param count a cluster gets `devices`, else the count its spec states, else `needed`; a wafer has the dies it has
 * @throws Problem, its path under `chip` or `devices`
 */
export function chipFrom(given: unknown, directory: string, count: DeviceCount = {}): ChipSpec {
  const { chip, countStated } = under('chip', () => givenChip(given, directory))
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
      `chip '${sized.name}' has ${activeDies(sized)} dies or devices; this program simulates ${MOST_DEVICES} at most`,
      'chip'
    )
  return sized
}
