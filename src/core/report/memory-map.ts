import { dieWords } from '../format/place-words.ts'
import type { WaferChipSpec } from '../chip/chip-spec.ts'
import { waferScene, type SceneDie } from '../chip/editing/wafer-scene.ts'
import { formatBytes_B, formatShare } from '../format/format-quantity.ts'
import type { Mapping } from '../mapping/mapping.ts'
import type { StageEvaluation } from '../simulator/evaluation.ts'
import { chartThemes } from './charts/chart-theme.ts'
import type { DataSheet } from './data-sheet.ts'
import { escapeHtml } from './escape-html.ts'
import type { DrawnFigure } from './figure.ts'
import { ink, inkOn, quietInk, sequence, sequenceColor } from './palette.ts'
import { boxOf } from './svg-box.ts'
import { waferGrounds } from './wafer-grounds.ts'
import type { PlacedMapping } from './wafer-map.ts'

/** What a die is busy with: its stage, of which replica. */
export interface BusyDie {
  readonly stage: number
  readonly replica: number
}

/** The work of every die of all wafers, row by row; undefined where it has none. */
export function busyDies(
  { grid, wafers }: WaferChipSpec,
  { placement, region }: Mapping
): readonly (BusyDie | undefined)[] {
  const dies: (BusyDie | undefined)[] = Array.from({ length: grid.rows * grid.columns * wafers }, () => undefined)
  for (const [replica, corners] of placement.entries())
    for (const [stage, [row, column]] of corners.entries())
      for (let y = row; y < row + region.rows; y++)
        for (let x = column; x < column + region.columns; x++) dies[y * grid.columns + x] = { stage, replica }
  return dies
}

function sheetOf(
  chip: WaferChipSpec,
  dies: readonly (BusyDie | undefined)[],
  stages: readonly StageEvaluation[]
): DataSheet {
  const { columns } = chip.grid
  return {
    caption: 'Peak memory of every die that works',
    columns: [
      { key: 'row', title: 'Row', numeric: true },
      { key: 'column', title: 'Column', numeric: true },
      { key: 'replica', title: 'Replica', numeric: true },
      { key: 'stage', title: 'Stage', numeric: true },
      { key: 'peak_B', title: 'Peak memory', numeric: true },
      { key: 'capacity_B', title: 'Capacity', numeric: true }
    ],
    rows: dies.flatMap((busy, at) => {
      if (!busy) return []
      const { peak, capacity } = stages[busy.stage]!.memory_B
      return [[Math.floor(at / columns), at % columns, busy.replica, busy.stage, peak, capacity]]
    })
  }
}

/** The scale below the wafers: from nothing to all of a die's memory, and what is hatched. */
function scale(name: string, width: number, capacity_B: number): string {
  const size = Math.min(7, width / 50)
  const at = (x: number): string => (x * size).toFixed(1)
  return (
    `<g font-size="${size.toFixed(2)}" fill="${quietInk}"><text>0</text>` +
    `<rect x="${at(1.2)}" y="${-size}" width="${at(10)}" height="${size}" fill="url(#${name}-scale)"/><text x="${at(11.8)}">${formatBytes_B(capacity_B)} of a die</text>` +
    `<rect x="${at(23)}" y="${-size}" width="${at(2)}" height="${size}" fill="url(#${name}-over)" stroke="${quietInk}" stroke-width="0.4"/><text x="${at(25.6)}">does not fit</text>` +
    `<rect x="${at(34)}" y="${-size}" width="${at(2)}" height="${size}" fill="#ffffff" stroke="${quietInk}" stroke-width="0.4"/><text x="${at(36.6)}">no work</text></g>`
  )
}

/**
 * The peak memory of the dies of a design, on the wafers seen from above: coloured by how full they are, each with the share of its memory;
 * on an enormous grid, of the fullest die of a block.
 * @param name unique in its page
 * @param stages of the design, evaluated
 * @returns undefined for a cluster, which has no floorplan
 */
export function memoryDiesFigure(
  name: string,
  { chip, mapping }: PlacedMapping,
  stages: readonly StageEvaluation[]
): DrawnFigure | undefined {
  if (chip.kind !== 'wafer') return undefined
  const scene = waferScene(chip)
  const dies = busyDies(chip, mapping)
  const shareOf = ({ place: [row, column], rows, columns }: SceneDie): number | undefined => {
    let most: number | undefined
    for (let y = row; y < row + rows; y++)
      for (let x = column; x < column + columns; x++) {
        const busy = dies[y * chip.grid.columns + x]
        if (!busy) continue
        const { peak, capacity } = stages[busy.stage]!.memory_B
        most = Math.max(most ?? 0, peak / capacity)
      }
    return most
  }
  const cells = scene.dies.map((one) => {
    const share = shareOf(one)
    const { x, y, width, height } = one.die
    if (share === undefined) return `<rect ${boxOf(one.die)} fill="#ffffff" stroke="#b8c1ca" stroke-width="0.6"/>`
    const color = sequenceColor(Math.min(1, share))
    const words = formatShare(share)
    const size = Math.min(height * 0.24, (width * 0.85) / (words.length * 0.6))
    const over = share > 1 ? `<rect ${boxOf(one.die)} fill="url(#${name}-over)"/>` : ''
    return (
      `<g><title>${dieWords(one.place)}: ${words}</title><rect ${boxOf(one.die)} fill="${color}" stroke="#ffffff" stroke-width="0.4"/>${over}` +
      `<text x="${(x + width / 2).toFixed(2)}" y="${(y + height / 2 + size * 0.35).toFixed(2)}" font-size="${size.toFixed(2)}" text-anchor="middle" fill="${inkOn(color)}">${words}</text></g>`
    )
  })
  const { x, y, width, height } = scene.bounds
  const stops = sequence.map((color, at) => `<stop offset="${at / (sequence.length - 1)}" stop-color="${color}"/>`)
  const fullest = stages.reduce((most, { memory_B }) => Math.max(most, memory_B.peak), 0)
  const capacity_B = stages[0]!.memory_B.capacity
  const description = `Peak memory of dies on the wafer, ${formatBytes_B(fullest)} of ${formatBytes_B(capacity_B)} on the fullest`
  return {
    name,
    title: 'Peak memory of all dies, on the wafer',
    sheet: sheetOf(chip, dies, stages),
    picture: {
      svg:
        `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${escapeHtml(description)}" ` +
        `viewBox="${x.toFixed(1)} ${y.toFixed(1)} ${width.toFixed(1)} ${(height + 14).toFixed(1)}" width="${Math.min(920, Math.round(520 * Math.max(1, width / height)))}" ` +
        `font-family="${escapeHtml(chartThemes.print.font)}"><defs><linearGradient id="${name}-scale">${stops.join('')}</linearGradient>` +
        `<pattern id="${name}-over" width="2.4" height="2.4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="1" height="2.4" fill="${ink}"/></pattern></defs>` +
        `${waferGrounds(chip, scene.wafers)}${cells.join('')}` +
        `<g transform="translate(${(x + 4).toFixed(1)} ${(y + height + 10).toFixed(1)})">${scale(name, width, capacity_B)}</g></svg>`
    }
  }
}
