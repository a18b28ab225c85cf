import type { LayerName } from './wafer-overlay.ts'

/** What lies over the dies, the topmost first. */
const overDies: readonly LayerName[] = ['reticle', 'defects', 'stages', 'links', 'heat', 'labels', 'memory', 'cores']

/**
 * The layers without the topmost of those that lie over the dies and have something to show.
 * @returns no `top` where only the bare dies are left
 */
export function withoutTop(
  layers: ReadonlySet<LayerName>,
  present: readonly LayerName[]
): { readonly top: LayerName | undefined; readonly rest: ReadonlySet<LayerName> } {
  const top = overDies.find((layer) => layers.has(layer) && present.includes(layer))
  return { top, rest: new Set([...layers].filter((layer) => layer !== top)) }
}
