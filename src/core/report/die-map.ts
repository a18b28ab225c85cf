import type { WaferChipSpec } from '../chip/chip-spec.ts'
import { dieScene, type DieScene } from '../chip/editing/die-scene.ts'
import { shorelinePlan } from '../chip/editing/shoreline-plan.ts'
import { dieArea_mm2 } from '../chip/floorplan.ts'
import { counted } from '../format/counted.ts'
import { formatArea_mm2, formatLength_mm, formatShare } from '../format/format-quantity.ts'
import { chartThemes } from './charts/chart-theme.ts'
import type { DataSheet } from './data-sheet.ts'
import { escapeHtml } from './escape-html.ts'
import type { DrawnFigure } from './figure.ts'
import { ink, quietInk } from './palette.ts'
import { boxOf } from './svg-box.ts'

const fills = {
  core: '#dde8f1',
  sram: '#009e73',
  arithmetic: '#0072b2',
  link: '#d55e00',
  dram: '#cc79a7',
  stack: '#d5dbe1'
}

function sheetOf(chip: WaferChipSpec, { shares }: DieScene): DataSheet {
  const area_mm2 = dieArea_mm2(chip)
  const inside = [
    ['SRAM', shares.sram],
    ['arithmetic', shares.arithmetic],
    ['wires, control, free', shares.rest]
  ] as const
  return {
    caption: 'Parts of a die: areas inside, at the low end of published figures, and lengths along its edges',
    columns: [
      { key: 'part', title: 'Part' },
      { key: 'edge', title: 'Edge' },
      { key: 'area_mm2', title: 'Area', numeric: true },
      { key: 'length_mm', title: 'Length', numeric: true },
      { key: 'share', title: 'Share of die or edge', numeric: true }
    ],
    rows: [
      ...inside.map(([part, share]) => [part, null, share * area_mm2, null, share]),
      ...shorelinePlan(chip).flatMap(({ edge, length_mm, link_mm, dram_mm, free_mm }) =>
        (
          [
            ['link PHY', link_mm],
            ['DRAM PHY', dram_mm],
            ['free', free_mm]
          ] as const
        ).map(([part, part_mm]) => [part, edge, null, part_mm, part_mm / length_mm])
      )
    ]
  }
}

/** The keys below the die, in two lines. */
function keysOf(chip: WaferChipSpec, { shares, grid }: DieScene, size: number): string {
  const lines: readonly (readonly (readonly [fill: string, words: string])[])[] = [
    [
      [fills.sram, `SRAM ${formatShare(shares.sram)}`],
      [fills.arithmetic, `arithmetic ${formatShare(shares.arithmetic)}`],
      [fills.core, `wires, control, free ${formatShare(shares.rest)} of ${formatArea_mm2(dieArea_mm2(chip))}`]
    ],
    [
      [fills.link, 'link PHY'],
      [fills.dram, 'DRAM PHY'],
      [fills.stack, 'DRAM stack']
    ]
  ]
  const keys = lines.map((line, at) => {
    let x = 0
    return line
      .map(([fill, words]) => {
        const left = x
        x += (words.length * 0.6 + 3) * size
        const y = at * size * 1.6
        return (
          `<rect x="${left.toFixed(2)}" y="${(y - size * 0.85).toFixed(2)}" width="${size.toFixed(2)}" height="${size.toFixed(2)}" fill="${fill}" stroke="${quietInk}" stroke-width="${(size / 20).toFixed(3)}"/>` +
          `<text x="${(left + size * 1.4).toFixed(2)}" y="${y.toFixed(2)}">${escapeHtml(words)}</text>`
        )
      })
      .join('')
  })
  const cell = grid.block > 1 ? `; a cell stands for ${grid.block} × ${grid.block} cores` : ''
  const note = `${counted(chip.die.cores, 'core')}; their order and the depth of PHYs are drawn, not modelled${cell}`
  return `${keys.join('')}<text y="${(size * 3.2).toFixed(2)}">${note}</text>`
}

/** The inside of a die with its DRAM, to scale: cores with their SRAM and arithmetic, interfaces as long as the shoreline they take. */
export function dieFigure(chip: WaferChipSpec): DrawnFigure {
  const scene = dieScene(chip)
  const { site, die, stacks, interfaces, array, cells } = scene
  const unit = Math.max(site.width, site.height)
  const margin = unit * 0.07
  const size = unit * 0.026
  const thin = `stroke-width="${(unit / 700).toFixed(3)}"`
  const isAbove = chip.memory.kind === 'stacked-on-die'
  const [width, height] = [formatLength_mm(chip.die.width_mm), formatLength_mm(chip.die.height_mm)]
  const core = `fill="${fills.core}"`
  const y = site.y - margin
  const wide = Math.max(site.width + 2 * margin, size * 50)
  const tall = site.height + 2 * margin + size * 6
  const stackRects = stacks
    .map(
      (box) =>
        `<rect ${boxOf(box)} fill="${isAbove ? 'none' : fills.stack}" stroke="${isAbove ? ink : quietInk}" ${thin}/>`
    )
    .join('')
  return {
    name: 'die',
    title: `Inside of a die of ${chip.title || chip.name}`,
    sheet: sheetOf(chip, scene),
    picture: {
      svg:
        `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${escapeHtml(`Die of ${width} by ${height} with ${counted(chip.die.cores, 'core')}`)}" ` +
        `viewBox="${(-wide / 2).toFixed(2)} ${y.toFixed(2)} ${wide.toFixed(2)} ${tall.toFixed(2)}" width="640" font-family="${escapeHtml(chartThemes.print.font)}">` +
        `<rect ${boxOf(site)} fill="none" stroke="#b8c1ca" stroke-dasharray="${(unit / 90).toFixed(2)}" ${thin}/>${isAbove ? '' : stackRects}` +
        `<rect ${boxOf(die)} fill="#f4f6f8" stroke="${ink}" stroke-width="${(unit / 300).toFixed(3)}"/>` +
        (cells.length > 0
          ? cells
              .map(
                (cell) =>
                  `<rect ${boxOf(cell.core)} ${core}/><rect ${boxOf(cell.sram)} fill="${fills.sram}"/><rect ${boxOf(cell.arithmetic)} fill="${fills.arithmetic}"/>`
              )
              .join('')
          : `<rect ${boxOf(array)} ${core}/>`) +
        interfaces
          .map(({ kind, title, box }) => `<rect ${boxOf(box)} fill="${fills[kind]}"><title>${title}</title></rect>`)
          .join('') +
        (isAbove ? stackRects : '') +
        `<g font-size="${(margin * 0.5).toFixed(2)}" text-anchor="middle" fill="${ink}"><text y="${(site.y + site.height + margin * 0.7).toFixed(2)}">${width}</text>` +
        `<text transform="translate(${(site.x - margin * 0.3).toFixed(2)} 0) rotate(-90)">${height}</text></g>` +
        `<g font-size="${size.toFixed(2)}" fill="${quietInk}" transform="translate(${(-wide / 2 + size).toFixed(2)} ${(site.y + site.height + margin + size * 1.4).toFixed(2)})">${keysOf(chip, scene, size)}</g></svg>`
    }
  }
}
