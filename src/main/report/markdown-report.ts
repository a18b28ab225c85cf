import type { BuiltReport } from '../../core/report/build-report.ts'
import { sheetCsv } from '../../core/report/data-sheet.ts'
import type { Block } from '../../core/report/document.ts'
import { escapeMarkdown, markdownTable } from '../../core/report/markdown.ts'
import type { Span, TextBlock } from '../../core/report/markdown-text.ts'
import { drawFigure } from './charts.ts'

/** Files of a report by their path in it. */
export type ReportFiles = Readonly<Record<string, string>>

function span({ text, style, href }: Span): string {
  if (style === 'code') return `\`${text.replaceAll('`', "'")}\``
  const words = escapeMarkdown(text)
  if (href !== undefined) return `[${words}](${href})`
  return style === 'strong' ? `**${words}**` : style === 'emphasis' ? `*${words}*` : words
}
const spans = (some: readonly Span[]): string => some.map(span).join('')

function textMarkdown(block: TextBlock): string {
  switch (block.kind) {
    case 'heading':
      return `### ${spans(block.spans)}\n`
    case 'paragraph':
      return `${spans(block.spans)}\n`
    case 'list':
      return `${block.items.map((item, at) => `${block.ordered ? `${at + 1}.` : '-'} ${spans(item)}`).join('\n')}\n`
    case 'code':
      return `${fenced(block.text)}\n`
  }
}
/** In a fence longer than any inside. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}\n${text}\n${fence}`
}

function blockMarkdown(block: Block): string {
  switch (block.kind) {
    case 'paragraph':
      return `${escapeMarkdown(block.text)}\n`
    case 'notice':
      return `> ${escapeMarkdown(block.text)}\n`
    case 'text':
      return block.text.map(textMarkdown).join('\n')
    case 'facts':
      return markdownTable({
        caption: '',
        columns: [{ title: 'Quantity' }, { title: 'Value' }],
        rows: block.facts.map(({ name, value, note }) => [
          { text: name },
          { text: note === undefined ? value : `${value} (${note})` }
        ])
      })
    case 'table':
      return markdownTable(block.table)
    case 'list':
      return `${block.items.map((item) => `- ${escapeMarkdown(item)}`).join('\n')}\n`
    case 'source':
      return `${escapeMarkdown(block.title)}\n\n${fenced(block.text)}\n`
    case 'chart': {
      const view = block.source?.href === undefined ? '' : `, [open this view](${block.source.href})`
      const source = block.source ? ` ${escapeMarkdown(block.source.text)}${view}` : ''
      return `![${escapeMarkdown(block.caption)}](figures/${block.chart}.svg)\n\n*${escapeMarkdown(block.caption)}*${source}\n`
    }
  }
}

/** A report as Markdown, its figures as SVG and their numbers as CSV beside it. @param name of the text, without ending */
export function markdownReport({ document, figures }: BuiltReport, name: string): ReportFiles {
  const sections = document.sections.map(
    ({ title, blocks }) => `## ${escapeMarkdown(title)}\n\n${blocks.map(blockMarkdown).join('\n')}`
  )
  const text = [`# ${escapeMarkdown(document.title)}\n`, `${escapeMarkdown(document.subtitle)}\n`, ...sections].join(
    '\n'
  )
  return {
    [`${name}.md`]: text,
    ...Object.fromEntries(
      figures.flatMap((figure) => [
        [`figures/${figure.name}.svg`, drawFigure(figure)],
        [`data/${figure.name}.csv`, sheetCsv(figure.sheet)]
      ])
    )
  }
}
