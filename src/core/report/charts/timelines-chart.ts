import type { TimelineInsight } from '../../simulator/insight/step-insight.ts'
import { formatShare, formatTime_s } from '../../format/format-quantity.ts'
import { barKinds, bubbleShares, timelineBars, timelineRows } from '../timeline-bars.ts'
import type { Chart } from './chart.ts'
import { baseOption, legend, paperWidth, quantityTick, textStyle, valueAxis, withoutPatterns } from './chart-style.ts'
import type { ChartTheme } from './chart-theme.ts'
import { colorOfKind, drawBar, whole, type ItemApi } from './timeline-drawing.ts'

/** A step that was simulated event by event, with the name it is shown under. */
export interface NamedTimeline {
  readonly name: string
  readonly stages: number
  readonly step: Pick<TimelineInsight, 'time_s' | 'timeline'>
}

/** A line of the chart: the name of a design, or a stage of it. */
type Line =
  | { readonly heading: string }
  | { readonly heading?: never; readonly design: NamedTimeline; readonly stage: number; readonly bubble: number }

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** The name of a design above its stages, at the beginning of the axis. */
const drawHeading = (names: readonly string[], theme: ChartTheme) => (_params: unknown, api: ItemApi) => {
  const [x, y] = api.coord([0, api.value(1)])
  return {
    type: 'text',
    silent: true,
    style: { text: names[api.value(2)], x, y, fill: theme.ink, font: `600 12px ${theme.font}`, verticalAlign: 'middle' }
  }
}

/** The step of a stage; raised under the cursor it would cover the bars that stand on it. */
const drawGround = (theme: ChartTheme) => {
  const draw = drawBar(theme.line, -1, theme.ink)
  return (...given: Parameters<typeof draw>) => ({ ...draw(...given), emphasisDisabled: true })
}

/**
 * The steps of several designs from their beginning on one axis of time, the longest of which sets its end: a line for each stage, filled in
 * equal intervals by the share of them that its tasks take; what stays pale is its bubble. A step ends where its pale ground does.
 */
export function timelinesChart(designs: readonly NamedTimeline[], theme: ChartTheme): Chart {
  const longest_s = Math.max(...designs.map(({ step }) => step.time_s))
  const headings: string[] = []
  const lines: Line[] = []
  const bars = designs.flatMap((design) => {
    const { stages, step, name } = design
    const bubbles = bubbleShares(step.timeline, stages, step.time_s)
    headings.push(`${name}: ${formatTime_s(step.time_s)}, bubble ${formatShare(mean(bubbles))} on average`)
    lines.push({ heading: headings.at(-1)! })
    const first = lines.length
    bubbles.forEach((bubble, stage) => lines.push({ design, stage, bubble }))
    const rows = timelineRows(
      Array.from({ length: stages }, (_, stage) => stage),
      false
    ).filter(({ what }) => what === 'tasks')
    // Equal intervals for all of the designs, however many tasks they have.
    return timelineBars(step.timeline, rows, [0, longest_s], 0).bars.map((bar) => ({ ...bar, row: first + bar.row }))
  })
  const ofStages = lines.flatMap((line, at) => (line.heading === undefined ? [{ ...line, at }] : []))
  const kinds = barKinds.filter((kind) => bars.some((bar) => bar.kind === kind))
  const lineHeight = lines.length > 160 ? 8 : lines.length > 60 ? 12 : 18
  const words = ([from_s = 0, to_s = 0, row = 0, share = 0]: readonly number[], kind: string): string => {
    const line = lines[row]
    if (line?.heading !== undefined || line === undefined) return ''
    const where = `${line.design.name}\nstage ${line.stage}, idle ${formatShare(line.bubble)} of its step`
    return from_s === 0 && to_s === line.design.step.time_s
      ? where
      : `${where}\n${formatTime_s(from_s)} to ${formatTime_s(to_s)}: ${formatShare(share)} ${kind.toLowerCase()}`
  }
  const stageAxis = (position: 'left' | 'right', text: (line: Line | undefined) => string) => ({
    type: 'category',
    inverse: true,
    position,
    data: lines.map((_line, at) => at),
    axisLabel: {
      ...textStyle(theme),
      fontSize: 11,
      interval: 0,
      hideOverlap: true,
      formatter: (at: string) => text(lines[Number(at)])
    },
    axisTick: { show: false },
    axisLine: { lineStyle: { color: theme.line } }
  })
  return {
    name: 'timelines',
    title: `Steps of ${designs.length} designs on one axis of time`,
    width: paperWidth,
    height: 110 + Math.max(120, lines.length * lineHeight),
    description: `Timelines from the beginning of the step: ${headings.join('; ')}`,
    sheet: () => ({
      caption: 'What each stage does in a step, and how long it is idle',
      columns: [
        { key: 'design', title: 'Design' },
        { key: 'stage', title: 'Stage', numeric: true },
        { key: 'step_s', title: 'Step (s)', numeric: true },
        { key: 'bubble', title: 'Bubble', numeric: true },
        ...kinds.map((kind) => ({
          key: `${kind.toLowerCase().replaceAll(' ', '_')}_s`,
          title: `${kind} (s)`,
          numeric: true
        }))
      ],
      rows: ofStages.map(({ design, stage, bubble, at }) => [
        design.name,
        stage,
        design.step.time_s,
        bubble,
        ...kinds.map((kind) =>
          bars.reduce(
            (sum_s, bar) => (bar.row === at && bar.kind === kind ? sum_s + bar.share * (bar.to_s - bar.from_s) : sum_s),
            0
          )
        )
      ])
    }),
    option: {
      ...baseOption(theme),
      ...withoutPatterns,
      tooltip: {
        ...baseOption(theme).tooltip,
        formatter: ({ value, seriesName }: { value: readonly number[]; seriesName: string }) => words(value, seriesName)
      },
      grid: { left: 92, right: 92, top: 8, bottom: 78 },
      legend: { ...legend(theme), data: kinds },
      xAxis: {
        ...valueAxis(theme, 'Time in the step', 30, quantityTick(formatTime_s)),
        min: 0,
        max: longest_s
      },
      yAxis: [
        stageAxis('left', (line) => (line?.heading === undefined ? `stage ${line?.stage}` : '')),
        stageAxis('right', (line) => (line?.heading === undefined ? `${formatShare(line?.bubble ?? 0)} idle` : ''))
      ],
      series: [
        {
          type: 'custom',
          name: 'Idle',
          color: theme.line,
          ...whole,
          encode: { x: [0, 1], y: 2 },
          renderItem: drawGround(theme),
          data: ofStages.map(({ design, at }) => [0, design.step.time_s, at, 1, -1, 0])
        },
        ...kinds.map((kind) => ({
          type: 'custom',
          name: kind,
          color: colorOfKind(kind, theme),
          ...whole,
          encode: { x: [0, 1], y: 2 },
          renderItem: drawBar(colorOfKind(kind, theme), -1, theme.ink),
          data: bars
            .filter((bar) => bar.kind === kind)
            .map(({ from_s, to_s, row, share, event, base }) => [from_s, to_s, row, share, event, base])
        })),
        {
          type: 'custom',
          silent: true,
          ...whole,
          encode: { x: 0, y: 1 },
          renderItem: drawHeading(headings, theme),
          data: lines
            .flatMap((line, at) => (line.heading === undefined ? [] : [at]))
            .map((at, heading) => [0, at, heading])
        }
      ]
    }
  }
}
