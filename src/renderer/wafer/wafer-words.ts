import { dieWords, linkWords } from '../../core/format/place-words.ts'
import type { DefectMap } from '../../core/chip/defects/defect-map.ts'
import type { WaferChipSpec } from '../../core/chip/chip-spec.ts'
import type { Mapping } from '../../core/mapping/mapping.ts'
import { formatIn, formatShare } from '../../core/format/format-quantity.ts'
import { stageOfDies } from './stage-regions.ts'
import type { DieOverlay, LinkOverlay, WaferSelection } from './wafer-overlay.ts'
import { keyOf, placeOfKey, type SceneDie } from '../../core/chip/editing/wafer-scene.ts'

/** What a wafer view shows beside the chip itself. */
export interface WaferContent {
  readonly chip: WaferChipSpec
  readonly mapping?: Mapping | undefined
  readonly heat?: DieOverlay | undefined
  readonly links?: LinkOverlay | undefined
  readonly defects?: DefectMap | undefined
}

/** What can be said of dies and links, and what choosing a die means. */
export interface WaferWords {
  die(die: SceneDie): string
  link(key: string): string
  chosen(die: SceneDie): WaferSelection
  readonly title: string
}

function titleOf({ chip, mapping }: WaferContent): string {
  const { rows, columns } = chip.grid
  const size = `${chip.wafers > 1 ? `${chip.wafers} wafers` : 'Wafer'} of ${rows} × ${columns} dies`
  if (!mapping) return size
  const { region, stages, dataParallel } = mapping
  return `${size}: ${stages.length} stages of ${region.rows} by ${region.columns} dies, ${dataParallel} replicas`
}

const span = (first: number, count: number): string => (count > 1 ? `${first} to ${first + count - 1}` : String(first))

export function waferWords(content: WaferContent): WaferWords {
  const { chip, mapping, heat, links, defects } = content
  const stages = mapping && stageOfDies(mapping)
  const dead = new Set((defects?.deadDies ?? []).map(keyOf))
  return {
    title: titleOf(content),
    die({ key, place: [row, column], rows, columns, onWafer }) {
      const at = stages?.get(key)
      const value = heat?.values[row * chip.grid.columns + column]
      const isBlock = rows * columns > 1
      const replica = mapping && mapping.dataParallel > 1 ? `replica ${at?.replica}, ` : ''
      return [
        isBlock ? `dies of rows ${span(row, rows)}, columns ${span(column, columns)}` : dieWords([row, column]),
        ...(mapping ? [at ? `${replica}stage ${at.stage}` : 'idle'] : []),
        ...(heat ? [`${heat.title} ${value === undefined ? 'not known' : formatIn(value, heat.unit)}`] : []),
        ...(dead.has(key) ? ['dead'] : []),
        ...(onWafer ? [] : ['outside the usable wafer'])
      ].join(', ')
    },
    link(key) {
      const share = links?.values.get(key)
      const used = share === undefined ? 'not modelled' : `${formatShare(share)} used`
      const [from, to] = key.split('-').map(placeOfKey)
      return `link from ${linkWords(from!, to!)}${links ? `, ${used}` : ''}`
    },
    chosen({ key, place }) {
      const at = stages?.get(key)
      return { die: place, ...(at && { stage: at.stage }) }
    }
  }
}
