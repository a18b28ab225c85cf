import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { hostProcess, type HostProcess } from '../fixtures/host-process.ts'

let folder: string
let host: HostProcess
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tmac-killed-'))
  host = await hostProcess(folder)
})
afterEach(async () => {
  await host.kill()
  rmSync(folder, { recursive: true, force: true })
})

test('kill -9 of the host in mid-edit loses no edit that it acknowledged, and undo still reaches back', async () => {
  const { id: project } = await host.client.projects.create({ name: 'edited' })
  const content = { points: [], note: '' }
  const { id: document } = await host.client.documents.create({ project, kind: 'exploration', name: 'Study', content })
  let acknowledged = 0
  const editing = (async () => {
    for (let revision = 0; ; revision++) {
      const patch = [{ op: 'replace' as const, path: '/note', value: `after ${revision + 1}` }]
      await host.client.documents.edit({ project, document, revision, label: 'Write', patch, key: `key-${revision}` })
      acknowledged = revision + 1
    }
  })().catch(() => undefined)
  await expect.poll(() => acknowledged, { timeout: 20_000, interval: 5 }).toBeGreaterThan(20)
  await host.kill()
  await editing

  host = await hostProcess(folder)
  const found = await host.client.documents.read({ project, document })
  // The edit on its way when the host died may have been made, too; its page repeats it, and it is made once.
  expect([acknowledged, acknowledged + 1]).toContain(found.revision)
  expect(found.content).toMatchObject({ note: `after ${found.revision}` })
  await host.client.documents.undo({ project, document, revision: found.revision })
  expect((await host.client.documents.read({ project, document })).content).toMatchObject({
    note: `after ${found.revision - 1}`
  })
})

test('kill -9 of the host in mid-search loses no result that it had told of, and the run is said to be interrupted', async () => {
  const { id: project } = await host.client.projects.create({ name: 'searched' })
  const { id: job, run } = await host.client.jobs.start({
    project,
    model: { preset: 'megatron-1.7b' },
    chip: { preset: 'lean-48' },
    globalBatch: 48,
    sequenceLength: 1024,
    objective: 'throughput',
    powerCap_W: null,
    budget_s: 60
  })
  let told = 0
  for await (const state of await host.client.jobs.watch({ job })) {
    told = state.pointCount
    if (told > 5) break
  }
  // An edit is made while the search writes.
  const content = { points: [], note: 'meanwhile' }
  await host.client.documents.create({ project, kind: 'exploration', name: 'Meanwhile', content })
  await host.kill()

  host = await hostProcess(folder)
  const view = await host.client.projects.view({ project })
  expect(view.runs).toMatchObject([{ id: run, status: 'interrupted' }])
  expect(view.runs[0]!.pointCount).toBeGreaterThanOrEqual(told)
  expect(view.readOnly).toBeUndefined()
  expect(await host.client.documents.list({ project })).toMatchObject([{ name: 'Meanwhile' }])
})
