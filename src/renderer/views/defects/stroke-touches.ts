import type { Place } from '../../../core/chip/defects/defect-map.ts'
import type { BrushStroke, Link } from '../../../core/chip/defects/edit-defects.ts'
import { formatCount } from '../../../core/format/format-number.ts'
import type { PaintStroke } from '../../wafer/wafer-overlay.ts'
import { keyOf, placeOfKey } from '../../../core/chip/editing/wafer-scene.ts'

/** The link that a key of the wafer view names, `row,column-row,column`. */
export function linkOfKey(key: string): Link {
  const [from = '', to = ''] = key.split('-')
  return [placeOfKey(from), placeOfKey(to)]
}

/** How a brush is set when it is put down. */
export type Brush = Pick<BrushStroke, 'paints' | 'erase' | 'clock'>

/** What a stroke has touched so far, each thing once however often the pointer comes by. */
export class StrokeTouches {
  readonly #brush: Brush
  readonly #coresPerCell: number
  readonly #dies = new Map<string, Place>()
  readonly #links = new Map<string, Link>()
  readonly #cores = new Map<string, { readonly die: Place; readonly cells: Set<number> }>()

  /** @param coresPerCell cores that one drawn cell of a die stands for */
  constructor(brush: Brush, coresPerCell: number) {
    this.#brush = brush
    this.#coresPerCell = coresPerCell
  }

  add({ dies, links, cores }: Pick<PaintStroke, 'dies' | 'links' | 'cores'>): void {
    for (const die of dies) this.#dies.set(keyOf(die), die)
    for (const key of links) this.#links.set(key, linkOfKey(key))
    for (const { die, core } of cores) {
      const found = this.#cores.get(keyOf(die)) ?? { die, cells: new Set<number>() }
      this.#cores.set(keyOf(die), found)
      found.cells.add(core)
    }
  }

  get stroke(): BrushStroke {
    return {
      ...this.#brush,
      dies: [...this.#dies.values()],
      links: [...this.#links.values()],
      cores: [...this.#cores.values()].map(({ die, cells }) => ({ die, count: cells.size * this.#coresPerCell }))
    }
  }
}

const nouns = {
  die: ['dead die', 'dead dies'],
  link: ['dead link', 'dead links'],
  core: ['dead core', 'dead cores'],
  slow: ['slow die', 'slow dies']
} as const

/** A stroke as the history names it. */
export function strokeWords({ paints, erase, dies, links, cores }: BrushStroke): string {
  const count = {
    die: dies.length,
    slow: dies.length,
    link: links.length,
    core: cores.reduce((sum, one) => sum + one.count, 0)
  }[paints]
  return `${erase ? 'Erase' : 'Paint'} ${formatCount(count)} ${nouns[paints][count === 1 ? 0 : 1]}`
}
