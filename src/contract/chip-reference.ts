import * as z from 'zod'

/** More dies or devices than any system that was built; beyond it a slip of the pen would fill the memory. */
export const MOST_DEVICES = 1_000_000

export const DeviceCount = z.int().positive().max(MOST_DEVICES)

/** A shipped chip with what a study changes of it. */
export const ChipReference = z.strictObject({
  preset: z.string().min(1).describe('name of a shipped chip'),
  devices: DeviceCount.optional().describe('devices of a cluster'),
  override: z.record(z.string(), z.unknown()).optional().describe('part of a chip spec, merged into that of the preset')
})
export type ChipReference = z.output<typeof ChipReference>
