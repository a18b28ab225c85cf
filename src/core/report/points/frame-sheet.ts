import type { DataSheet } from '../data-sheet.ts'
import { pointMetrics, type PointFrame, type PointMetricName } from './point-frame.ts'

/** The same keys as those of all that is known of a point. */
const keys: Readonly<Record<PointMetricName, string>> = {
  tokensPerSecond: 'throughput_tokensPerSecond',
  iterationTime_s: 'iterationTime_s',
  power_W: 'powerHigh_W',
  peakMemory_B: 'peakMemory_B',
  area_mm2: 'area_mm2',
  cost_usd: 'cost_usd'
}
const known = (value: number): number | null => (Number.isNaN(value) ? null : value)

/** Points of a frame as numbers, in the order of the indices. @param front indices of those that none beats */
export function frameSheet(frame: PointFrame, order: Uint32Array, front: Uint32Array): DataSheet {
  const onFront = new Set(front)
  return {
    caption: 'Points',
    columns: [
      { key: 'point', title: 'Point', numeric: true },
      { key: 'source', title: 'Source' },
      { key: 'label', title: 'Label' },
      { key: 'onFront', title: 'On the front' },
      { key: 'feasible', title: 'Feasible' },
      ...pointMetrics.map(({ name, title }) => ({ key: keys[name], title, numeric: true }))
    ],
    rows: Array.from(order, (index) => [
      frame.id[index]!,
      frame.source[index]!,
      frame.label[index]!,
      onFront.has(index),
      frame.feasible[index] === 1,
      ...pointMetrics.map(({ name }) => known(frame.metrics[name][index]!))
    ])
  }
}
