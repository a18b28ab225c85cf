import { formatCount } from '../../format/format-number.ts'
import type { ChartTheme } from './chart-theme.ts'

/** Width of a chart on paper, pixels. */
export const paperWidth = 920

export const textStyle = ({ font, ink, fontSize }: ChartTheme) => ({ fontFamily: font, color: ink, fontSize })
const axisText = ({ font, quiet, fontSize }: ChartTheme) => ({ fontFamily: font, color: quiet, fontSize })

/** What every chart starts from: no motion, patterns where the theme has them, a tooltip that is text and stays inside. */
export const baseOption = (theme: ChartTheme) => ({
  animation: false,
  textStyle: textStyle(theme),
  aria: { enabled: true, label: { enabled: false }, decal: { show: theme.patterns } },
  tooltip: { renderMode: 'richText' as const, confine: true }
})

/** For charts whose marks do not need their colour to be told apart: they have shapes, or names. */
export const withoutPatterns = { aria: { enabled: true, label: { enabled: false }, decal: { show: false } } }

/** An axis of numbers; its name, with the unit, stands in the middle beside it. */
export const valueAxis = (theme: ChartTheme, name: string, nameGap: number, format = tick) => ({
  type: 'value' as const,
  name,
  nameLocation: 'middle' as const,
  nameGap,
  nameTextStyle: textStyle(theme),
  axisLabel: { ...axisText(theme), hideOverlap: true, formatter: format },
  axisLine: { show: false },
  axisTick: { show: false },
  splitLine: { lineStyle: { color: theme.line } }
})

/** Widest column of names, pixels; longer ones take so many lines. */
const MOST_NAME_px = 200
const NAME_LINES = 2
const BESIDE_px = 18

/** A name in lines of so many characters, broken between words; what the last does not hold is cut. */
export function nameLines(name: string, most: number, lines = NAME_LINES): string {
  if (name.length <= most) return name
  if (lines === 1) return `${name.slice(0, most - 1).trimEnd()}…`
  const space = name.lastIndexOf(' ', most)
  const end = space > 0 ? space : most
  return `${name.slice(0, end)}\n${nameLines(name.slice(end).trimStart(), most, lines - 1)}`
}

/** Pixels of a character, as wide as the widest usual ones: text is not measured where there is no page. */
const characterWidth = ({ fontSize }: ChartTheme): number => 0.6 * fontSize

/** Room for the names left of horizontal bars: as much as the longest takes, within what leaves room for bars, pixels. */
export const nameWidth = (theme: ChartTheme, names: readonly string[]): number =>
  Math.min(
    MOST_NAME_px,
    BESIDE_px + Math.ceil(characterWidth(theme) * Math.max(0, ...names.map(({ length }) => length)))
  )

/** An axis of names from the top down; long names take two lines, and are cut beyond them. */
export const nameAxis = (theme: ChartTheme, names: readonly string[]) => ({
  type: 'category' as const,
  data: names,
  inverse: true,
  axisLabel: {
    ...axisText(theme),
    color: theme.ink,
    interval: 0,
    lineHeight: theme.fontSize + 2,
    formatter: (name: string) => nameLines(name, Math.floor((MOST_NAME_px - BESIDE_px) / characterWidth(theme)))
  },
  axisLine: { lineStyle: { color: theme.line } },
  axisTick: { show: false }
})

/** A round number on an axis, without the zeros that a measured value carries. */
export const tick = (value: number): string => formatCount(Number(value.toPrecision(6)))

/** A quantity on an axis, as '1.5 s' for '1.50 s'. */
export const quantityTick =
  (format: (value: number) => string) =>
  (value: number): string =>
    format(value).replace(/(\.\d*?)0+(?!\d)/, (_all, kept: string) => (kept === '.' ? '' : kept))

export const legend = (theme: ChartTheme) => ({
  bottom: 4,
  icon: 'roundRect',
  itemWidth: 12,
  itemHeight: 12,
  itemGap: 24,
  textStyle: textStyle(theme)
})

/** Height of a chart of so many horizontal bars. */
export const barsHeight = (bars: number, below: number): number => 20 + 34 * Math.max(1, bars) + below
