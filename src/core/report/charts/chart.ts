import type { DataSheet } from '../data-sheet.ts'

/** An option of ECharts, plain data and formatters; the library itself stays with who draws. */
export type ChartOption = Readonly<Record<string, unknown>>

/** A place at which a reader's cursor stops: a row of the sheet, drawn as a datum of a series. */
export interface ChartStop {
  readonly row: number
  readonly series: number
  readonly datum: number
}

/** A figure of numbers, ready to be drawn on a page, in a report or by a command. */
export interface Chart {
  /** Letters only, unique among the charts of a page. */
  readonly name: string
  readonly title: string
  /** Pixels on paper; a page gives it the width it has. */
  readonly width: number
  readonly height: number
  readonly option: ChartOption
  /** What the chart shows, for those who cannot see it. */
  readonly description: string
  /** The numbers it shows, for a table, a CSV file and the cursor. */
  readonly sheet: () => DataSheet
  /** Where the cursor stops, in reading order; every row of the sheet as a datum of the first series, unless given. */
  readonly stops?: () => readonly ChartStop[]
}
