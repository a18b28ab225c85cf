import type { TimelineColumns } from '../../simulator/event/timeline-columns.ts'
import { formatBytes_B, formatShare, formatTime_s } from '../../format/format-quantity.ts'
import { barKinds, type criticalBars, type TimelineBar, type TimelineRow } from '../timeline-bars.ts'
import type { Chart } from './chart.ts'
import { baseOption, legend, paperWidth, quantityTick, valueAxis, withoutPatterns } from './chart-style.ts'
import type { ChartTheme } from './chart-theme.ts'
import { colorOfKind, drawBar, whole, type ItemApi, type ItemParams } from './timeline-drawing.ts'

export interface TimelineFigure {
  readonly timeline: TimelineColumns
  readonly rows: readonly TimelineRow[]
  readonly bars: readonly TimelineBar[]
  readonly isBinned: boolean
  readonly window: readonly [number, number]
  /** Drawn as a line of their own below, where given. */
  readonly critical?: ReturnType<typeof criticalBars>
  /** Arrows from the end of one event to the begin of another, as [time, row] pairs. */
  readonly arrows: readonly (readonly [readonly [number, number], readonly [number, number]])[]
  readonly selected: number
}

const CRITICAL = 'critical path'
/** An arrow from one time and line to another. */
const drawArrow = (color: string) => (_params: ItemParams, api: ItemApi) => {
  const from = api.coord([api.value(0), api.value(1)])
  const to = api.coord([api.value(2), api.value(3)])
  const angle = Math.atan2(to[1] - from[1], to[0] - from[0])
  const wing = (by: number) => [to[0] - 8 * Math.cos(angle + by), to[1] - 8 * Math.sin(angle + by)]
  return {
    type: 'polyline',
    silent: true,
    z2: 20,
    shape: { points: [from, to, wing(0.4), to, wing(-0.4)] },
    style: { stroke: color, lineWidth: 1.5, fill: 'none' }
  }
}

/** What every stage does when, in a window of the step. A datum is [from, to, line, share, event, share below]. */
export function timelineChart(figure: TimelineFigure, theme: ChartTheme): Chart {
  const { timeline, rows, bars, isBinned, window, critical, arrows, selected } = figure
  const names = [...rows.map(({ name, what }) => (what === 'tasks' ? name : '')), ...(critical ? [CRITICAL] : [])]
  const kinds = barKinds.filter((kind) => bars.some((bar) => bar.kind === kind))
  const words = (value: readonly number[]): string => {
    const [from_s = 0, to_s = 0, row = 0, share = 1, event = -1] = value
    const where = rows[row] ? `stage ${rows[row].stage}` : CRITICAL
    if (event < 0) return `${where}, ${formatTime_s(from_s)} to ${formatTime_s(to_s)}\n${formatShare(share)} of it`
    const label = timeline.labels[timeline.name[event]!]!
    const bytes = timeline.bytes[event]! > 0 ? `\n${formatBytes_B(timeline.bytes[event]!)} on each die` : ''
    const start_s = timeline.start_s[event]!
    return (
      `${label}, micro-batch ${timeline.microBatch[event]}\n${where}\n` +
      `${formatTime_s(timeline.end_s[event]! - start_s)} from ${formatTime_s(start_s)}${bytes}`
    )
  }
  const series = kinds.map((kind) => ({
    type: 'custom',
    name: kind,
    color: colorOfKind(kind, theme),
    ...whole,
    encode: { x: [0, 1], y: 2 },
    renderItem: drawBar(colorOfKind(kind, theme), selected, theme.ink),
    data: bars
      .filter((bar) => bar.kind === kind)
      .map(({ from_s, to_s, row, share, event, base }) => [from_s, to_s, row, share, event, base])
  }))
  const height = 110 + Math.max(120, names.length * (rows.length > 40 ? 12 : 16))
  return {
    name: 'timeline',
    title: `What every stage does, ${formatTime_s(window[0])} to ${formatTime_s(window[1])}${isBinned ? ' (summed up; zoom in for single tasks)' : ''}`,
    width: paperWidth,
    height,
    description: `Timeline of ${rows.filter(({ what }) => what === 'tasks').length} stages, ${bars.length} bars`,
    sheet: () => ({
      caption: 'Bars of the timeline',
      columns: [
        { key: 'stage', title: 'Stage', numeric: true },
        { key: 'line', title: 'Line' },
        { key: 'kind', title: 'Kind' },
        { key: 'microBatch', title: 'Micro-batch', numeric: true },
        { key: 'from_s', title: 'From', numeric: true },
        { key: 'to_s', title: 'To', numeric: true },
        { key: 'share', title: 'Filled', numeric: true }
      ],
      rows: bars.map(({ row, kind, from_s, to_s, share, event }) => [
        rows[row]!.stage,
        rows[row]!.what,
        kind,
        event < 0 ? null : timeline.microBatch[event]!,
        from_s,
        to_s,
        share
      ])
    }),
    stops: () => {
      const order = kinds.flatMap((kind, at) =>
        bars.flatMap((bar, row) => (bar.kind === kind ? [{ row, series: at, bar }] : []))
      )
      const counts = kinds.map(() => 0)
      return order
        .map(({ row, series: at, bar }) => ({ row, series: at, datum: counts[at]!++, bar }))
        .sort((a, b) => a.bar.row - b.bar.row || a.bar.from_s - b.bar.from_s)
        .map(({ row, series: at, datum }) => ({ row, series: at, datum }))
    },
    option: {
      ...baseOption(theme),
      ...withoutPatterns,
      tooltip: {
        ...baseOption(theme).tooltip,
        formatter: ({ value }: { value: readonly number[] }) => words(value)
      },
      // Times stand above, as on a ruler: of many lanes the lowest are off the screen.
      grid: { left: 92, right: 20, top: 52, bottom: 48 },
      legend: { ...legend(theme), data: kinds },
      xAxis: {
        ...valueAxis(theme, 'Time in the step', 28, quantityTick(formatTime_s)),
        position: 'top',
        min: window[0],
        max: window[1]
      },
      yAxis: {
        type: 'category',
        inverse: true,
        data: names.map((_name, at) => at),
        axisLabel: {
          color: theme.ink,
          fontSize: 11,
          interval: 0,
          hideOverlap: true,
          formatter: (at: string) => names[Number(at)] ?? ''
        },
        axisTick: { show: false },
        axisLine: { lineStyle: { color: theme.line } }
      },
      series: [
        ...series,
        ...(critical
          ? [
              {
                type: 'custom',
                name: CRITICAL,
                color: theme.limit,
                ...whole,
                encode: { x: [0, 1], y: 2 },
                renderItem: drawBar(theme.limit, -1, theme.ink),
                data: critical.map(({ from_s, to_s }) => [from_s, to_s, rows.length, 0.5, -1, 0])
              },
              {
                type: 'custom',
                silent: true,
                ...whole,
                color: theme.limit,
                encode: { x: [0, 1], y: 2 },
                renderItem: drawBar(theme.limit, -1, theme.ink),
                data: critical
                  .filter(({ stage }) => stage >= 0)
                  .map(({ stage, from_s, to_s }) => [
                    from_s,
                    to_s,
                    rows.findIndex((row) => row.stage === stage && row.what === 'tasks'),
                    0.16,
                    -1,
                    0
                  ])
              }
            ]
          : []),
        {
          type: 'custom',
          silent: true,
          ...whole,
          encode: { x: [0, 2], y: [1, 3] },
          renderItem: drawArrow(theme.ink),
          data: arrows.map(([from, to]) => [...from, ...to])
        }
      ]
    }
  }
}
