import { basename, dirname, join } from 'node:path'
import packageFile from '../../../package.json' with { type: 'json' }
import type { Chart } from '../../core/report/charts/chart.ts'
import type { Table } from '../../core/report/document.ts'
import { markdownTable } from '../../core/report/markdown.ts'
import { chartSvg } from '../../drawing/chart-svg.ts'
import { makeFolderOf, writeResultFile } from './write-result-file.ts'

/** A chapter of a page: words, then tables, then figures. */
export interface PagePart {
  readonly title: string
  /** Markdown. */
  readonly text: string
  readonly tables: readonly Table[]
  readonly charts: readonly { readonly name: string; readonly chart: Chart }[]
}

/** A page that a command makes anew whenever it is run. */
export interface Page {
  readonly title: string
  /** Paragraphs before the first chapter. */
  readonly lead?: readonly string[]
  readonly command: string
  readonly parts: readonly PagePart[]
}

/** Writes a page as Markdown, with its figures in a folder named after it. */
export function writePage(path: string, directory: string, { title, lead = [], command, parts }: Page): void {
  const folder = basename(path).replace(/\.[^.]*$/, '')
  const chapters = parts.map(({ title: name, text, tables, charts }) => {
    const figures = charts.map(({ name: figure, chart }) => {
      const file = join(dirname(path), folder, `${figure}.svg`)
      makeFolderOf(file, directory)
      writeResultFile(file, directory, `${chartSvg(chart)}\n`)
      return `![${chart.description}](${folder}/${figure}.svg)\n`
    })
    return [`## ${name}`, '', ...(text ? [text, ''] : []), ...tables.map(markdownTable), ...figures].join('\n')
  })
  const head = [
    `# ${title}`,
    '',
    `Made by \`${command}\` with version ${packageFile.version} on ${new Date().toISOString().slice(0, 10)}. Do not edit: run it again.`,
    '',
    ...lead.flatMap((paragraph) => [paragraph, ''])
  ]
  writeResultFile(path, directory, `${[...head, ...chapters].join('\n')}`)
}
