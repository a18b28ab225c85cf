import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { cell, columns, type Table } from '../../src/core/report/document.ts'
import { textTable } from '../../src/core/report/tables.ts'
import { chipPreset } from '../../src/core/chip/chip-presets.ts'
import { ProjectLibrary } from '../../src/main/projects/project-library.ts'
import { bareRowsPerSecond, growTo, writeLargeProject } from './large-project.ts'

const POINTS = 100_000
const LARGE_B = 500e6

const timed_s = (work: () => void): number => {
  const begun = performance.now()
  work()
  return (performance.now() - begun) / 1000
}

/**
 * How fast projects are written and opened: the budgets are 100,000 rows/s, and a project of 500 MB in 1.5 s. A point is two rows: its
 * quantities, which are looked up and sorted by, and its evaluation of 664 bytes.
 */
export function projectsBench(): Table {
  const folder = mkdtempSync(join(tmpdir(), 'tmac-bench-'))
  try {
    const path = join(folder, 'large.tmac')
    const points = writeLargeProject(path, POINTS)
    const bare = bareRowsPerSecond(join(folder, 'bare.sqlite'), POINTS)
    growTo(path, LARGE_B)
    const library = new ProjectLibrary({ dataFolder: folder, projectFolder: folder, sample: '' })
    let id = ''
    const opening = timed_s(() => {
      id = library.open(path).id
    })
    const view = timed_s(() => library.runView(id, 1))
    const edit = timed_s(() =>
      library.write(id, ({ documents }) => documents.create('chip', 'Chip', chipPreset('wsc-llm-54')))
    )
    library.close()
    const figures: readonly (readonly [string, string])[] = [
      [
        'Rows of points and of their evaluations written per second, 500 points to a transaction',
        (2 * points).toFixed(0)
      ],
      ['Points with their evaluations per second', points.toFixed(0)],
      ['Points with their evaluations as one row of a bare table, per second, 500 to a transaction', bare.toFixed(0)],
      [`Open a project of ${(statSync(path).size / 1e6).toFixed(0)} MB, s`, opening.toFixed(2)],
      ['Its run with the points on its own chip, s', view.toFixed(2)],
      ['First edit of it, s', edit.toFixed(3)]
    ]
    return {
      caption: 'Projects',
      columns: columns('What', '#Measured'),
      rows: figures.map(([what, value]) => [cell(what), cell(value)])
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.log(textTable(projectsBench()))
