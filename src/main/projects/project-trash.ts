import type { TrashContents } from '../../contract/projects-contract.ts'
import { buildBlock } from '../../core/report/build-report.ts'
import { shownHash, type LastShown } from '../../core/report/last-shown.ts'
import type { ReportBlock } from '../../core/report/report-spec.ts'
import { runsOfBlock } from '../../core/report/runs-of-block.ts'
import { gatherInsights, type InsightSource } from '../report/report-insights.ts'
import { reportMaterial } from '../report/report-material.ts'
import type { ProjectLibrary } from './project-library.ts'
import type { ProjectStore } from './project-store.ts'

/** What the blocks of all reports show of a run, drawn, by the hash of what they name. */
async function shownOfRun(store: ProjectStore, run: number, source: InsightSource): Promise<Map<string, LastShown>> {
  const plain = reportMaterial(store)
  const blocks = store.documents
    .list()
    .filter(({ kind, trashedAt }) => kind === 'report' && trashedAt === undefined)
    .flatMap(({ id }): readonly ReportBlock[] => {
      const document = store.documents.read(id)
      return document.kind === 'report' ? document.content.blocks : []
    })
    .filter((block) => runsOfBlock(block, plain).includes(run))
  if (blocks.length === 0) return new Map()
  // Drawing takes long to load; most runs are in no report.
  const { drawFigure } = await import('../report/charts.ts')
  const material = reportMaterial(store, await gatherInsights(blocks, source))
  return new Map(
    blocks.flatMap((block): [string, LastShown][] => {
      const built = buildBlock(block, material)
      if (built.stale !== undefined) return []
      const figures = built.figures.map(({ name, title, sheet, picture }) => ({
        name,
        title,
        sheet,
        picture: { svg: drawFigure({ name, title, sheet, picture }) }
      }))
      return [[shownHash(block), { blocks: built.blocks, figures }]]
    })
  )
}

/** Puts runs into the trash of their project and takes them out, and empties it. */
export class ProjectTrash {
  readonly #library: ProjectLibrary

  constructor(library: ProjectLibrary) {
    this.#library = library
  }

  /** Reports keep what they showed of the run. @throws Problem `usage` for one that is running */
  async trashRun(project: string, run: number, source: InsightSource): Promise<void> {
    const shown = await shownOfRun(this.#library.store(project), run, source)
    this.#library.write(project, (store) => store.trashRun(run, shown))
  }

  restoreRun(project: string, run: number): void {
    this.#library.write(project, (store) => store.restoreRun(run))
  }

  contents(project: string): TrashContents {
    return this.#library.store(project).trashContents()
  }

  /** Deletes what is in the trash for ever and gives its space back. @returns bytes by which the file became smaller */
  empty(project: string): number {
    return this.#library.write(project, (store) => store.emptyTrash())
  }
}
