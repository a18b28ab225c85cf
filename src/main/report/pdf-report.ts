import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import pdfmake from 'pdfmake'
import type { Content, ContentText, TDocumentDefinitions } from 'pdfmake/interfaces.js'
import type { BuiltReport } from '../../core/report/build-report.ts'
import { chartThemes } from '../../core/report/charts/chart-theme.ts'
import type { Block, Fact, Section, Table, Tone } from '../../core/report/document.ts'
import type { Span, TextBlock } from '../../core/report/markdown-text.ts'
import { drawFigures, type Charts } from './charts.ts'

const fonts = join(dirname(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json')), 'ttf')
const face = (bold: boolean, italic: boolean, family = 'DejaVuSans'): string =>
  join(fonts, `${family}${bold || italic ? '-' : ''}${bold ? 'Bold' : ''}${italic ? 'Oblique' : ''}.ttf`)

const theme = chartThemes.print
/** Points between the margins of an A4 page. */
const WIDTH_pt = 595 - 2 * 42
const HEIGHT_pt = 842 - 2 * 48
/** Rows that a table of a document has at most; the files beside it have all. */
const MOST_ROWS = 400
/** Lines of a listing that serve a reader of paper. */
const SOURCE_LINES = 30

const colors: Readonly<Record<Tone, string | undefined>> = {
  good: '#1b6e3c',
  bad: '#b3261e',
  quiet: theme.quiet,
  strong: undefined
}

function spans(some: readonly Span[]): ContentText[] {
  return some.map(({ text, style, href }) => ({
    text,
    ...(style === 'strong' && { bold: true }),
    ...(style === 'emphasis' && { italics: true }),
    ...(style === 'code' && { font: 'Mono' }),
    ...(href !== undefined && { link: href, color: theme.ours })
  }))
}

function textContent(block: TextBlock): Content {
  switch (block.kind) {
    case 'heading':
      return { text: spans(block.spans), style: 'small-heading', headlineLevel: 2 }
    case 'paragraph':
      return { text: spans(block.spans), margin: [0, 0, 0, 6] }
    case 'list': {
      const items = block.items.map((item) => ({ text: spans(item) }))
      return block.ordered ? { ol: items, margin: [0, 0, 0, 6] } : { ul: items, margin: [0, 0, 0, 6] }
    }
    case 'code':
      return { text: block.text, font: 'Mono', fontSize: 7.5, preserveLeadingSpaces: true, margin: [0, 0, 0, 6] }
  }
}

const rules = {
  hLineWidth: (at: number) => (at === 1 ? 1 : 0.4),
  vLineWidth: () => 0,
  hLineColor: () => theme.line,
  paddingLeft: () => 3,
  paddingRight: () => 3,
  paddingTop: () => 2,
  paddingBottom: () => 2
}

function tableContent({ caption, columns, rows }: Table): Content {
  const shown = rows.slice(0, MOST_ROWS)
  const rest = rows.length > shown.length ? ` The first ${shown.length} of ${rows.length} rows.` : ''
  // Words take what numbers leave.
  const words = columns.map(({ numeric }) => !numeric)
  return [
    { text: caption + rest, style: 'caption', alignment: 'left' },
    {
      layout: rules,
      fontSize: columns.length > 6 ? 6.5 : 7.5,
      margin: [0, 2, 0, 10],
      table: {
        headerRows: 1,
        keepWithHeaderRows: 1,
        dontBreakRows: true,
        widths: words.map((isWords) => (isWords ? '*' : 'auto')),
        body: [
          columns.map(({ title, numeric }) => ({ text: title, bold: true, alignment: numeric ? 'right' : 'left' })),
          ...shown.map((row) =>
            columns.map(({ numeric }, at) => {
              const one = row[at]
              const color = one?.tone && colors[one.tone]
              return {
                text: one?.text ?? '',
                alignment: numeric ? ('right' as const) : ('left' as const),
                ...(numeric && { noWrap: true }),
                ...(color && { color }),
                ...(one?.tone === 'strong' && { bold: true })
              }
            })
          )
        ]
      }
    }
  ]
}

const factsContent = (facts: readonly Fact[]): Content => ({
  layout: 'noBorders',
  fontSize: 8.5,
  margin: [0, 0, 0, 8],
  table: {
    widths: ['auto', '*'],
    body: facts.map(({ name, value, note }) => [
      { text: name, color: theme.quiet },
      { text: [value, ...(note === undefined ? [] : [{ text: `  ${note}`, color: theme.quiet }])] }
    ])
  }
})

/** The width at which a drawing fits the page, by its own proportions. */
function fitted(svg: string): number {
  const [, width = 1, height = 1] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg)?.map(Number) ?? []
  return Math.min(WIDTH_pt, (HEIGHT_pt * 0.55 * width) / height)
}

function blockContent(block: Block, charts: Charts): Content {
  switch (block.kind) {
    case 'paragraph':
      return { text: block.text, margin: [0, 0, 0, 6] }
    case 'notice':
      return { text: `! ${block.text}`, color: colors.bad!, margin: [0, 0, 0, 6] }
    case 'text':
      return block.text.map(textContent)
    case 'facts':
      return factsContent(block.facts)
    case 'table':
      return tableContent(block.table)
    case 'list':
      return { ul: [...block.items], margin: [0, 0, 0, 6] }
    case 'source': {
      const lines = block.text.split('\n')
      const rest = lines.length > SOURCE_LINES ? `\n… ${lines.length - SOURCE_LINES} lines more, in the project` : ''
      return [
        { text: block.title, style: 'caption', alignment: 'left' },
        {
          text: lines.slice(0, SOURCE_LINES).join('\n') + rest,
          font: 'Mono',
          fontSize: 6,
          preserveLeadingSpaces: true
        }
      ]
    }
    case 'chart': {
      const svg = charts[block.chart]
      if (svg === undefined) return ''
      return {
        unbreakable: true,
        margin: [0, 4, 0, 10],
        stack: [
          { svg, width: fitted(svg), alignment: 'center', font: 'Sans' },
          { text: block.caption, style: 'caption' },
          ...(block.source
            ? [
                block.source.href === undefined
                  ? { text: block.source.text, style: 'source' }
                  : { text: `${block.source.text} · open this view`, link: block.source.href, style: 'source' }
              ]
            : [])
        ]
      }
    }
  }
}

/** A heading and what it heads; a figure right behind it stays on its page. */
function sectionContent({ title, blocks }: Section, charts: Charts): Content[] {
  const heading: Content = { text: title, style: 'heading', headlineLevel: 1, outline: true, outlineText: title }
  const contents = blocks.map((block) => blockContent(block, charts))
  const [first, ...rest] = contents
  return blocks[0]?.kind === 'chart' && first !== undefined
    ? [{ unbreakable: true, stack: [heading, first] }, ...rest]
    : [heading, ...contents]
}

/** The pages: A4, figures as vectors, headings as outline, page numbers. */
function definition({ document, figures }: BuiltReport, madeAt: Date): TDocumentDefinitions {
  const charts = drawFigures(figures)
  return {
    info: { title: document.title, creator: 'TMAC Workbench', producer: 'TMAC Workbench', creationDate: madeAt },
    pageSize: 'A4',
    pageMargins: [42, 48, 42, 48],
    defaultStyle: { font: 'Sans', fontSize: 9, lineHeight: 1.2, color: theme.ink },
    styles: {
      title: { fontSize: 18, bold: true, margin: [0, 0, 0, 2] },
      subtitle: { color: theme.quiet, margin: [0, 0, 0, 12] },
      heading: { fontSize: 13, bold: true, margin: [0, 12, 0, 6] },
      'small-heading': { fontSize: 10.5, bold: true, margin: [0, 8, 0, 4] },
      caption: { fontSize: 8, color: theme.quiet, alignment: 'center' },
      source: { fontSize: 6.5, color: theme.ours, alignment: 'center' }
    },
    // A heading stays with what it heads.
    pageBreakBefore: (node, query) =>
      node.headlineLevel !== undefined &&
      query.getFollowingNodesOnPage().every((next) => next.headlineLevel !== undefined),
    footer: (page: number, pages: number) => ({
      columns: [
        { text: document.title.slice(0, 90), color: theme.quiet },
        { text: `${page} / ${pages}`, alignment: 'right', color: theme.quiet }
      ],
      fontSize: 7,
      margin: [42, 14, 42, 0]
    }),
    content: [
      { text: document.title, style: 'title' },
      { text: document.subtitle, style: 'subtitle' },
      ...document.sections.flatMap((section) => sectionContent(section, charts))
    ]
  }
}

/** A report as PDF. Nothing is fetched: fonts come with the program, pictures are drawn here. @param madeAt the time it states */
export async function pdfReport(report: BuiltReport, madeAt: Date): Promise<Uint8Array> {
  pdfmake.setFonts({
    Sans: {
      normal: face(false, false),
      bold: face(true, false),
      italics: face(false, true),
      bolditalics: face(true, true)
    },
    Mono: { normal: face(false, false, 'DejaVuSansMono'), bold: face(true, false, 'DejaVuSansMono') }
  })
  pdfmake.setUrlAccessPolicy(() => false)
  pdfmake.setLocalAccessPolicy((path) => dirname(path) === fonts)
  return await pdfmake.createPdf(definition(report, madeAt)).getBuffer()
}
