import { expect, test } from 'vitest'
import { buildReport } from '../../src/core/report/build-report.ts'
import type { ExplorationRecord } from '../../src/core/report/exploration-record.ts'
import { runTemplate } from '../../src/core/report/report-templates.ts'
import { drawFigures } from '../../src/main/report/charts.ts'
import { renderReportHtml } from '../../src/main/report/html.ts'
import { sequenceColor } from '../../src/core/report/palette.ts'
import { waferMap } from '../../src/core/report/wafer-map.ts'
import { exampleRecord, materialOf } from '../fixtures/exploration-record.ts'
import { exampleChip } from '../fixtures/kept-point.ts'

const record = exampleRecord()
const built = (of: ExplorationRecord) => buildReport(runTemplate(of), materialOf(of))
function pageOf(of: ExplorationRecord): string {
  const { document, figures } = built(of)
  return renderReportHtml(document, drawFigures(figures))
}
const html = pageOf(record)

test('the same run gives the same bytes, however many charts were drawn before', () => {
  expect(pageOf(exampleRecord())).toBe(html)
})

test('all six figures are there as SVG that says what it shows', () => {
  const figures = html.match(/<figure><svg[^>]*>/g) ?? []
  expect(figures).toHaveLength(6)
  for (const figure of figures)
    expect(figure).toMatch(/role="img".*aria-label="[^"]{20,}"|aria-label="[^"]{20,}".*role="img"/)
})

test('the page runs nothing and loads nothing', () => {
  expect(html).not.toMatch(/<script|<link|<iframe|<object|<img|@import|url\((?!#)|\son\w+=/i)
  expect([...html.matchAll(/\b(?:src|href)="([^"]*)"/g)].every(([, target]) => /^(#|tmac:)/.test(target!))).toBe(true)
  expect(html).toContain("default-src 'none'")
})

test('each figure is well-formed XML: attributes end where they should', () => {
  for (const svg of Object.values(drawFigures(built(record).figures)))
    for (const [tag] of svg.matchAll(/<[a-z][^>]*>/gi))
      expect(tag).toMatch(/^<[a-zA-Z]+(\s+[a-zA-Z0-9:_-]+="[^"<]*")*\s*\/?>$/)
})

test('identifiers are unique in the page', () => {
  const ids = [...html.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id)
  expect(ids.length).toBeGreaterThan(5)
  expect(new Set(ids).size).toBe(ids.length)
})

test('names that people give are text, wherever they stand', () => {
  const attack = `"><script>alert(1)</script><img src=x onerror='alert(2)'>`
  const points = record.points.map((point) => ({ ...point, label: attack, chip: exampleChip({ name: attack }) }))
  const run = {
    ...record.run,
    command: attack,
    inputs: { ...record.run.inputs, model: { ...record.run.inputs.model, name: attack } },
    failedPolicies: [{ policy: attack, reason: attack, evaluation: record.points[0]!.evaluation }]
  }
  const hostile = { ...record, run, points, best: points[0], project: attack }
  const page = pageOf(hostile)
  expect(page).toContain('&lt;script&gt;')
  expect(page).not.toMatch(/<script|<img/i)
})

test('the wafer map draws each die once, in the place of its stage', () => {
  const map = waferMap(record.best!)!
  const regions = [...map.matchAll(/<title>replica (\d+), stage (\d+)<\/title>(.*?)<\/g>/g)]
  expect(regions.map(([, replica, stage]) => `${replica}/${stage}`)).toEqual(['0/0', '0/1', '0/2', '0/3'])
  const dies = regions.map(([, , , body]) =>
    [...body!.matchAll(/<rect x="(-?[\d.]+)"[^>]*stroke-opacity/g)].map((match) => Number(match[1]))
  )
  expect(dies.map((x) => x.length)).toEqual([14, 14, 14, 14])
  expect(Math.max(...dies[0]!)).toBeLessThan(Math.min(...dies[1]!))
  expect(map).toContain('<circle r="150"')
})

test('rows of the placement past the first wafer lie on the next', () => {
  const best = record.best!
  const mapping = {
    ...best.mapping,
    placement: [best.mapping.placement[0]!.map(([row, column]): [number, number] => [row + 7, column])]
  }
  const map = waferMap({ ...best, mapping, chip: exampleChip({ wafers: 2 }) })!
  const [first, second] = map.split('wafer 0</text>')
  expect(first).not.toContain('<title>')
  expect(second).toContain('<title>replica 0, stage 3</title>')
})

test('a run without any point and policy has a page without figures, and no block of it is stale', () => {
  const run = { ...record.run, failedPolicies: [] }
  const empty = { ...record, run, points: [], best: undefined }
  expect(built(empty)).toMatchObject({ figures: [], stale: [] })
  expect(pageOf(empty)).not.toContain('<figure>')
})

test('stage colours run from the dark end of the sequence to the light one', () => {
  expect([sequenceColor(0), sequenceColor(1)]).toEqual(['#00224e', '#fee838'])
})

test('columns of sentences keep a least width on a narrow screen, columns of numbers and names do not need one', () => {
  expect(html).toMatch(/tbody \.long \{ min-width: \d+em; \}/)
  const cells = [...html.matchAll(/<t[dh](?: scope="row")?(?: class="([^"]*)")?>([^<]*)<\/t[dh]>/g)]
  const remark = cells.find(([, , text]) => text!.startsWith('56 replicas do not divide'))!
  expect(remark[1]).toContain('long')
  for (const [, classes = '', text] of cells)
    if (classes.includes('number') || text!.length < 20) expect(classes).not.toContain('long')
})
