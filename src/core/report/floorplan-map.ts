import type { WaferChipSpec } from '../chip/chip-spec.ts'
import { coresMade } from '../chip/defects/edit-defects.ts'
import type { DefectMap } from '../chip/defects/defect-map.ts'
import { usableRadius_mm } from '../chip/editing/site-drawing.ts'
import { keyOf, usableOutline, waferScene, type WaferScene } from '../chip/editing/wafer-scene.ts'
import type { Rectangle } from '../chip/floorplan.ts'
import { chartThemes } from './charts/chart-theme.ts'
import type { DataSheet } from './data-sheet.ts'
import { escapeHtml } from './escape-html.ts'
import type { DrawnFigure } from './figure.ts'
import { counted } from '../format/counted.ts'
import { formatSize_mm } from '../format/format-quantity.ts'
import { limitColor, quietInk } from './palette.ts'
import { boxOf } from './svg-box.ts'

const crossOf = ({ x, y, width, height }: Rectangle): string =>
  `M${x.toFixed(2)} ${y.toFixed(2)}l${width.toFixed(2)} ${height.toFixed(2)}m0 ${(-height).toFixed(2)}l${(-width).toFixed(2)} ${height.toFixed(2)}`

const middleOf = ({ x, y, width, height }: Rectangle): readonly [number, number] => [x + width / 2, y + height / 2]

/** What is left of dies that are not dead but not whole, in words that fit a die. */
function remainders({ slowDies, deadCores }: DefectMap, chip: WaferChipSpec): ReadonlyMap<string, string> {
  const slow = slowDies.map(({ die, clock }) => [keyOf(die), `${Math.round(clock * 100)}%`] as const)
  const short = deadCores.map(({ die, cores, share }) => {
    const dead = cores ?? Math.round((share ?? 0) * coresMade(chip))
    return [keyOf(die), `−${dead} cores`] as const
  })
  const words = new Map<string, string>()
  for (const [key, word] of [...slow, ...short]) words.set(key, [words.get(key), word].filter(Boolean).join(', '))
  return words
}

/**
 * The wafers of a chip seen from above, to scale in millimetres: outline, what may carry dies, dies with their DRAM; with a defect map also
 * dead dies and links, crossed out, and what is left of others.
 */
function floorplanMap(chip: WaferChipSpec, scene: WaferScene, defects?: DefectMap): string {
  const half = chip.wafer.size_mm / 2
  const isDisc = chip.wafer.shape === 'disc'
  const stack = `fill="#d5dbe1" stroke="${quietInk}" stroke-width="0.15"`
  const wafers = scene.wafers.map(({ x, y, ports }) => {
    const style = `fill="#f4f6f8" stroke="${quietInk}" stroke-width="0.8"`
    const outline = isDisc
      ? `<circle r="${half}" ${style}/>`
      : `<rect ${boxOf({ x: -half, y: -half, width: 2 * half, height: 2 * half })} ${style}/>`
    const usable = `<path d="${usableOutline(half, usableRadius_mm(chip), isDisc)}" fill="none" stroke="${quietInk}" stroke-width="0.4" stroke-dasharray="3 2"/>`
    return `<g transform="translate(${x} ${y})">${outline}${usable}${ports.map((port) => `<rect ${boxOf(port)} ${stack}/>`).join('')}</g>`
  })
  const dead = new Set(defects?.deadDies.map(keyOf))
  const left = defects ? remainders(defects, chip) : new Map<string, string>()
  const cross = `fill="none" stroke="${limitColor}" stroke-width="1"`
  const dies = scene.dies.map(({ key, place, die, stacks, onWafer, rows, columns }) => {
    const [x, y] = middleOf(die)
    const name = rows * columns > 1 ? `${rows} × ${columns}` : place.join(',')
    const text = (words: string, at: number): string => {
      const size = Math.min(die.height * 0.24, (die.width * 0.85) / (words.length * 0.6))
      return `<text x="${x.toFixed(2)}" y="${(y + die.height * at + size * 0.35).toFixed(2)}" font-size="${size.toFixed(2)}" text-anchor="middle" fill="${quietInk}">${words}</text>`
    }
    const edge = onWafer
      ? `stroke="${quietInk}" stroke-width="0.4"`
      : `stroke="${limitColor}" stroke-width="0.6" stroke-dasharray="2 1.5"`
    const remainder = left.get(key)
    return (
      stacks.map((box) => `<rect ${boxOf(box)} ${stack}/>`).join('') +
      `<rect ${boxOf(die)} fill="#ffffff" ${edge}/>${text(name, remainder === undefined ? 0 : -0.15)}` +
      (remainder === undefined ? '' : text(remainder, 0.22)) +
      (dead.has(key) ? `<path d="${crossOf(die)}" ${cross}/>` : '')
    )
  })
  const middles = new Map(scene.block === 1 ? scene.dies.map(({ key, die }) => [key, middleOf(die)]) : [])
  const links = (defects?.deadLinks ?? []).flatMap(([a, b]) => {
    const [from, to] = [middles.get(keyOf(a)), middles.get(keyOf(b))]
    if (!from || !to) return []
    const box = { x: (from[0] + to[0]) / 2 - 1.5, y: (from[1] + to[1]) / 2 - 1.5, width: 3, height: 3 }
    return [`<path d="${crossOf(box)}" ${cross}/>`]
  })
  const { x, y, width, height } = scene.bounds
  const { rows, columns } = chip.grid
  const words = [
    `50 mm; ${rows} × ${columns} dies of ${formatSize_mm(chip.die)}`,
    ...(chip.wafers > 1 ? [`${chip.wafers} wafers`] : []),
    ...(defects
      ? [`${counted(defects.deadDies.length, 'dead die')}, ${counted(defects.deadLinks.length, 'dead link')}`]
      : []),
    ...(scene.note === '' ? [] : [scene.note])
  ].join('; ')
  const size = Math.min(8, (0.96 * width) / (words.length * 0.56))
  const scale =
    `<g transform="translate(${(x + 4).toFixed(1)} ${(y + height + 4).toFixed(1)})" font-size="${size.toFixed(2)}" fill="${quietInk}">` +
    `<path d="M0 -3v3h50v-3" fill="none" stroke="${quietInk}" stroke-width="0.8"/><text y="${(size + 2).toFixed(2)}">${escapeHtml(words)}</text></g>`
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${escapeHtml(`Floorplan: ${words}`)}" ` +
    `viewBox="${x.toFixed(1)} ${y.toFixed(1)} ${width.toFixed(1)} ${(height + 18).toFixed(1)}" width="${Math.min(920, Math.round(520 * Math.max(1, width / height)))}" ` +
    `font-family="${escapeHtml(chartThemes.print.font)}">${wafers.join('')}${dies.join('')}${links.join('')}${scale}</svg>`
  )
}

/** The dies that are drawn, by place and in mm of the drawing; with a defect map, what is left of each. */
function sheetOf({ dies }: WaferScene, chip: WaferChipSpec, defects?: DefectMap): DataSheet {
  const dead = new Set(defects?.deadDies.map(keyOf))
  const left = defects ? remainders(defects, chip) : new Map<string, string>()
  return {
    caption: 'Dies of the wafers, by the upper left corner of each in the drawing',
    columns: [
      ...['wafer', 'row', 'column', 'rows', 'columns'].map((key) => ({ key, title: key, numeric: true })),
      ...['x_mm', 'y_mm', 'width_mm', 'height_mm'].map((key) => ({ key, title: key.slice(0, -3), numeric: true })),
      { key: 'onWafer', title: 'on the wafer' },
      ...(defects ? [{ key: 'state', title: 'state' }] : [])
    ],
    rows: dies.map(({ key, place, wafer, rows, columns, die, onWafer }) => [
      wafer,
      ...place,
      rows,
      columns,
      ...[die.x, die.y, die.width, die.height].map((mm) => Number(mm.toFixed(4))),
      onWafer,
      ...(defects ? [dead.has(key) ? 'dead' : (left.get(key) ?? 'whole')] : [])
    ])
  }
}

/** The wafers of a chip with their dies, drawn and as numbers; with a defect map also what is broken on them. */
export function floorplanFigure(chip: WaferChipSpec, defects?: DefectMap): DrawnFigure {
  const scene = waferScene(chip)
  return {
    name: defects ? 'defects' : 'floorplan',
    title: `Wafer of ${chip.title || chip.name}`,
    sheet: sheetOf(scene, chip, defects),
    picture: { svg: floorplanMap(chip, scene, defects) }
  }
}
