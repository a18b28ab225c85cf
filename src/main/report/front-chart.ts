import { isPolicy, type ExplorationRecord } from '../../core/report/exploration-record.ts'
import { formatNumber } from '../../core/report/format-number.ts'
import type { StoredPoint } from '../../core/report/run-record.ts'
import { chartWidth, legend, textStyle, tick, valueAxis } from './chart-style.ts'
import { ink, sequence, theirs } from '../../core/report/palette.ts'
import type { Chart } from './render-chart.ts'

/** More points than this say nothing more on paper. */
const mostPoints = 2000

/** Power in kW (upper estimate), tokens/s, peak memory in GB. */
const place = ({ evaluation }: StoredPoint): [number, number, number] => [
  evaluation.power_W.high / 1e3,
  evaluation.tokensPerSecond,
  evaluation.memory_B.peak / 1e9
]

const thinned = (points: readonly StoredPoint[]): StoredPoint[] => {
  const stride = Math.max(1, Math.ceil(points.length / mostPoints))
  return points.filter((_, index) => index % stride === 0)
}

/** A range a little wider than the values, never of no width. */
function around(values: readonly number[]): { min: number; max: number } {
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const margin = (high - low) * 0.08 || Math.abs(high) * 0.1 || 1
  return { min: Math.max(0, low - margin), max: high + margin }
}

/** Kept feasible points: the front large and ringed, policies as diamonds, the rest small; colour is the peak memory. */
export function frontChart(record: ExplorationRecord): Chart {
  const feasible = record.points.filter((point) => point.evaluation.feasible)
  const groups = [
    {
      name: 'Other kept designs',
      symbol: 'circle',
      size: 5,
      points: thinned(feasible.filter((p) => !p.onFront && !isPolicy(p)))
    },
    { name: 'Policies', symbol: 'diamond', size: 11, points: feasible.filter((p) => !p.onFront && isPolicy(p)) },
    { name: 'On the front', symbol: 'circle', size: 12, points: feasible.filter((p) => p.onFront) }
  ].filter(({ points }) => points.length > 0)
  const places = groups.flatMap(({ points }) => points.map(place))
  const memory = places.map((p) => p[2])
  const [least, most] = [Math.min(...memory), Math.max(...memory)]
  const short = (value: number): string => formatNumber(value)
  const axis = (name: string, gap: number, values: readonly number[]) => ({
    ...valueAxis(name, gap),
    ...around(values),
    axisLabel: { formatter: tick, showMinLabel: false, showMaxLabel: false, hideOverlap: true }
  })
  return {
    width: chartWidth,
    height: 460,
    description: `Scatter chart of ${places.length} designs: power against throughput, ${groups.at(-1)?.points.length ?? 0} on the front`,
    option: {
      textStyle,
      grid: { left: 92, right: 140, top: 20, bottom: 84 },
      legend: { ...legend, icon: undefined, data: groups.map(({ name }) => name) },
      xAxis: axis(
        'Power, upper estimate (kW)',
        32,
        places.map((p) => p[0])
      ),
      yAxis: axis(
        'Throughput (tokens/s)',
        74,
        places.map((p) => p[1])
      ),
      visualMap: {
        type: 'continuous',
        dimension: 2,
        min: least,
        max: most > least ? most : least + 1,
        right: 8,
        top: 40,
        itemHeight: 180,
        text: [`${short(most)} GB`, `${short(least)} GB\npeak memory\nper die`],
        textStyle,
        inRange: { color: sequence }
      },
      series: groups.map(({ name, symbol, size, points }) => ({
        type: 'scatter',
        name,
        symbol,
        symbolSize: size,
        itemStyle: {
          color: theirs,
          borderColor: ink,
          borderWidth: name === 'On the front' ? 1.5 : name === 'Policies' ? 1 : 0,
          opacity: name === 'Other kept designs' ? 0.7 : 1
        },
        data: points.map(place)
      }))
    }
  }
}
