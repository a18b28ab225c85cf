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
  { figure: 'roofline', point: 20 },
  { figure: 'breakdown', point: 20 },
  { figure: 'timeline', points: [20] },
  { figure: 'timeline', points: [19, 20] },
  { figure: 'memory-time', point: 20 },
  { figure: 'memory-time', point: 20, stage: 2 },
  { figure: 'links', point: 20 },
  { figure: 'links', point: 20, moment: 'peak' },
  { figure: 'timeline', points: [20, 999_999] },
  { figure: 'memory-time', point: 20, stage: 999 }
]

test('a report simulates what its figures show and the project does not keep; a point that is gone leaves its block stale', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tmac-insights-'))
  try {
    copyFileSync(sample, join(folder, 'sample.tmac'))
    using store = openProject(join(folder, 'sample.tmac'))
    const blocks = figures.map((figure, at): ReportBlock => ({ kind: 'figure', key: `${at}`, figure }))
    const shown = await showBlocks(store, blocks, insightsHere(store))
    const pictures = shown.flatMap((block) => Object.entries(block.pictures))
    const names = ['rooflineP20', 'breakdownP20', 'timelineP20', 'timelineP19x20', 'memory-timeP20', 'memory-timeP20S2']
    expect(pictures.map(([name]) => name)).toEqual([...names, 'linksP20', 'linksP20peak'])
    for (const [, picture] of pictures) expect(picture).toMatch(/^<svg[^]*<\/svg>\s*$/)
    expect(shown.map(({ stale }) => stale !== undefined)).toEqual([...pictures.map(() => false), true, true])
    for (const [name, picture] of pictures)
      for (const [, id] of picture.matchAll(/\sid="([^"]*)"/g)) expect(id).toMatch(new RegExp(`^${name}-`))

    // The same picture alone, byte for byte.
    const output = join(folder, 'alone.svg')
    const asked = ['--project', store.path, '--output', output, '--figure', 'links', '--point', '20']
    expect(await runCli(['export', '--format', 'svg', ...asked])).toMatchObject({ code: 0 })
    expect(readFileSync(output, 'utf8')).toBe(new Map(pictures).get('linksP20'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}, 60_000)
