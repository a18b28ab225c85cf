import { copyFileSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import packageFile from '../../package.json' with { type: 'json' }
import { SearchSpec } from '../../src/contract/search-spec.ts'
import { chipPreset } from '../../src/core/chip/chip-presets.ts'
import { requireWafer } from '../../src/core/chip/require-wafer.ts'
import { sampleDefects } from '../../src/core/chip/defects/sample-defects.ts'
import { runTemplate } from '../../src/core/report/report-templates.ts'
import { modelPreset } from '../../src/core/workload/model-presets.ts'
import { spawnEngine } from '../../src/main/host/spawn-engine.ts'
import { runExplorationJob } from '../../src/main/jobs/exploration-job.ts'
import { explorationOf } from '../../src/main/jobs/exploration-setup.ts'
import { projectFormat } from '../../src/main/projects/migrations.ts'
import { openProject } from '../../src/main/projects/open-project.ts'
import type { ProjectStore } from '../../src/main/projects/project-store.ts'
import { explorationRecord } from '../../src/main/report/exploration-record.ts'
import { sampleProject } from './sample-project.ts'

// Run by `npm run sample` after a change of the project's format or of what a search finds. Points and documents are the same whoever makes
// them; only times of the day and of the machine differ.

/** Runs the search that a document sets up to its end. */
async function search(store: ProjectStore, document: number): Promise<number> {
  const { content, name } = store.documents.read(document)
  const { inputs, command } = explorationOf(SearchSpec.parse(content), store)
  const versions = { tmac: packageFile.version, node: process.versions.node, schema: projectFormat }
  const run = store.startRun(inputs, { command, versions })
  let told = ''
  await runExplorationJob({
    inputs,
    run,
    workers: availableParallelism(),
    spawn: spawnEngine,
    onProgress: ({ phase, share }) => {
      const now = `${name}: ${phase}, ${Math.floor(share * 20) * 5}%`
      if (now !== told) console.log((told = now))
    }
  })
  return run.id
}

async function fill(store: ProjectStore): Promise<void> {
  const create = (...given: Parameters<typeof store.documents.create>): number => store.documents.create(...given).id
  const wafer = requireWafer(chipPreset('wsc-llm-54'), 'a defect map')
  const training = { globalBatch: 512, sequenceLength: 4096, powerCap_W: null, budget_s: null }
  const model = create('model', 'Llama 3 70B', modelPreset('llama-3-70b').spec)
  const chip = create('chip', 'Wafer of 54 dies', wafer)
  const map = sampleDefects(wafer, { seed: 8, cause: 'bonds', linkYield: 0.98 })
  const defects = create('defects', 'A bond and a link lost, seed 8', { chip: { document: chip }, map })
  const inputs = { model: { document: model }, chip: { document: chip }, ...training }
  // The wafers come last: a project opens on its newest run.
  const damaged = await search(
    store,
    create('search', 'The wafer with its defects', {
      ...inputs,
      defects: { document: defects },
      wafers: null
    })
  )
  const wafers = await search(store, create('search', 'Wafers around 54 dies', inputs))
  const record = explorationRecord(store, wafers)
  const [ours, mapped] = [record.best!, store.bestPoint(damaged)!]
  const policies = store.pointsOnOwnChip(wafers).filter(({ source }) => source.startsWith('policy:'))
  const rival = policies.reduce((best, one) =>
    one.evaluation.tokensPerSecond > best.evaluation.tokensPerSecond ? one : best
  )
  const front = store.front(wafers)
  const fastest = front.reduce((best, one) =>
    one.evaluation.tokensPerSecond > best.evaluation.tokensPerSecond ? one : best
  )
  create('chip', 'A faster wafer of the front', {
    ...fastest.chip,
    name: 'wsc-llm-54-faster',
    title: `A faster wafer: ${fastest.label}`
  })
  create('exploration', 'Ours, a policy, a better wafer, a damaged one', {
    points: [ours, rival, fastest, mapped].map(({ id, runId }) => ({ run: runId, point: id })),
    note: 'The same model four times: mapped by our search, by the best policy, on a faster wafer of the front, and on the wafer with its defects.'
  })
  create('report', 'What the exploration found', runTemplate(record))
  store.nameVersion('As shipped')
}

const folder = mkdtempSync(join(tmpdir(), 'tmac-sample-'))
try {
  const draft = join(folder, 'draft.tmac')
  const compact = join(folder, 'compact.tmac')
  {
    using store = openProject(draft, { create: true })
    await fill(store)
    store.copyTo(compact)
  }
  copyFileSync(compact, sampleProject)
  console.log(`${sampleProject}: ${statSync(sampleProject).size} B`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
