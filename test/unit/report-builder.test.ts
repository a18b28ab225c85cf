import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unzipSync, strFromU8 } from 'fflate'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { buildBlock, buildReport } from '../../src/core/report/build-report.ts'
import { escapeMarkdown } from '../../src/core/report/markdown.ts'
import { parseMarkdown, plainText } from '../../src/core/report/markdown-text.ts'
import { ReportSpec } from '../../src/core/report/report-spec.ts'
import { chipTemplate, comparisonTemplate, runTemplate } from '../../src/core/report/report-templates.ts'
import { drawFigure } from '../../src/main/report/charts.ts'
import { makeReport } from '../../src/main/report/report-files.ts'
import { exampleRecord, materialOf } from '../fixtures/exploration-record.ts'

const record = exampleRecord()
const material = materialOf(record)
const madeAt = new Date('2026-11-23T10:00:00Z')
const attack = `<script>alert(1)</script> [x](javascript:alert(2)) <img src=x onerror=alert(3)>`
const withText = (text: string): ReportSpec => ({
  title: text.slice(0, 200),
  blocks: [{ kind: 'text', key: 'a', text }]
})

describe('the Markdown of a report', () => {
  test('headings, lists, emphasis, code and links are known', () => {
    const [heading, paragraph, list, code] = parseMarkdown(
      '## Why\n\nIt is **fast**, *not* `free`: [paper](https://doi.org/x)\n\n1. one\n2. two\n\n```\na < b\n```'
    )
    expect(heading).toEqual({ kind: 'heading', level: 2, spans: [{ text: 'Why' }] })
    expect(paragraph).toMatchObject({
      spans: [
        { text: 'It is ' },
        { text: 'fast', style: 'strong' },
        { text: ', ' },
        { text: 'not', style: 'emphasis' },
        { text: ' ' },
        { text: 'free', style: 'code' },
        { text: ': ' },
        { text: 'paper', href: 'https://doi.org/x' }
      ]
    })
    expect(list).toEqual({ kind: 'list', ordered: true, items: [[{ text: 'one' }], [{ text: 'two' }]] })
    expect(code).toEqual({ kind: 'code', text: 'a < b' })
  })

  test('no letter of a text is lost, whatever stands around it, and links lead only to http, https and tmac', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab *`[]#-1.\n<>') }), (source) => {
        const words = parseMarkdown(source).map((block) =>
          block.kind === 'code'
            ? block.text
            : block.kind === 'list'
              ? block.items.map(plainText).join('')
              : plainText(block.spans)
        )
        const letters = (text: string): string => text.replace(/[^ab]/g, '')
        // What stands behind the fence of a code is no text of it.
        if (!source.includes('```')) expect(letters(words.join(''))).toBe(letters(source))
      })
    )
    expect(parseMarkdown(attack)).toEqual([{ kind: 'paragraph', spans: [{ text: attack }] }])
    expect(parseMarkdown('[a](javascript:x)')).toEqual([{ kind: 'paragraph', spans: [{ text: '[a](javascript:x)' }] }])
  })

  test('escaped text reads as itself: no markup is left in it', () => {
    expect(escapeMarkdown('a|b <b>*x*</b> [l](u) &lt;')).toBe('a\\|b \\<b\\>\\*x\\*\\</b\\> \\[l\\](u) \\&lt;')
    expect(escapeMarkdown('# not a heading\n1. not a list')).toBe('\\# not a heading\n1\\. not a list')
    const plain = plainText([{ text: 'a' }, { text: 'b' }])
    expect(plain).toBe('ab')
  })
})

describe('a report of blocks', () => {
  test('every template is a valid report without a stale block', () => {
    for (const spec of [runTemplate(record), comparisonTemplate([1, 2, 3], [1]), chipTemplate(record)]) {
      expect(ReportSpec.parse(spec)).toEqual(spec)
      const report = buildReport(spec, material)
      expect(report.stale).toEqual([])
      expect(report.document.sections.length).toBeGreaterThan(2)
    }
  })

  test('a figure says what it was made from, and links to the view that shows it', () => {
    const { blocks } = buildBlock({ kind: 'figure', key: 'f', figure: { figure: 'time', points: [1, 2] } }, material)
    expect(blocks[0]).toMatchObject({
      kind: 'chart',
      chart: 'timeP1x2',
      caption: 'Time of one optimizer step (s).',
      source: {
        text: `first.tmac, run 1 (seed 7, TMAC 0.1.0, inputs ${'e'.repeat(16)}), points 1, 2`,
        href: 'tmac://project/0123456789abcdef/compare?points=1,2'
      }
    })
    const wafer = buildBlock({ kind: 'figure', key: 'f', figure: { figure: 'wafer', point: 1 } }, material)
    expect(wafer.blocks[0]).toMatchObject({
      source: { href: 'tmac://project/0123456789abcdef/run/1/mapping?point=1' }
    })
  })

  test('a block whose source is gone is stale and says what is missing; the others stay', () => {
    const report = buildReport(
      {
        title: 'Half',
        blocks: [
          { kind: 'facts', key: 'a', point: 999 },
          { kind: 'table', key: 'b', table: 'policies', run: 7 },
          { kind: 'comparison', key: 'c', points: [1, 999] },
          { kind: 'figure', key: 'd', figure: { figure: 'waterfall', from: 1, to: 999 } },
          { kind: 'facts', key: 'e', point: 1 }
        ]
      },
      material
    )
    expect(report.stale.map(({ key }) => key)).toEqual(['a', 'b', 'c', 'd'])
    expect(report.stale[0]!.reason).toMatch(/^Point 999 is not in this project/)
    expect(report.document.sections[0]!.blocks.at(-1)).toMatchObject({ kind: 'facts' })
  })

  test('two blocks of one key, an unknown kind and too many points are refused', () => {
    const block = { kind: 'text', key: 'a', text: '' }
    expect(ReportSpec.safeParse({ title: '', blocks: [block, block] }).success).toBe(false)
    expect(ReportSpec.safeParse({ title: '', blocks: [{ kind: 'video', key: 'a' }] }).success).toBe(false)
    const points = Array.from({ length: 9 }, (_, at) => at + 1)
    expect(ReportSpec.safeParse({ title: '', blocks: [{ kind: 'comparison', key: 'a', points }] }).success).toBe(false)
  })
})

describe('the files of a report', () => {
  const text = async (spec: ReportSpec, format: 'html' | 'markdown') =>
    String((await makeReport(spec, material, format, 'r', madeAt)).files[0]![1])

  test('text as HTML is text, in HTML and in Markdown', async () => {
    const html = await text(withText(attack), 'html')
    expect(html).toContain('&lt;script&gt;alert(1)')
    expect(html).not.toMatch(/<script|<img|href="javascript/i)
    const markdown = await text(withText(attack), 'markdown')
    expect(markdown).toContain('\\<script\\>')
    expect(markdown).not.toMatch(/(^|[^\\])<(script|img)/)
  })

  test('the HTML links back to the views and holds the figures', async () => {
    const html = await text(runTemplate(record), 'html')
    expect(html).toContain('href="tmac://project/0123456789abcdef/run/1/front"')
    expect(html.match(/<figure><svg/g)!.length).toBeGreaterThanOrEqual(6)
  })

  test('the PDF has its title, its pages and its fonts inside', async () => {
    const { files } = await makeReport(comparisonTemplate([1, 2], [1]), material, 'pdf', 'r', madeAt)
    const pdf = Buffer.from(files[0]![1] as Uint8Array).toString('latin1')
    expect(pdf).toMatch(/^%PDF-1/)
    expect(pdf).toContain('DejaVuSans')
    expect(pdf).toContain('/FontFile2')
    expect(pdf).toMatch(/tmac:\/\/project\/0123456789abcdef\/compare\?points=1,2/)
    expect(pdf).not.toContain('/Subtype /Image')
  }, 20_000)

  test('the archive holds PDF, text, pictures, numbers, the report, its commands and how to cite', async () => {
    const spec = runTemplate(record)
    const { files } = await makeReport(spec, material, 'zip', 'r', madeAt)
    const inside = unzipSync(files[0]![1] as Uint8Array)
    expect(Object.keys(inside)).toEqual(
      expect.arrayContaining(['report.pdf', 'report.md', 'report.json', 'commands.sh', 'citation.bib'])
    )
    expect(JSON.parse(strFromU8(inside['report.json']!))).toEqual(spec)
    expect(strFromU8(inside['commands.sh']!)).toContain('tmac explore --model gpt-3-175b')
    expect(strFromU8(inside['citation.bib']!)).toContain('10.23919/ICS.2024.3515003')
    const { figures } = buildReport(spec, material)
    for (const figure of figures) {
      // The same picture alone as in the report, byte for byte.
      expect(strFromU8(inside[`figures/${figure.name}.svg`]!)).toBe(drawFigure(figure))
      expect(strFromU8(inside[`data/${figure.name}.csv`]!)).toMatch(/\r\n$/)
    }
  }, 20_000)

  test('the commands of the archive are a script, whatever the project and the report are called', async () => {
    const called = "Sample - it's 54 dies; touch pwned $(touch pwned).tmac"
    const kept = material.run(1)!
    const run = { ...kept, run: { ...kept.run, command: 'tmac explore --model x; touch pwned\ntouch pwned' } }
    const hostile = { ...material, project: { ...material.project, name: called }, run: () => run }
    const { files } = await makeReport(runTemplate(record), hostile, 'zip', 'of `touch pwned` & others', madeAt)
    const script = strFromU8(unzipSync(files[0]![1] as Uint8Array)['commands.sh']!)
    const folder = mkdtempSync(join(tmpdir(), 'tmac-script-'))
    const said = execFileSync('sh', ['-c', `tmac() { printf '%s\\n' "$@"; }\n${script}`], {
      cwd: folder,
      encoding: 'utf8'
    })
    expect(said.split('\n')).toEqual([
      'report',
      called,
      '--spec',
      'report.json',
      '--format',
      'zip',
      '--output',
      'of `touch pwned` & others.zip',
      ''
    ])
    expect(script).toContain('# tmac explore --model x; touch pwned\n# touch pwned')
    expect(readdirSync(folder)).toEqual([])
    rmSync(folder, { recursive: true })
  }, 20_000)

  test('a report of 500 blocks is made', async () => {
    const blocks = Array.from({ length: 500 }, (_, at) => ({
      kind: 'text' as const,
      key: `k${at}`,
      text: 'word '.repeat(200)
    }))
    expect((await text(ReportSpec.parse({ title: 'Long', blocks }), 'html')).length).toBeGreaterThan(500_000)
  })
})
