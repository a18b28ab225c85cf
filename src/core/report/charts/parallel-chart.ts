import { metricOf, pointMetrics, unitIn, type PointFrame, type PointMetricName } from '../points/point-frame.ts'
import type { Chart } from './chart.ts'
import { baseOption, paperWidth, textStyle, withoutPatterns } from './chart-style.ts'
import type { ChartTheme } from './chart-theme.ts'

/** Lines beyond which neither an eye nor a brush follows. */
const LINES = 2000
/** Lines drawn at a time: thousands in one piece hold up the page for a tenth of a second. */
const STROKE = 400

export interface ParallelView {
  readonly frame: PointFrame
  readonly passing: ArrayLike<number>
  readonly front: ArrayLike<number>
  readonly selected: number | undefined
}

/** The quantities that differ among some points, each an axis; equal ones would be axes without a meaning. */
export function varyingMetrics({ frame, passing }: ParallelView): PointMetricName[] {
  return pointMetrics
    .map(({ name }) => name)
    .filter((name) => {
      const values = frame.metrics[name]
      let first: number | undefined
      for (let at = 0; at < passing.length; at++) {
        const value = values[passing[at]!]!
        if (Number.isNaN(value)) continue
        if (first === undefined) first = value
        else if (value !== first) return true
      }
      return false
    })
}

/** The points that get a line: the whole front, the selected one, and of the others every so-manieth. */
function sampled({ passing, front, selected }: ParallelView): number[] {
  const chosen = new Set<number>(Array.from(front).slice(0, LINES))
  if (selected !== undefined) chosen.add(selected)
  const stride = Math.max(1, Math.ceil(passing.length / Math.max(1, LINES - chosen.size)))
  for (let at = 0; at < passing.length; at += stride) chosen.add(passing[at]!)
  return [...chosen]
}

/** Letters of a name that fit side by side where the page is narrow. */
const LINE = 14

/** A name in lines that fit beside those of the next axes. */
const inLines = (name: string): string =>
  name.split(' ').reduce((lines, word) => {
    const last = lines.slice(lines.lastIndexOf('\n') + 1)
    return lines === '' ? word : `${lines}${last.length + word.length < LINE ? ' ' : '\n'}${word}`
  }, '')

/** Every quantity that differs as an axis, a line a point; axes read better upwards. */
export function parallelChart(view: ParallelView, theme: ChartTheme): Chart {
  const { frame, passing, front, selected } = view
  const names = varyingMetrics(view)
  const onFront = new Set<number>(Array.from(front))
  const lines = sampled(view)
  const metrics = names.map((name) => ({ ...metricOf(name), name, ...unitIn(frame, name) }))
  const values = (index: number): number[] => metrics.map(({ name, scale }) => frame.metrics[name][index]! / scale)
  const series = (name: string, color: string, width: number, opacity: number, indices: readonly number[]) => ({
    type: 'parallel',
    name,
    lineStyle: { color, width, opacity },
    inactiveOpacity: 0.04,
    activeOpacity: Math.max(opacity, 0.6),
    // A frame for every so many lines; on paper, which has no frames, all at once.
    progressive: STROKE,
    progressiveThreshold: STROKE,
    data: indices.map(values)
  })
  return {
    name: 'parallel',
    title: 'All quantities that differ',
    width: paperWidth,
    height: 274,
    description: `Parallel coordinates of ${lines.length} of ${passing.length} designs over ${names.length} quantities`,
    sheet: () => ({
      caption: `${lines.length} of ${passing.length} designs: the front and a sample of the others`,
      columns: [
        { key: 'point', title: 'Point', numeric: true },
        ...metrics.map(({ name, title }) => ({ key: name, title, numeric: true }))
      ],
      rows: lines.map((index) => [
        frame.id[index]!,
        ...metrics.map(({ name }) => (Number.isNaN(frame.metrics[name][index]!) ? null : frame.metrics[name][index]!))
      ])
    }),
    stops: () => [],
    option: {
      ...baseOption(theme),
      ...withoutPatterns,
      tooltip: { show: false },
      parallel: { left: 60, right: 70, top: 68, bottom: 16 },
      parallelAxis: metrics.map(({ title, unit, better }, dim) => ({
        dim,
        name: `${inLines(title)}\n(${unit})`,
        nameTextStyle: { ...textStyle(theme), lineHeight: 15 },
        inverse: better === 'less',
        // Names stand above, whichever end of the axis is up there.
        nameLocation: better === 'less' ? ('start' as const) : ('end' as const),
        scale: true,
        // Above the lines, each number with a rim of the ground.
        z: 10,
        axisLabel: {
          ...textStyle(theme),
          color: theme.ink,
          textBorderColor: theme.ground,
          textBorderWidth: 3
        },
        axisLine: { lineStyle: { color: theme.quiet } },
        areaSelectStyle: { borderColor: theme.ours, color: theme.ours, opacity: 0.25 }
      })),
      series: [
        series(
          'Others',
          theme.theirs,
          1,
          0.25,
          lines.filter((index) => !onFront.has(index) && index !== selected)
        ),
        series(
          'Beaten by none',
          theme.ours,
          1.5,
          0.8,
          lines.filter((index) => onFront.has(index) && index !== selected)
        ),
        series('Selected', theme.ink, 3, 1, selected === undefined ? [] : [selected])
      ]
    }
  }
}
