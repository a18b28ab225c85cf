import { eventIterator, type } from '@orpc/contract'
import * as z from 'zod'
import { base } from './base.ts'

/** What the world outside the page asks of it. */
export type ShellEvent =
  /** A person chose a command in a native menu. */
  | { readonly type: 'command'; readonly id: string }
  /** A person opened a project by its icon, by the system's list of recent ones, or by starting the program with it. */
  | { readonly type: 'open'; readonly path: string }
  /** A person followed a link into a project, as `tmac://project/ID/run/7`, or chose a notification. */
  | { readonly type: 'link'; readonly address: string }

const MenuEntry = z.strictObject({
  id: z.string().min(1).max(80),
  title: z.string().min(1).max(120),
  /** A chord as `Ctrl+Shift+P`; empty for none. */
  keys: z.string().max(40),
  enabled: z.boolean()
})
export type MenuEntry = z.output<typeof MenuEntry>
const Menus = z
  .array(z.strictObject({ title: z.string().min(1).max(40), entries: z.array(MenuEntry).max(200) }))
  .max(20)
export type ShellMenus = z.output<typeof Menus>

const WindowState = z.strictObject({
  title: z.string().max(300),
  /** File that the window shows. */
  path: z.string().max(4096).optional(),
  /** Whether something is not on the disk yet. */
  edited: z.boolean(),
  /** Share of the running search that is done; absent where none runs. */
  progress: z.number().min(0).max(1).optional()
})
export type WindowState = z.output<typeof WindowState>

const Announcement = z.strictObject({
  title: z.string().min(1).max(120),
  body: z.string().max(500),
  /** Where choosing it leads. */
  address: z.string().max(2000)
})
export type Announcement = z.output<typeof Announcement>

const WindowAddress = z.strictObject({
  /** Of the page, as `#/project/ID/run/7`. */
  address: z.string().regex(/^#\//, 'must begin with #/').max(2000)
})

/** The page and the window around it. A host without a window of its own takes all this and does nothing. */
export const shellContract = {
  events: base.output(eventIterator(type<ShellEvent>())),
  menus: base.input(Menus).output(type<void>()),
  window: base.input(WindowState).output(type<void>()),
  /** Shows an address in a window of its own. */
  open: base.input(WindowAddress).output(type<void>()),
  announce: base.input(Announcement).output(type<void>())
}
