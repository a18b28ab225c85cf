import { geometricMean } from '../../optimization/statistics.ts'
import type { Chart } from '../../report/charts/chart.ts'
import { categoryColors, ink, limitColor, quietInk } from '../../report/palette.ts'
import { speedupIn, statisticOf } from '../measure.ts'
import type { StudyResults } from '../study-results.ts'
import type { PublishedClaim } from '../study-spec.ts'
import { claimCells } from './claims.ts'
import { batchesOf, ofBatch, ofLedger, slicesOf, sliceWords } from './slices.ts'

interface Line {
  readonly name: string
  /** One for each batch; null where nothing was measured. */
  readonly values: readonly (number | null)[]
}

const WIDTH = 720
/** Height of a line of the legend. */
const LINE_px = 20

/** Ends of an axis at powers of two around these values. */
const octaves = (values: readonly number[]): { readonly min: number; readonly max: number } => ({
  min: 2 ** Math.floor(Math.log2(Math.min(1, ...values))),
  max: 2 ** Math.ceil(Math.log2(Math.max(2, ...values)))
})

/** Ratios over the global batch, one line per variant or setting, on a logarithmic axis; `mark` is a number to be found in them. */
function ratioChart(
  name: string,
  title: string,
  batches: readonly number[],
  lines: readonly Line[],
  mark?: { readonly value: number; readonly words: string }
): Chart {
  const told = lines.filter(({ values }) => values.some((value) => value !== null))
  const rows = told.flatMap((line) => line.values.map((value, index) => [line.name, batches[index]!, value]))
  const legend_px = LINE_px * told.length
  const shown = [
    ...told.flatMap(({ values }) => values.filter((value) => value !== null)),
    ...(mark ? [mark.value] : [])
  ]
  return {
    name,
    title,
    width: WIDTH,
    height: 330 + legend_px,
    description: `${title}, over the global batch, ${told.length} lines`,
    sheet: () => ({
      caption: title,
      columns: [
        { key: 'series', title: 'Series' },
        { key: 'globalBatch', title: 'Global batch (sequences)', numeric: true },
        { key: 'ratio', title: 'Ratio', numeric: true }
      ],
      rows
    }),
    option: {
      animation: false,
      backgroundColor: '#ffffff',
      color: categoryColors,
      legend: { bottom: 0, left: 56, orient: 'vertical', textStyle: { color: ink }, itemWidth: 22, itemGap: 6 },
      grid: { left: 64, right: 24, top: 34, bottom: 66 + legend_px },
      xAxis: {
        type: 'category',
        name: 'global batch (sequences)',
        nameLocation: 'middle',
        nameGap: 30,
        nameTextStyle: { color: ink },
        axisLabel: { color: ink },
        data: batches.map(String)
      },
      yAxis: {
        type: 'log',
        logBase: 2,
        name: 'ratio',
        ...octaves(shown),
        nameTextStyle: { color: ink },
        axisLabel: { color: ink, formatter: (value: number) => `${Number(value.toPrecision(3))}×` }
      },
      series: told.map((line, index) => ({
        type: 'line',
        name: line.name,
        data: line.values,
        symbol: ['circle', 'rect', 'triangle', 'diamond'][index % 4],
        symbolSize: 7,
        lineStyle: { type: index >= categoryColors.length ? 'dashed' : 'solid' },
        ...(mark &&
          index === 0 && {
            markLine: {
              silent: true,
              symbol: 'none',
              lineStyle: { color: limitColor, type: 'dashed' },
              label: { formatter: mark.words, color: quietInk, position: 'insideEndTop' },
              data: [{ yAxis: mark.value }]
            }
          })
      }))
    }
  }
}

/** A published number and what was measured beside it. */
export function claimChart(results: StudyResults, claim: PublishedClaim): Chart {
  const cells = claimCells(results, claim)
  const batches = [...new Set(cells.map(({ globalBatch }) => globalBatch))].sort((a, b) => a - b)
  const lines = [...Map.groupBy(cells, ({ variant, slice }) => `${variant}, ${sliceWords(slice)}`)].map(
    ([name, own]): Line => ({
      name,
      values: batches.map((batch) => own.find(({ globalBatch }) => globalBatch === batch)?.measured.value ?? null)
    })
  )
  const title = claim.of === 'speed' ? 'Our tokens/s over theirs' : 'Their bytes on the fullest die over ours'
  return ratioChart(`claim-${claim.name}`, title, batches, lines, {
    value: claim.value,
    words: `${claim.value}× published`
  })
}

/** Our margin over the best tuned baseline. */
export function marginChart({ study, finished }: StudyResults): Chart {
  const cases = ofLedger(finished, 'same-chip')
  const batches = batchesOf(cases)
  const lines = slicesOf(cases).map((slice): Line => ({
    name: sliceWords(slice),
    values: batches.map(
      (batch) => statisticOf(ofBatch(slice.cases, batch), speedupIn(study.spec.tuned), geometricMean).value ?? null
    )
  }))
  return ratioChart('margin', 'Our tokens/s over the best tuned baseline', batches, lines)
}
