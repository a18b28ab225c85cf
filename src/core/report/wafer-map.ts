import type { WaferChipSpec } from '../chip/chip-spec.ts'
import { sitesRectangle_mm, type Rectangle } from '../chip/floorplan.ts'
import type { StoredPoint } from './run-record.ts'
import { chartThemes } from './charts/chart-theme.ts'
import { escapeHtml } from './escape-html.ts'
import { gridLine, inkOn, quietInk, sequenceColor } from './palette.ts'

/** A mapping on its chip, as of a point. */
export type PlacedMapping = Pick<StoredPoint, 'chip' | 'mapping'>

const rectangle = ({ x, y, width, height }: Rectangle, attributes: string): string =>
  `<rect x="${x.toFixed(2)}" y="${y.toFixed(2)}" width="${width.toFixed(2)}" height="${height.toFixed(2)}" ${attributes}/>`

const outline = ({ wafer }: WaferChipSpec): string => {
  const half = wafer.size_mm / 2
  const style = `fill="#f4f6f8" stroke="${quietInk}" stroke-width="0.8"`
  return wafer.shape === 'disc'
    ? `<circle r="${half}" ${style}/>`
    : rectangle({ x: -half, y: -half, width: 2 * half, height: 2 * half }, style)
}

function idleDies(chip: WaferChipSpec): string {
  const dies: string[] = []
  for (let row = 0; row < chip.grid.rows; row++)
    for (let column = 0; column < chip.grid.columns; column++)
      dies.push(
        rectangle(sitesRectangle_mm(chip, row, column, 1, 1), `fill="#ffffff" stroke="#b8c1ca" stroke-width="0.6"`)
      )
  return dies.join('')
}

/** The dies of one region: filled by stage, each die's border drawn, the region's name in its middle. */
function region(
  chip: WaferChipSpec,
  point: PlacedMapping,
  replica: number,
  stage: number,
  row: number,
  column: number
): string {
  const { rows, columns } = point.mapping.region
  const stages = point.mapping.stages.length
  const color = sequenceColor(stages > 1 ? stage / (stages - 1) : 0.5)
  const dies: string[] = []
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++)
      dies.push(
        rectangle(
          sitesRectangle_mm(chip, row + i, column + j, 1, 1),
          `fill="${color}" stroke="#ffffff" stroke-opacity="0.45" stroke-width="0.5"`
        )
      )
  const box = sitesRectangle_mm(chip, row, column, rows, columns)
  const label = point.mapping.dataParallel > 1 ? `R${replica} S${stage}` : `S${stage}`
  const size = Math.min(11, box.height * 0.45, (box.width * 0.92) / (label.length * 0.62))
  const text =
    `<text x="${(box.x + box.width / 2).toFixed(2)}" y="${(box.y + box.height / 2 + size * 0.35).toFixed(2)}" ` +
    `font-size="${size.toFixed(2)}" text-anchor="middle" fill="${inkOn(color)}">${label}</text>`
  return `<g><title>replica ${replica}, stage ${stage}</title>${dies.join('')}${rectangle(box, `fill="none" stroke="#111111" stroke-width="1"`)}${text}</g>`
}

/**
 * The wafers of a design seen from above, to scale in millimetres: outline, die sites (the die with its DRAM), and each stage's region of each replica. Rows of the
 * placement count on from wafer to wafer. Stage colours run along the pipeline; every region also carries its name.
 * @returns undefined for a cluster, which has no floorplan
 */
export function waferMap(point: PlacedMapping): string | undefined {
  const { chip, mapping } = point
  if (chip.kind !== 'wafer') return undefined
  const [side, margin] = [chip.wafer.size_mm, 6]
  const pitch = side + 2 * margin
  const regions = mapping.placement.flatMap((stages, replica) =>
    stages.map(([row, column], stage) => ({
      wafer: Math.floor(row / chip.grid.rows),
      replica,
      stage,
      row: row % chip.grid.rows,
      column
    }))
  )
  const across = Math.min(chip.wafers, 4)
  const down = Math.ceil(chip.wafers / across)
  const wafers = Array.from({ length: chip.wafers }, (_, index) => {
    const [x, y] = [(index % across) * pitch + pitch / 2, Math.floor(index / across) * (pitch + 14) + pitch / 2]
    const own = regions.filter((at) => at.wafer === index)
    const name =
      chip.wafers > 1
        ? `<text y="${pitch / 2 + 6}" font-size="10" text-anchor="middle" fill="${quietInk}">wafer ${index}</text>`
        : ''
    const body = own.map((at) => region(chip, point, at.replica, at.stage, at.row, at.column)).join('')
    return `<g transform="translate(${x} ${y})">${outline(chip)}${idleDies(chip)}${body}${name}</g>`
  })
  const [width, height] = [across * pitch, down * (pitch + 14) + 8]
  const scale = `<g transform="translate(${margin} ${height - 10})"><path d="M0 -3v3h50v-3" fill="none" stroke="${quietInk}" stroke-width="0.8"/><text x="54" y="1" font-size="8" fill="${quietInk}">50 mm; S = stage${mapping.dataParallel > 1 ? ', R = replica' : ''}, white = idle die</text></g>`
  const description = escapeHtml(
    `Wafer map: ${mapping.stages.length} stages of ${mapping.region.rows} by ${mapping.region.columns} dies, ${mapping.dataParallel} replicas`
  )
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${description}" viewBox="0 0 ${width} ${height}" ` +
    `width="${Math.min(920, across * 520)}" font-family="${escapeHtml(chartThemes.print.font)}">` +
    `<rect width="${width}" height="${height}" fill="none" stroke="${gridLine}" stroke-width="0"/>${wafers.join('')}${scale}</svg>`
  )
}
