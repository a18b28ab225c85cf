import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { openProject } from '../../src/main/projects/open-project.ts'
import { openSample, workbenchFlow } from '../fixtures/workbench-flow.ts'
import type { WorkbenchPage } from '../fixtures/workbench-page.ts'
import { hasChromium } from './chromium.ts'

let workbench: WorkbenchPage
let page: Page

workbenchFlow(async (opened) => {
  workbench = opened
  page = opened.page
  await openSample(page)
})

const give = (name: string, value: unknown): Promise<void> =>
  page
    .getByLabel('Files to open or import')
    .setInputFiles({ name, mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(value)) })

test.skipIf(!hasChromium())('a mapping from a file becomes an evaluated point, or says what does not fit', async () => {
  const path = join(workbench.running.folder, 'projects', 'Sample - Llama 3 70B on 54 dies.tmac')
  using store = openProject(path, { readOnly: true })
  const { mapping } = store.pointsOnOwnChip(2).find(({ label }) => label === 'megatron-tuned')!
  await give('theirs.json', mapping)
  await page
    .getByText(/^The mapping of 'theirs\.json' is point \d+, in the place of point \d+: a step takes 100 s\./)
    .waitFor()
  await page.waitForURL(/\/mapping\?point=\d+/)
  await page
    .getByRole('heading', { name: /Point \d+: from theirs\.json/ })
    .first()
    .waitFor()

  await give('wrong.json', { ...mapping, microBatch: 'two', extra: 1 })
  await page
    .getByRole('alert')
    .filter({ hasText: /mapping file 'wrong\.json'.*microBatch/ })
    .waitFor()
  await give('illegal.json', { ...mapping, placement: mapping.placement.map((stages) => stages.map(() => [90, 90])) })
  await page.getByRole('alert').filter({ hasText: /90/ }).waitFor()
  await workbench.shoot('mapping-import-refused')
})

test.skipIf(!hasChromium())('the whole file is checked on request', async () => {
  await workbench.command('Check the whole project file')
  const dialog = page.getByRole('dialog', { name: 'Check of the project file' })
  await dialog
    .getByText(/2 runs, \d{3} points and 8 documents were read: nothing is wrong\./)
    .waitFor({ timeout: 20_000 })
  await workbench.shoot('project-check')
  await dialog.getByRole('button', { name: 'Close' }).click()
  expect(workbench.complaints).toEqual([])
})
