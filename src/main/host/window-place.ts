import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import * as z from 'zod'

const Place = z.object({
  x: z.int(),
  y: z.int(),
  width: z.int().min(1),
  height: z.int().min(1),
  maximized: z.boolean()
})
/** Where a window was, pixels of the desktop. */
export type WindowPlace = z.output<typeof Place>
export type Area = Omit<WindowPlace, 'maximized'>

/** A part this large must be on a screen for a person to get hold of the window. */
const GRIP = 120

const overlap = (a: Area, b: Area): boolean =>
  Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x) >= GRIP &&
  Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y) >= GRIP

/**
 * The place kept, if it is still on a screen, no larger than that screen. Undefined where it is not: the system then chooses.
 * @param screens work areas of the displays there are now
 */
export function reachablePlace(kept: WindowPlace | undefined, screens: readonly Area[]): WindowPlace | undefined {
  const screen = kept && screens.find((area) => overlap(kept, area))
  if (!kept || !screen) return undefined
  const [width, height] = [Math.min(kept.width, screen.width), Math.min(kept.height, screen.height)]
  const within = (at: number, size: number, start: number, room: number): number =>
    Math.min(Math.max(at, start), start + room - size)
  return {
    x: within(kept.x, width, screen.x, screen.width),
    y: within(kept.y, height, screen.y, screen.height),
    width,
    height,
    maximized: kept.maximized
  }
}

/** The place kept in a file; undefined when there is none that can be read. */
export function readPlace(path: string): WindowPlace | undefined {
  try {
    return Place.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return undefined
  }
}

/** Keeps a place. A folder that cannot be written costs the place, not the program. */
export function keepPlace(path: string, place: WindowPlace): void {
  try {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, JSON.stringify(place))
  } catch {
    return
  }
}
