import { formatCount } from '../../core/report/format-number.ts'
import { gridLine, ink, quietInk } from '../../core/report/palette.ts'

/** Width of all charts, pixels; the page scales them. */
export const chartWidth = 920

/** Without quotes: the renderer writes it into an attribute as it is. */
export const font = 'system-ui, Segoe UI, Roboto, DejaVu Sans, sans-serif'
export const textStyle = { fontFamily: font, color: ink, fontSize: 12 }
const axisText = { color: quietInk, fontFamily: font, fontSize: 12 }

/** An axis of numbers; its name, with the unit, stands in the middle beside it. */
export const valueAxis = (name: string, nameGap: number) => ({
  type: 'value' as const,
  name,
  nameLocation: 'middle' as const,
  nameGap,
  nameTextStyle: { ...axisText, color: ink },
  axisLabel: { ...axisText, hideOverlap: true },
  axisLine: { show: false },
  axisTick: { show: false },
  splitLine: { lineStyle: { color: gridLine } }
})

/** An axis of names from the top down; long names are cut. */
export const nameAxis = (names: readonly string[]) => ({
  type: 'category' as const,
  data: names,
  inverse: true,
  axisLabel: { ...axisText, color: ink, interval: 0, width: nameWidth - 14, overflow: 'truncate' as const },
  axisLine: { lineStyle: { color: gridLine } },
  axisTick: { show: false }
})

/** A round number on an axis, without the zeros that a measured value carries. */
export const tick = (value: number): string => formatCount(Number(value.toPrecision(6)))

/** Room for the names left of horizontal bars, pixels. */
export const nameWidth = 190

export const legend = { bottom: 4, icon: 'roundRect', itemWidth: 12, itemHeight: 12, itemGap: 28, textStyle }

/** Height of a chart of so many horizontal bars. */
export const barsHeight = (bars: number, below: number): number => 20 + 34 * Math.max(1, bars) + below
