import { memoryCategories } from '../categories.ts'
import { formatBytes_B } from '../../format/format-quantity.ts'
import type { MemoryPiece } from '../memory-view.ts'
import { inkOn } from '../palette.ts'
import type { Chart } from './chart.ts'
import { baseOption, paperWidth, textStyle } from './chart-style.ts'
import type { ChartTheme } from './chart-theme.ts'

/** Leaves that a treemap draws; the smallest of more are one. */
const MOST_LEAVES = 400

/**
 * What a treemap's nodes stand for, as ECharts counts them: the whole, then each category before its tensors.
 * @returns undefined for the whole and for categories
 */
export function treemapNodes(pieces: readonly MemoryPiece[]): readonly (MemoryPiece | undefined)[] {
  const shown = pieces.slice(0, MOST_LEAVES)
  const branches = memoryCategories.flatMap(([name]) => {
    const leaves = shown.filter(({ category }) => category === name)
    return leaves.length > 0 ? [undefined, ...leaves] : []
  })
  return [undefined, ...branches]
}

/**
 * What lies in a die's memory at an instant, areas as bytes.
 * @param isChosen which of the pieces are selected: these have a border
 */
export function memoryTreemap(
  pieces: readonly MemoryPiece[],
  when: string,
  theme: ChartTheme,
  isChosen: (piece: MemoryPiece) => boolean = () => false
): Chart {
  const total_B = pieces.reduce((sum, piece) => sum + piece.total_B, 0)
  const shown = pieces.slice(0, MOST_LEAVES)
  const nodes = treemapNodes(pieces)
  return {
    name: 'memorymap',
    title: `What lies there ${when}: ${formatBytes_B(total_B)}`,
    width: paperWidth,
    height: 360,
    description: `Treemap of ${pieces.length} tensors, ${formatBytes_B(total_B)} together`,
    sheet: () => ({
      caption: `Tensors on a die ${when}`,
      columns: [
        { key: 'name', title: 'Tensor' },
        { key: 'category', title: 'Category' },
        { key: 'copies', title: 'Times', numeric: true },
        { key: 'total_B', title: 'Bytes', numeric: true }
      ],
      rows: pieces.map(({ name, category, copies, total_B: bytes }) => [name, category, copies, bytes])
    }),
    stops: () => shown.map((piece, row) => ({ row, series: 0, datum: nodes.indexOf(piece) })),
    option: {
      ...baseOption(theme),
      aria: { enabled: true, label: { enabled: false }, decal: { show: false } },
      tooltip: {
        ...baseOption(theme).tooltip,
        formatter: ({ name, value }: { name: string; value: number }) => `${name}\n${formatBytes_B(value)}`
      },
      series: [
        {
          type: 'treemap',
          left: 4,
          right: 4,
          top: 4,
          bottom: 4,
          roam: false,
          nodeClick: false,
          breadcrumb: { show: false },
          label: { ...textStyle(theme), formatter: '{b}', overflow: 'truncate' },
          upperLabel: { ...textStyle(theme), show: true, height: 20, color: theme.ink },
          itemStyle: { borderColor: theme.ground, borderWidth: 1, gapWidth: 1 },
          levels: [{ itemStyle: { gapWidth: 3 } }, { itemStyle: { borderColor: theme.line, borderWidth: 2 } }],
          data: memoryCategories.flatMap(([name, title], index) => {
            const color = theme.categories[index % theme.categories.length]!
            const children = shown
              .filter(({ category }) => category === name)
              .map((piece) => ({
                name: piece.name,
                value: piece.total_B,
                itemStyle: { color, ...(isChosen(piece) && { borderColor: theme.ink, borderWidth: 3 }) },
                label: { color: inkOn(color) }
              }))
            const value = children.reduce((sum, child) => sum + child.value, 0)
            return value > 0
              ? [{ name: `${title} ${formatBytes_B(value)}`, value, itemStyle: { color }, children }]
              : []
          })
        }
      ]
    }
  }
}
