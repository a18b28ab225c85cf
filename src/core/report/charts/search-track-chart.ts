import { formatTime_s } from '../../format/format-quantity.ts'
import type { JobTrack, TrackSample } from '../job-track.ts'
import { baseOption, legend, paperWidth, quantityTick, valueAxis, withoutPatterns } from './chart-style.ts'
import type { Chart } from './chart.ts'
import type { ChartTheme } from './chart-theme.ts'

/** The most that the certificate leaves possible; the gap is about the step's time, so it bounds the throughput as well. */
const bound = ({ best_tokensPerSecond, gap }: TrackSample): number | null =>
  best_tokensPerSecond === undefined || gap === undefined ? null : best_tokensPerSecond * (1 + gap)

/**
 * The best design of a search over its running time, under what its bounds still leave possible: what lies between is the certified gap.
 * @param bounded whether the search is for throughput, which the bound is then one on
 */
export function searchTrackChart({ samples }: Pick<JobTrack, 'samples'>, bounded: boolean, theme: ChartTheme): Chart {
  const shown = samples.filter((sample) => sample.best_tokensPerSecond !== undefined)
  const line = (name: string, type: string, color: string, of: (sample: TrackSample) => number | null | undefined) => ({
    type: 'line',
    name,
    step: 'end',
    // A single moment is no line yet.
    showSymbol: shown.length < 2,
    symbol: 'circle',
    lineStyle: { color, width: 2, type },
    itemStyle: { color },
    data: shown.flatMap((sample) => {
      const value = of(sample)
      return value === null || value === undefined ? [] : [[sample.elapsed_s, value]]
    })
  })
  return {
    name: 'searchtrack',
    title: 'Best design over time',
    width: paperWidth,
    height: 260,
    description: `Line chart of the best throughput over ${shown.length} moments of the search${bounded ? ', with its certified bound' : ''}`,
    sheet: () => ({
      caption: 'How the search came to where it is',
      columns: [
        { key: 'elapsed_s', title: 'Running time', numeric: true },
        { key: 'best_tokensPerSecond', title: 'Best (tokens/s)', numeric: true },
        ...(bounded ? [{ key: 'bound_tokensPerSecond', title: 'Bound (tokens/s)', numeric: true }] : []),
        { key: 'evaluations', title: 'Evaluations', numeric: true }
      ],
      rows: shown.map((sample) => [
        sample.elapsed_s,
        sample.best_tokensPerSecond ?? null,
        ...(bounded ? [bound(sample)] : []),
        sample.evaluations
      ])
    }),
    option: {
      ...baseOption(theme),
      ...withoutPatterns,
      tooltip: { ...baseOption(theme).tooltip, trigger: 'axis' },
      legend: legend(theme),
      grid: { left: 84, right: 20, top: 12, bottom: 74 },
      xAxis: { ...valueAxis(theme, 'Running time', 28, quantityTick(formatTime_s)), min: 0 },
      yAxis: { ...valueAxis(theme, 'Throughput (tokens/s)', 64), scale: true },
      series: [
        line('Best found', 'solid', theme.ours, ({ best_tokensPerSecond }) => best_tokensPerSecond),
        ...(bounded ? [line('Certified bound', 'dashed', theme.rival, bound)] : [])
      ]
    }
  }
}
