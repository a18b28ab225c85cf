import type { Block, Cell, Column, Fact, ReportDocument, Section, Table } from '../../core/report/document.ts'
import type { Span, TextBlock } from '../../core/report/markdown-text.ts'
import type { Charts } from './charts.ts'
import { escapeHtml } from '../../core/report/escape-html.ts'
import { reportStyle } from './report-style.ts'

/** Letters from which on a text would make a tall pile of words in a column that gives way to the others. */
const LONG = 25

function tableCell({ text, tone }: Cell, column: Column | undefined, isRowHeader: boolean): string {
  const long = !column?.numeric && text.length >= LONG
  const classes = [column?.numeric ? 'number' : '', long ? 'long' : '', tone ?? '']
    .filter((name) => name !== '')
    .join(' ')
  const attributes = classes ? ` class="${classes}"` : ''
  return isRowHeader
    ? `<th scope="row"${attributes}>${escapeHtml(text)}</th>`
    : `<td${attributes}>${escapeHtml(text)}</td>`
}

function tableHtml({ caption, columns, rows }: Table): string {
  const head = columns
    .map(({ title, numeric }) => `<th scope="col"${numeric ? ' class="number"' : ''}>${escapeHtml(title)}</th>`)
    .join('')
  const body = rows.map((row) => `<tr>${row.map((each, at) => tableCell(each, columns[at], at === 0)).join('')}</tr>`)
  return (
    `<div class="wide" role="region" tabindex="0" aria-label="${escapeHtml(caption)}"><table><caption>${escapeHtml(caption)}</caption>` +
    `<thead><tr>${head}</tr></thead><tbody>${body.join('\n')}</tbody></table></div>`
  )
}

const isHash = (value: string): boolean => /^[0-9a-f]{64}$/.test(value)

const factHtml = ({ name, value, note }: Fact): string =>
  `<dt>${escapeHtml(name)}</dt><dd${isHash(value) || name === 'Command' ? ' class="mono"' : ''}>${escapeHtml(value)}` +
  `${note === undefined ? '' : `<small>${escapeHtml(note)}</small>`}</dd>`

const captionHtml = ({ caption, source }: Block & { kind: 'chart' }): string =>
  escapeHtml(caption) +
  (source
    ? `<br><small>${escapeHtml(source.text)}${source.href === undefined ? '' : ` · <a href="${escapeHtml(source.href)}">open this view</a>`}</small>`
    : '')

function spanHtml({ text, style, href }: Span): string {
  const words = escapeHtml(text)
  if (href !== undefined) return `<a href="${escapeHtml(href)}" rel="noreferrer">${words}</a>`
  const tag = style && { strong: 'strong', emphasis: 'em', code: 'code' }[style]
  return tag ? `<${tag}>${words}</${tag}>` : words
}
const spansHtml = (spans: readonly Span[]): string => spans.map(spanHtml).join('')

function textHtml(block: TextBlock): string {
  switch (block.kind) {
    case 'heading':
      return `<h3>${spansHtml(block.spans)}</h3>`
    case 'paragraph':
      return `<p>${spansHtml(block.spans)}</p>`
    case 'list': {
      const tag = block.ordered ? 'ol' : 'ul'
      return `<${tag}>${block.items.map((item) => `<li>${spansHtml(item)}</li>`).join('')}</${tag}>`
    }
    case 'code':
      return `<pre>${escapeHtml(block.text)}</pre>`
  }
}

function blockHtml(block: Block, charts: Charts): string {
  switch (block.kind) {
    case 'paragraph':
      return `<p>${escapeHtml(block.text)}</p>`
    case 'facts':
      return block.headline
        ? `<dl class="headline">${block.facts.map((fact) => `<div>${factHtml(fact)}</div>`).join('\n')}</dl>`
        : `<dl class="facts">${block.facts.map(factHtml).join('\n')}</dl>`
    case 'table':
      return tableHtml(block.table)
    case 'list':
      return `<ul>${block.items.map((item) => `<li>${escapeHtml(item)}</li>`).join('\n')}</ul>`
    case 'source':
      return `<details><summary>${escapeHtml(block.title)}</summary><pre>${escapeHtml(block.text)}</pre></details>`
    case 'chart': {
      const svg = charts[block.chart]
      return svg === undefined ? '' : `<figure>${svg}<figcaption>${captionHtml(block)}</figcaption></figure>`
    }
    case 'text':
      return block.text.map(textHtml).join('\n')
    case 'notice':
      return `<p class="notice" role="note">${escapeHtml(block.text)}</p>`
  }
}

const sectionHtml = ({ id, title, blocks }: Section, charts: Charts): string =>
  `<section id="${escapeHtml(id)}"><h2>${escapeHtml(title)}</h2>\n${blocks.map((block) => blockHtml(block, charts)).join('\n')}</section>`

/**
 * A report as one HTML file that needs nothing else: style and figures inside, no script, no fetch (a content policy forbids both), every
 * text of the document escaped. The charts are trusted SVG from `drawFigures`.
 */
export function renderReportHtml(document: ReportDocument, charts: Charts): string {
  const links = document.sections.map(
    ({ id, title }) => `<li><a href="#${escapeHtml(id)}">${escapeHtml(title)}</a></li>`
  )
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${escapeHtml(document.title)}</title>
<style>${reportStyle}</style>
</head>
<body>
<main>
<header>
<p class="kind">Report</p>
<h1>${escapeHtml(document.title)}</h1>
<p class="subtitle">${escapeHtml(document.subtitle)}</p>
<nav aria-label="Contents"><ol>${links.join('')}</ol></nav>
</header>
${document.sections.map((section) => sectionHtml(section, charts)).join('\n')}
<footer>Made by TMAC Workbench. This file is complete: it loads nothing and runs no scripts.</footer>
</main>
</body>
</html>
`
}
