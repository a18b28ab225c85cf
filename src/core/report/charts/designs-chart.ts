import { pointName } from '../exploration-record.ts'
import { metricOf, unitIn, type PointFrame, type PointMetricName } from '../points/point-frame.ts'
import type { Chart, ChartStop } from './chart.ts'
import { baseOption, legend, paperWidth, valueAxis, withoutPatterns } from './chart-style.ts'
import type { ChartTheme } from './chart-theme.ts'

/** Above so many points a chart draws them in one sweep from one array of numbers, without an object or a mark each. */
const LARGE = 2000
/** Rows of a sheet: more serve nobody on a page; a file of all comes from the project. */
const SHEET_ROWS = 100_000

export interface DesignsView {
  readonly frame: PointFrame
  readonly x: PointMetricName
  readonly y: PointMetricName
  /** Indices of the points that pass the filters. */
  readonly passing: ArrayLike<number>
  /** Indices that none of the passing ones beats in x and y, by rising x. */
  readonly front: ArrayLike<number>
  /** Indices inside the region drawn by hand. */
  readonly brushed: ArrayLike<number>
  readonly selected: number | undefined
}

/** Points drawn alike: what they are called, and their indices. */
export interface DesignGroup {
  readonly name: 'Other designs' | 'Policies' | 'In the region' | 'Beaten by none'
  readonly indices: ArrayLike<number>
}

/** The groups of a chart of designs, in the order of its series, those without a member left out. */
export function designGroups({ frame, passing, front, brushed }: DesignsView): DesignGroup[] {
  const special = new Uint8Array(frame.size)
  for (const indices of [front, brushed]) for (let at = 0; at < indices.length; at++) special[indices[at]!] = 1
  const plain = new Uint32Array(passing.length)
  const policies: number[] = []
  let count = 0
  for (let at = 0; at < passing.length; at++) {
    const index = passing[at]!
    if (special[index] === 1) continue
    if (frame.policy[index] === 1) policies.push(index)
    else plain[count++] = index
  }
  const groups: DesignGroup[] = [
    { name: 'Other designs', indices: plain.subarray(0, count) },
    { name: 'Policies', indices: policies },
    { name: 'In the region', indices: brushed },
    { name: 'Beaten by none', indices: front }
  ]
  return groups.filter(({ indices }) => indices.length > 0)
}

const marks = (
  theme: ChartTheme
): Readonly<Record<DesignGroup['name'], { symbol: string; size: number; color: string }>> => ({
  'Other designs': { symbol: 'circle', size: 5, color: theme.theirs },
  Policies: { symbol: 'diamond', size: 11, color: theme.rival },
  'In the region': { symbol: 'triangle', size: 7, color: theme.categories[2]! },
  'Beaten by none': { symbol: 'circle', size: 9, color: theme.ours }
})

/** Any two quantities of many kept designs: those that pass the filters, policies, the front, a region, the selected one. */
export function designsChart(view: DesignsView, theme: ChartTheme): Chart {
  const { frame, x, y, passing, front, selected } = view
  const [along, up] = [
    { ...metricOf(x), ...unitIn(frame, x) },
    { ...metricOf(y), ...unitIn(frame, y) }
  ]
  const [xs, ys] = [frame.metrics[x], frame.metrics[y]]
  const groups = designGroups(view)
  const styles = marks(theme)
  const place = (index: number): [number, number] => [xs[index]! / along.scale, ys[index]! / up.scale]
  const nameOf = (index: number): string =>
    `${frame.id[index]}: ${pointName({ source: frame.source[index]!, label: frame.label[index]! })}`
  const axis = (metric: typeof along, gap: number) => ({
    ...valueAxis(theme, `${metric.title} (${metric.unit})`, gap),
    scale: true
  })
  const chosen = selected !== undefined && Number.isFinite(xs[selected]) && Number.isFinite(ys[selected])
  return {
    name: 'designs',
    title: `${up.title} (${up.unit}) against ${along.title.toLowerCase()} (${along.unit})`,
    width: paperWidth,
    height: 440,
    description: `Scatter chart of ${passing.length} designs, ${along.title.toLowerCase()} against ${up.title.toLowerCase()}; ${front.length} are beaten by none`,
    sheet: () => ({
      caption: `${passing.length} designs; the first ${front.length} are beaten by none in ${along.title.toLowerCase()} and ${up.title.toLowerCase()}`,
      columns: [
        { key: 'point', title: 'Point', numeric: true },
        { key: 'design', title: 'Design' },
        ...Object.keys(frame.metrics).map((key) => ({
          key,
          title: metricOf(key as PointMetricName).title,
          numeric: true
        }))
      ],
      rows: groups
        .toReversed()
        .flatMap(({ indices }) => Array.from(indices))
        .slice(0, SHEET_ROWS)
        .map((index) => [
          frame.id[index]!,
          pointName({ source: frame.source[index]!, label: frame.label[index]! }),
          ...Object.values(frame.metrics).map((values) => (Number.isNaN(values[index]!) ? null : values[index]!))
        ])
    }),
    stops: () => {
      const series = groups.length - 1
      return Array.from(front, (_index, row): ChartStop => ({ row, series, datum: row }))
    },
    option: {
      ...baseOption(theme),
      ...withoutPatterns,
      // Two lines of legend, where the page is narrow.
      grid: { left: 88, right: 24, top: 16, bottom: 104 },
      legend: { ...legend(theme), icon: undefined, data: groups.map(({ name }) => name) },
      tooltip: {
        ...baseOption(theme).tooltip,
        formatter: ({ seriesIndex, dataIndex }: { seriesIndex: number; dataIndex: number }) => {
          const index = groups[seriesIndex]?.indices[dataIndex]
          if (index === undefined) return ''
          return [
            nameOf(index),
            `${along.title} ${along.format(xs[index]!)}`,
            `${up.title} ${up.format(ys[index]!)}`
          ].join('\n')
        }
      },
      xAxis: axis(along, 32),
      yAxis: axis(up, 70),
      dataZoom: [
        { type: 'inside', xAxisIndex: 0, filterMode: 'none' },
        { type: 'inside', yAxisIndex: 0, filterMode: 'none' }
      ],
      series: [
        ...groups.map(({ name, indices }) => ({
          type: 'scatter',
          name,
          symbol: styles[name].symbol,
          symbolSize: indices.length > LARGE ? 3 : styles[name].size,
          large: indices.length > LARGE,
          dimensions: ['x', 'y'],
          itemStyle: { color: styles[name].color, opacity: name === 'Other designs' ? 0.7 : 1 },
          data: indices.length > LARGE ? packed(indices, xs, along.scale, ys, up.scale) : Array.from(indices, place)
        })),
        {
          type: 'scatter',
          name: 'Selected',
          symbol: 'circle',
          symbolSize: 20,
          silent: true,
          itemStyle: { color: 'transparent', borderColor: theme.ink, borderWidth: 2.5 },
          data: chosen ? [place(selected)] : []
        }
      ]
    }
  }
}

function packed(
  indices: ArrayLike<number>,
  xs: Float64Array,
  along: number,
  ys: Float64Array,
  up: number
): Float32Array {
  const data = new Float32Array(2 * indices.length)
  for (let at = 0; at < indices.length; at++) {
    data[2 * at] = xs[indices[at]!]! / along
    data[2 * at + 1] = ys[indices[at]!]! / up
  }
  return data
}
