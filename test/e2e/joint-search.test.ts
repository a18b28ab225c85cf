import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { SearchSpec } from '../../src/contract/search-spec.ts'
import { ModelSpec } from '../../src/core/workload/model-spec.ts'
import { openProject } from '../../src/main/projects/open-project.ts'
import { smallChip, smallModel, smallSpace } from '../fixtures/small-exploration.ts'
import { smallFamily } from '../fixtures/small-family.ts'
import { endsUncomplained, workbenchFlow } from '../fixtures/workbench-flow.ts'
import type { WorkbenchPage } from '../fixtures/workbench-page.ts'
import { hasChromium } from './chromium.ts'

let workbench: WorkbenchPage
let page: Page

/** A project with two models that are mapped in a moment, and a search of a few wafers for the first. */
function writeProject(path: string): void {
  using store = openProject(path, { create: true })
  const [, wide] = smallFamily
  const model = store.documents.create('model', 'Small', ModelSpec.parse(smallModel))
  store.documents.create('model', 'Wide', wide!.model)
  const chip = store.documents.create('chip', 'Sixteen dies', smallChip)
  store.documents.create(
    'search',
    'A few wafers',
    SearchSpec.parse({
      model: { document: model.id },
      chip: { document: chip.id },
      globalBatch: 16,
      sequenceLength: 1024,
      mapping: smallSpace.mapping,
      wafers: { genes: { 'grid.rows': [3, 4], 'links.latency_s': [2e-7, 2e-6] } },
      powerCap_W: null,
      policies: []
    })
  )
}

workbenchFlow(async (opened) => {
  workbench = opened
  page = opened.page
  const path = join(workbench.running.folder, 'joint.tmac')
  writeProject(path)
  await page.getByLabel('Path of a .tmac file').fill(path)
  await page.getByLabel('Path of a .tmac file').press('Enter')
  const tree = page.getByRole('navigation', { name: 'Project', exact: true })
  await tree.getByRole('link', { name: 'A few wafers' }).click()
  await page.getByRole('group', { name: 'What' }).waitFor()
})

const alert = (text: string | RegExp) => page.getByRole('alert').filter({ hasText: text })

test.skipIf(!hasChromium())(
  'a wafer is looked for that suits two models, and one workload is not named twice',
  async () => {
    await page.getByRole('button', { name: '+ Another workload' }).click()
    const second = page.getByRole('group', { name: 'Workload 2' })
    await second.getByLabel('Model').selectOption({ label: 'Small' })
    await alert('workload 2 is the same as workload 1').waitFor()
    expect(await page.getByRole('button', { name: 'Check first' }).isDisabled()).toBe(true)
    await second.getByLabel('Model').selectOption({ label: 'Wide' })
    await alert('the same as').waitFor({ state: 'detached' })
    await second.getByLabel('Global batch').fill('0')
    await second.getByLabel('Global batch').press('Tab')
    await alert('‘Global batch (sequences)’ of workload 2 is 0').waitFor()
    await second.getByLabel('Global batch').fill('8')
    await second.getByLabel('Sequence length').fill('512')
    await second.getByLabel('Weight').fill('2')
    await second.getByLabel('Weight').press('Tab')
    await alert('‘Global batch').waitFor({ state: 'detached' })
  }
)

test.skipIf(!hasChromium())(
  'wafers are ranked by what they withstand, where there are wafers and scenarios',
  async () => {
    await page.getByLabel('Rank wafers by').selectOption('worst')
    await page.getByLabel('Draws of defects (per wafer)').fill('0')
    await page.getByLabel('Draws of defects (per wafer)').press('Tab')
    await alert('‘Rank wafers by’ has no scenarios to look at').waitFor()
    await page.getByLabel('Ends of the constants').check()
    await alert('no scenarios').waitFor({ state: 'detached' })
    await page.getByLabel('Draws of defects (per wafer)').fill('2')
    await page.getByLabel('Draws of defects (per wafer)').press('Tab')
    await page.getByLabel('The chip as it is').check()
    await alert('compares explored wafers, and this search keeps the chip as it is').waitFor()
    await page.keyboard.press('Control+z')
    await alert('compares explored wafers').waitFor({ state: 'detached' })
  }
)

test.skipIf(!hasChromium())(
  'the check looks at every model, counts the scenarios and doubts a time that is too short',
  async () => {
    await page.getByRole('heading', { name: 'A few wafers' }).scrollIntoViewIfNeeded()
    await workbench.shoot('joint-form')
    await page.getByLabel('Time limit (s)').fill('1')
    await page.getByLabel('Time limit (s)').press('Tab')
    await page.getByRole('button', { name: 'Check first' }).click()
    const found = page.getByRole('region', { name: 'What the check found' })
    await found.getByText('Do not fit, small').waitFor({ timeout: 30_000 })
    await found.getByText('Do not fit, wide').waitFor()
    await found.getByText('Scenarios of a wafer').waitFor()
    await found.getByText(/The time limit of 1 s may end the search before the best wafers are ranked/).waitFor()
    await workbench.shoot('joint-search')
    await page.getByLabel('Run to the end, without a time limit').check()
  }
)

test.skipIf(!hasChromium())('results say what wafers are ranked by, and a wafer leads to its designs', async () => {
  await page.getByRole('button', { name: 'Start the search' }).click()
  await page.getByRole('heading', { name: /small and wide on/ }).waitFor()
  await page.getByRole('link', { name: /See the results of run 1/ }).click({ timeout: 60_000 })
  await page.getByRole('heading', { name: /small and wide on/ }).waitFor()
  await page.getByText('Workloads on the given chip').waitFor()
  await page.getByRole('heading', { name: 'Explored wafers' }).scrollIntoViewIfNeeded()
  await workbench.shoot('joint-summary')
  await workbench.side('Front').click()
  const joint = page.getByRole('region', { name: 'Ranked for 2 workloads' })
  await joint.getByText('small 33.3%, wide 66.7%').waitFor()
  const robust = page.getByRole('region', { name: 'Ranked by the worst scenario' })
  await robust.getByText(/Best by the worst of \d+ scenarios/).waitFor()
  await robust.scrollIntoViewIfNeeded()
  await workbench.shoot('joint-ranking')
  // A cell of the second model leads to the design of that model.
  await joint.getByRole('row').nth(1).getByRole('link').nth(2).click()
  await page.waitForURL(/point=\d+/)
  const shortList = page.getByRole('region', { name: 'Short list' })
  const first = await shortList.innerText()
  await page.getByRole('combobox', { name: 'Workload' }).selectOption('wide')
  await expect.poll(() => shortList.innerText()).not.toBe(first)
  await page.getByText(/^\d+ of \d+ designs/).waitFor()
})

endsUncomplained(() => workbench)
