import { readFileSync } from 'node:fs'
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

/** From an empty data folder to a file to hand on: what was made at each step is what the next one works with. */
test.skipIf(!hasChromium())('a project, a model and a chip of one’s own', async () => {
  await page.getByLabel('Name').fill('first day')
  await page.getByRole('button', { name: 'Create' }).click()
  await go('Models')
  await page.getByRole('searchbox', { name: 'Find' }).fill('Llama 2 7B')
  await page.getByRole('button', { name: 'Edit a copy of Llama 2 7B' }).click()
  await page.getByRole('spinbutton', { name: 'Layers' }).fill('24')
  await page.getByRole('spinbutton', { name: 'Layers' }).press('Tab')
  await page.getByRole('button', { name: 'Rename' }).click()
  await page
    .getByRole('dialog', { name: /^Rename/ })
    .getByLabel('Name')
    .fill('My 5B')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'My 5B' }).waitFor()
  await page.getByText('All changes saved').waitFor()
  await go('Chips')
  await page.getByRole('button', { name: /^Lean/ }).first().click()
  await page.getByRole('list', { name: 'Budgets' }).waitFor()
  await page.getByLabel('Rows', { exact: true }).fill('4')
  await page.getByLabel('Rows', { exact: true }).press('Tab')
  await page.getByRole('grid', { name: /^Wafer of 4 × / }).waitFor()
})

test.skipIf(!hasChromium())('a search on both, to its end', async () => {
  await go('Search')
  await page.getByRole('combobox', { name: /^Model/ }).selectOption({ label: 'My 5B' })
  const chip = page.getByRole('combobox', { name: /^Chip/ })
  const own = await chip.locator('optgroup').first().locator('option').first().innerText()
  await chip.selectOption({ label: own })
  await page.getByLabel('The chip as it is').check()
  await page.getByRole('button', { name: 'Start a 20-second search' }).click()
  await page.getByRole('link', { name: /See the results of run 1/ }).click({ timeout: 60_000 })
  await page.getByRole('heading', { name: /My 5B|llama-2-7b/ }).waitFor()
  await page.getByText('Certified gap').waitFor()
})

test.skipIf(!hasChromium())('its best against a policy, and a report that says so', async () => {
  await workbench.side('Front').click()
  const rows = page.getByRole('region', { name: /^Designs; up and down/ }).getByRole('row')
  await rows.nth(1).click({ modifiers: ['Control'] })
  await rows.nth(2).click({ modifiers: ['Control'] })
  await page.getByRole('button', { name: 'Compare 2' }).click()
  await page.getByRole('heading', { name: /Why is/ }).waitFor()
  await go('Reports')
  await page.getByRole('button', { name: 'Of the newest run' }).click()
  await page.getByRole('img', { name: 'Throughput (tokens/s).' }).waitFor()
  await workbench.shoot('first-day-report')
  await page
    .getByRole('main')
    .getByRole('button', { name: /^Export/ })
    .first()
    .click()
  const [file] = await Promise.all([
    page.waitForEvent('download', { timeout: 60_000 }),
    page.getByRole('menuitem', { name: /HTML/ }).first().click()
  ])
  const html = readFileSync(await file.path(), 'utf8')
  expect(html).toContain('tokens/s')
  expect(html).toContain('<svg')
  expect(html).not.toMatch(/https?:\/\/(?!www\.w3\.org)[^"']*\.(js|css)/)
})

endsUncomplained(() => workbench)
