import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { FigureSpec, ReportBlock } from '../../src/core/report/report-spec.ts'
import { openProject } from '../../src/main/projects/open-project.ts'
import { insightsHere } from '../../src/main/report/report-insights.ts'
import { showBlocks } from '../../src/main/report/report-service.ts'

const sample = join(import.meta.dirname, '../../resources/samples/projects/llama-3-70b-on-54-dies.tmac')
const figures: readonly FigureSpec[] = [
  { figure: 'roofline', point: 10 },
  { figure: 'breakdown', point: 10 },
  { figure: 'timeline', points: [10] },
  { figure: 'timeline', points: [3, 10] },
  { figure: 'timeline', points: [10, 999_999] }
]

test('a report simulates what its figures show and the project does not keep; a point that is gone leaves its block stale', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tmac-insights-'))
  try {
    copyFileSync(sample, join(folder, 'sample.tmac'))
    using store = openProject(join(folder, 'sample.tmac'))
    const blocks = figures.map((figure, at): ReportBlock => ({ kind: 'figure', key: `${at}`, figure }))
    const shown = await showBlocks(store, blocks, insightsHere(store))
    const pictures = shown.flatMap((block) => Object.entries(block.pictures))
    expect(pictures.map(([name]) => name)).toEqual(['rooflineP10', 'breakdownP10', 'timelineP10', 'timelineP3x10'])
    for (const [, picture] of pictures) expect(picture).toMatch(/^<svg[^]*<\/svg>\s*$/)
    expect(shown.map(({ stale }) => stale !== undefined)).toEqual([false, false, false, false, true])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
