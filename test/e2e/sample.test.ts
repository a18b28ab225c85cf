import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { endsUncomplained, workbenchFlow } from '../fixtures/workbench-flow.ts'
import type { WorkbenchPage } from '../fixtures/workbench-page.ts'
import { hasChromium } from './chromium.ts'

let workbench: WorkbenchPage
let page: Page
const go = (name: string): Promise<void> => workbench.go(name)

workbenchFlow((opened) => {
  workbench = opened
  page = opened.page
})

test.skipIf(!hasChromium())('from an empty data folder, the sample opens on finished results', async () => {
  await page.getByText('There are none yet').waitFor()
  await page.getByRole('button', { name: 'Open the sample' }).click()
  await page.getByRole('heading', { name: /llama-3-70b on/ }).waitFor()
  await page.getByText('Certified gap').waitFor()
  await workbench.side('Front').click()
  await expect.poll(() => page.getByTestId('front').getAttribute('data-points')).toMatch(/^\d{3}$/)
})

test.skipIf(!hasChromium())('each view opens on something real of it', async () => {
  const open = async (view: string, name: string): Promise<void> => {
    await go(view)
    await page.getByRole('main').getByRole('link', { name, exact: true }).first().click()
  }
  await open('Models', 'Llama 3 70B')
  await page.getByRole('spinbutton', { name: 'Layers' }).waitFor()
  await workbench.shoot('sample-model')
  await open('Chips', 'Wafer of 54 dies')
  await page.getByRole('list', { name: 'Budgets' }).waitFor()
  await workbench.shoot('sample-chip')
  await open('Defect maps', 'A bond and a link lost, seed 8')
  await page.getByText('Usable dies').waitFor()
  await workbench.shoot('sample-defects')
  const tree = page.getByRole('navigation', { name: 'Project', exact: true })
  await tree.getByRole('link', { name: 'Wafers around 54 dies' }).click()
  await page.getByText('Set-up of a search').waitFor()
  await workbench.shoot('sample-search')
  await tree.getByRole('link', { name: /^Ours, a policy/ }).click()
  await page.getByRole('link', { name: 'Compare its 4 points' }).click()
  await page.getByRole('heading', { name: /^Why is/ }).waitFor()
  await workbench.shoot('sample-compare')
  await tree.getByRole('link', { name: 'What the exploration found' }).click()
  await page.getByRole('img', { name: 'Throughput (tokens/s).' }).waitFor({ timeout: 20_000 })
  await expect.poll(() => page.getByRole('main').getByText('Drawing …').count(), { timeout: 20_000 }).toBe(0)
  await workbench.shoot('sample-report')
})

endsUncomplained(() => workbench)
