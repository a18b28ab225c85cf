import { type } from '@orpc/contract'
import * as z from 'zod'
import { byteUnits } from '../core/format/format-quantity.ts'
import { base } from './base.ts'

/** How a person likes the workbench; the same in every window and every start. */
export const Settings = z.strictObject({
  theme: z.enum(['system', 'light', 'dark', 'high-contrast']).default('system'),
  /** How bytes are told on the page; exports are decimal. */
  bytes: z.enum(byteUnits).default('GB'),
  /** Chords by the id of their command, where they differ from the built-in ones; empty for none. */
  keys: z.record(z.string().max(80), z.string().max(40)).default({}),
  sidebar: z.boolean().default(true),
  inspector: z.boolean().default(true),
  panel: z.boolean().default(false)
})
export type Settings = z.output<typeof Settings>
export const defaultSettings: Settings = Settings.parse({})

export const settingsContract = {
  read: base.output(type<Settings>()),
  write: base.input(Settings).output(type<Settings>())
}
