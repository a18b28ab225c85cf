import { nextDie } from './next-die.ts'
import { keyOf, type SceneDie, type WaferScene } from '../../core/chip/editing/wafer-scene.ts'

/** What a key pressed on the grid asks for. */
export type WaferKey =
  | { readonly kind: 'move'; readonly die: SceneDie; readonly extend: boolean }
  | { readonly kind: 'open' | 'fit' }
  | { readonly kind: 'select'; readonly extend: boolean; readonly range: boolean }
  | { readonly kind: 'zoom'; readonly factor: number }
  | { readonly kind: 'next-link' }

interface Pressed {
  readonly key: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
  readonly shiftKey: boolean
}

/** Single letters count only while the grid has the focus; undefined for a key that means nothing here. Keys with Alt are commands': back and on. */
export function waferKey(scene: WaferScene, focused: string, pressed: Pressed): WaferKey | undefined {
  const { key, shiftKey } = pressed
  if (pressed.altKey) return undefined
  const ctrl = pressed.ctrlKey || pressed.metaKey
  const at = Math.max(
    0,
    scene.dies.findIndex((die) => die.key === focused)
  )
  const next = nextDie(scene, at, key, ctrl)
  if (next !== undefined) return { kind: 'move', die: scene.dies[next]!, extend: shiftKey }
  if (key === 'Enter') return { kind: 'open' }
  if (key === ' ') return { kind: 'select', extend: ctrl, range: shiftKey }
  if (ctrl) return key === '0' ? { kind: 'fit' } : undefined
  if (key === '+' || key === '=') return { kind: 'zoom', factor: 1.25 }
  if (key === '-') return { kind: 'zoom', factor: 0.8 }
  return key === 'l' ? { kind: 'next-link' } : undefined
}

/** The link that follows another around a die, clockwise from the east; the first when the other does not leave this die. */
export function nextLinkOf(
  scene: WaferScene,
  { key, place: [row, column] }: SceneDie,
  after: string
): string | undefined {
  const there = new Set(scene.dies.map((die) => die.key))
  const around = [
    [row, column + 1],
    [row + 1, column],
    [row, column - 1],
    [row - 1, column]
  ] as const
  const links = around.map(keyOf).flatMap((to) => (there.has(to) ? [`${key}-${to}`] : []))
  return links[(links.indexOf(after) + 1) % links.length]
}

/** Dies in the rectangle between two. */
export const diesBetween = (scene: WaferScene, one: SceneDie, other: SceneDie): readonly SceneDie[] => {
  const within = (at: 0 | 1, { place }: SceneDie): boolean =>
    place[at] >= Math.min(one.place[at], other.place[at]) && place[at] <= Math.max(one.place[at], other.place[at])
  return scene.dies.filter((die) => within(0, die) && within(1, die))
}
