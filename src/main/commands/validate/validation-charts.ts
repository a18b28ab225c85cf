import { constantName } from '../../../core/chip/uncertain-constants.ts'
import type { PairValidation } from '../../../core/validation/validation.ts'
import type { Chart } from '../../../core/report/charts/chart.ts'

const axis = (name: string) => ({ name, nameLocation: 'middle' as const, nameGap: 34, type: 'log' as const })

/** Every drawn design of a pair: analytic time across, event time over analytic time up. */
export function agreementChart({ pair, agreement }: PairValidation): Chart {
  const points = agreement.designs.map(({ analytic_s, event_s }) => [analytic_s, event_s / analytic_s])
  return {
    name: 'agreement',
    title: 'Event over analytic time',
    sheet: () => ({
      caption: `Random designs of ${pair.model} on ${pair.chip}`,
      columns: [
        { key: 'analytic_s', title: 'Analytic', numeric: true },
        { key: 'ratio', title: 'Event / analytic', numeric: true }
      ],
      rows: points
    }),
    width: 640,
    height: 360,
    description: `Event over analytic time of ${points.length} random designs of ${pair.model} on ${pair.chip}`,
    option: {
      animation: false,
      backgroundColor: '#ffffff',
      grid: { left: 70, right: 24, top: 40, bottom: 60 },
      xAxis: axis('analytic time of a step (s)'),
      yAxis: { type: 'value', name: 'event/analytic', scale: true },
      series: [{ type: 'scatter', symbolSize: 4, data: points, itemStyle: { color: '#2563eb', opacity: 0.55 } }]
    }
  }
}

/** How far each uncertain constant moves the step of a pair's best mapping, the largest on top. */
export function tornadoChart({ pair, optimum }: PairValidation): Chart | undefined {
  if (!optimum) return undefined
  const now = optimum.analytic_s
  const bars = optimum.sensitivities
    .map(({ constant, time_s }) => ({
      name: constantName(constant),
      low: 100 * (Math.min(...time_s, now) / now - 1),
      high: 100 * (Math.max(...time_s, now) / now - 1)
    }))
    .sort((a, b) => a.high - a.low - (b.high - b.low))
  const series = (side: 'low' | 'high', color: string) => ({
    type: 'bar',
    stack: 'range',
    data: bars.map((bar) => Number(bar[side].toFixed(3))),
    itemStyle: { color }
  })
  return {
    name: 'tornado',
    title: 'Change of the step time (%)',
    sheet: () => ({
      caption: `Step time of ${pair.model} on ${pair.chip} when constants go to their ends, percent`,
      columns: [
        { key: 'constant', title: 'Constant' },
        { key: 'low', title: 'Least', numeric: true },
        { key: 'high', title: 'Most', numeric: true }
      ],
      rows: bars.map(({ name, low, high }) => [name, low, high])
    }),
    width: 664,
    height: 60 + 36 * bars.length,
    description: `Change of the step time of ${pair.model} on ${pair.chip} when constants go to their ends`,
    option: {
      animation: false,
      backgroundColor: '#ffffff',
      grid: { left: 314, right: 24, top: 12, bottom: 44 },
      xAxis: { type: 'value', name: 'change of the step time (%)', nameLocation: 'middle', nameGap: 28 },
      yAxis: { type: 'category', data: bars.map(({ name }) => name) },
      series: [series('low', '#0d9488'), series('high', '#d97706')]
    }
  }
}
