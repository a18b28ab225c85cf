import { parseInput, Problem } from '../../problem.ts'
import { checkEntries, entriesOf, type DefectEntry } from './check-defects.ts'
import { DefectMap, type MeshGrid, type Place } from './defect-map.ts'

const COLUMNS = ['kind', 'row', 'column', 'toRow', 'toColumn', 'value'] as const
type Column = (typeof COLUMNS)[number]

interface Rule {
  /** Columns that must be filled; `value` may be in a row of kind grid. */
  readonly needs: readonly Column[]
  /** What the value may be. */
  readonly value?: { readonly fits: (value: number) => boolean; readonly words: string }
}

const decimal = /^\d*\.?\d+(?:e[+-]?\d+)?$/i

const place = ['row', 'column'] as const
const share = { fits: (value: number) => value > 0 && value < 1, words: 'a share above 0 and below 1' }
const RULES: Readonly<Record<DefectEntry['kind'], Rule>> = {
  'dead-die': { needs: place },
  'dead-link': { needs: [...place, 'toRow', 'toColumn'] },
  'dead-cores': {
    needs: [...place, 'value'],
    value: {
      fits: (value) => Number.isSafeInteger(value) && value > 0,
      words: 'a whole number of cores of at least 1'
    }
  },
  'dead-core-share': { needs: [...place, 'value'], value: share },
  'slow-die': {
    needs: [...place, 'value'],
    value: { fits: (value) => value > 0 && value <= 1, words: 'a share of the clock above 0 and at most 1' }
  }
}
const KINDS = ['grid', ...(Object.keys(RULES) as DefectEntry['kind'][])] as const

type Cells = Readonly<Record<Column, string>>

/** Cells of each row by the header's columns, and its line. */
function rowsOf(text: string, what: string): readonly { readonly cells: Cells; readonly line: number }[] {
  const lines = text
    .split(/\r\n|\n|\r/)
    .map((content, index) => ({ content: content.trim(), line: index + 1 }))
    .filter(({ content }) => content !== '' && !content.startsWith('#'))
  const split = (content: string): string[] => content.split(',').map((one) => one.trim().replace(/^"(.*)"$/, '$1'))
  const [first, ...rest] = lines
  const header = first ? split(first.content) : []
  const wrong = header.find((name) => !COLUMNS.includes(name as Column))
  if (!first || wrong !== undefined || !header.includes('kind') || new Set(header).size < header.length)
    throw new Problem(
      'bad-input',
      `${what}${first ? `, line ${first.line}` : ''}: the first line is '${first?.content ?? ''}'; it must name the columns ${COLUMNS.join(',')}${
        first && /[;\t]/.test(first.content) ? ', parted by commas: save the table with commas' : ''
      }`
    )
  return rest.map(({ content, line }) => {
    const found = split(content)
    if (found.length > header.length && found.slice(header.length).some((one) => one !== ''))
      throw new Problem('bad-input', `${what}, line ${line}: '${content}' has more cells than the header has columns`)
    const cells = Object.fromEntries(
      COLUMNS.map((column) => [column, found[header.indexOf(column)] ?? ''])
    ) as unknown as Cells
    return { cells, line }
  })
}

/** Whether a text is a table of defects: its first line names the columns. */
export function isDefectsCsv(text: string): boolean {
  const first = text.split(/[\r\n]+/).find((line) => line.trim() !== '' && !line.trim().startsWith('#')) ?? ''
  return first.split(/[,;\t]/).some((cell) => COLUMNS.includes(cell.trim().replace(/^"(.*)"$/, '$1') as Column))
}

/** Whether a map in CSV says of which grid it is. @throws Problem for a header that is none */
export const statesGrid = (text: string, what: string): boolean =>
  rowsOf(text, what).some(({ cells }) => cells.kind === 'grid')

/**
 * A map in CSV: a header `kind,row,column,toRow,toColumn,value`, then a line for each defect. Kinds: `dead-die`; `dead-link` to (toRow, toColumn);
 * `dead-cores` and `dead-core-share` by value; `slow-die` whose value is a share of the clock; and `grid`, whose row and column are how many
 * there are and whose value is the number of wafers (1). Blank lines and lines that start with # are skipped.
 * @param grid when no line states it; the chip's
 * @param what names the file for messages
 * @throws Problem `bad-input` naming the line and the value
 */
export function parseDefectsCsv(text: string, grid: MeshGrid | undefined, what: string): DefectMap {
  const entries: DefectEntry[] = []
  let stated: { readonly grid: MeshGrid; readonly line: number } | undefined
  for (const { cells, line } of rowsOf(text, what)) {
    const fail = (column: Column, words: string): never => {
      throw new Problem('bad-input', `${what}, line ${line}: ${column} is '${cells[column]}'; it must be ${words}`)
    }
    const whole = (column: Column, least: number): number => {
      const value = Number(cells[column])
      if (!/^\d+$/.test(cells[column]) || !Number.isSafeInteger(value) || value < least)
        fail(column, `a whole number of at least ${least}`)
      return value
    }
    const kind = KINDS.find((one) => one === cells.kind) ?? fail('kind', `one of ${KINDS.join(', ')}`)
    if (kind === 'grid') {
      if (stated) throw new Problem('bad-input', `${what}, line ${line}: line ${stated.line} states the grid already`)
      const wafers = cells.value === '' ? 1 : whole('value', 1)
      stated = { grid: { rows: whole('row', 1), columns: whole('column', 1), wafers }, line }
      continue
    }
    const { needs, value: rule } = RULES[kind]
    for (const column of COLUMNS)
      if (column !== 'kind' && cells[column] !== '' && !needs.includes(column)) fail(column, `empty in a ${kind} line`)
    const die: Place = [whole('row', 0), whole('column', 0)]
    const value = Number(cells.value)
    if (rule && (!decimal.test(cells.value) || !rule.fits(value))) fail('value', rule.words)
    entries.push({
      kind,
      die,
      where: `line ${line}`,
      ...(kind === 'dead-link' && { to: [whole('toRow', 0), whole('toColumn', 0)] as const }),
      ...(rule && { value })
    })
  }
  const used = stated?.grid ?? grid
  if (!used) throw new Problem('bad-input', `${what} has no line 'grid,ROWS,COLUMNS' and no chip is given for it`)
  checkEntries(entries, used, what)
  const of = (...kinds: readonly DefectEntry['kind'][]): DefectEntry[] =>
    entries.filter(({ kind }) => kinds.includes(kind))
  return parseInput(
    DefectMap,
    {
      grid: used,
      deadDies: of('dead-die').map(({ die }) => die),
      deadLinks: of('dead-link').map(({ die, to }) => [die, to]),
      deadCores: of('dead-cores', 'dead-core-share').map(({ kind, die, value }) =>
        kind === 'dead-cores' ? { die, cores: value } : { die, share: value }
      ),
      slowDies: of('slow-die').map(({ die, value }) => ({ die, clock: value }))
    },
    what
  )
}

/** A map as {@link parseDefectsCsv} reads it, grid first. */
export function defectsCsv(map: DefectMap): string {
  const { rows, columns, wafers } = map.grid
  const lines = entriesOf(map).map(({ kind, die, to, value }) =>
    [kind, ...die, ...(to ?? ['', '']), value ?? ''].join(',')
  )
  return `${[COLUMNS.join(','), `grid,${rows},${columns},,,${wafers}`, ...lines].join('\n')}\n`
}
