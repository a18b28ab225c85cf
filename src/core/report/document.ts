import type { TextBlock } from './markdown-text.ts'

/** How a cell is meant: a reader sees it in colour and, always, in the words of the cell itself. */
export type Tone = 'good' | 'bad' | 'quiet' | 'strong'

export interface Cell {
  readonly text: string
  readonly tone?: Tone
}

export interface Column {
  readonly title: string
  /** Numbers stand flush right. */
  readonly numeric?: boolean
}

/** A table for people: every cell is formatted, with its unit in the cell or in the column's title. */
export interface Table {
  readonly caption: string
  readonly columns: readonly Column[]
  readonly rows: readonly (readonly Cell[])[]
}

export interface Fact {
  readonly name: string
  readonly value: string
  readonly note?: string
}

/** What a figure was made from, and the address of the view that shows it, where one is kept. */
export interface FigureSource {
  readonly text: string
  readonly href?: string
}

export type Block =
  | { readonly kind: 'paragraph'; readonly text: string }
  /** @property headline the few that sum the whole up: set large */
  | { readonly kind: 'facts'; readonly facts: readonly Fact[]; readonly headline?: true }
  | { readonly kind: 'table'; readonly table: Table }
  /** What a person wrote. */
  | { readonly kind: 'text'; readonly text: readonly TextBlock[] }
  /** Something that cannot be shown, and why. */
  | { readonly kind: 'notice'; readonly text: string }
  /** A figure by its name; a host draws it. */
  | { readonly kind: 'chart'; readonly chart: string; readonly caption: string; readonly source?: FigureSource }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  /** Long material that a reader opens when wanted, as the mapping's own JSON. */
  | { readonly kind: 'source'; readonly title: string; readonly text: string }

export interface Section {
  readonly id: string
  readonly title: string
  readonly blocks: readonly Block[]
}

/** A report as data, ready for any host to set. */
export interface ReportDocument {
  readonly title: string
  readonly subtitle: string
  readonly sections: readonly Section[]
}

export const cell = (text: string, tone?: Tone): Cell => (tone ? { text, tone } : { text })
/** Columns by title; a leading '#' marks a numeric one. */
export const columns = (...titles: readonly string[]): Column[] =>
  titles.map((title) => (title.startsWith('#') ? { title: title.slice(1), numeric: true } : { title }))
