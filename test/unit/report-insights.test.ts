import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { FigureSpec, ReportBlock } from '../../src/core/report/report-spec.ts'
import { openProject } from '../../src/main/projects/open-project.ts'
import { insightsHere } from '../../src/main/report/report-insights.ts'
import { showBlocks } from '../../src/main/report/report-service.ts'
import { runCli } from './cli-run.ts'

const sample = join(import.meta.dirname, '../../resources/samples/projects/llama-3-70b-on-54-dies.tmac')
const figures: readonly FigureSpec[] = [
  { figure: 'roofline', point: 10 },
  { figure: 'breakdown', point: 10 },
  { figure: 'timeline', points: [10] },
  { figure: 'timeline', points: [3, 10] },
  { figure: 'memory-time', point: 10 },
  { figure: 'memory-time', point: 10, stage: 2 },
  { figure: 'links', point: 10 },
  { figure: 'links', point: 10, moment: 'peak' },
  { figure: 'timeline', points: [10, 999_999] },
  { figure: 'memory-time', point: 10, stage: 999 }
]

test('a report simulates what its figures show and the project does not keep; a point that is gone leaves its block stale', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tmac-insights-'))
  try {
    copyFileSync(sample, join(folder, 'sample.tmac'))
    using store = openProject(join(folder, 'sample.tmac'))
    const blocks = figures.map((figure, at): ReportBlock => ({ kind: 'figure', key: `${at}`, figure }))
    const shown = await showBlocks(store, blocks, insightsHere(store))
    const pictures = shown.flatMap((block) => Object.entries(block.pictures))
    const names = ['rooflineP10', 'breakdownP10', 'timelineP10', 'timelineP3x10', 'memory-timeP10', 'memory-timeP10S2']
    expect(pictures.map(([name]) => name)).toEqual([...names, 'linksP10', 'linksP10peak'])
    for (const [, picture] of pictures) expect(picture).toMatch(/^<svg[^]*<\/svg>\s*$/)
    expect(shown.map(({ stale }) => stale !== undefined)).toEqual([...pictures.map(() => false), true, true])
    for (const [name, picture] of pictures)
      for (const [, id] of picture.matchAll(/\sid="([^"]*)"/g)) expect(id).toMatch(new RegExp(`^${name}-`))

    // The same picture alone, byte for byte.
    const output = join(folder, 'alone.svg')
    const asked = ['--project', store.path, '--output', output, '--figure', 'links', '--point', '10']
    expect(await runCli(['export', '--format', 'svg', ...asked])).toMatchObject({ code: 0 })
    expect(readFileSync(output, 'utf8')).toBe(new Map(pictures).get('linksP10'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}, 60_000)
