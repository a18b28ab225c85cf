import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { openSample, workbenchFlow } from '../fixtures/workbench-flow.ts'
import type { WorkbenchPage } from '../fixtures/workbench-page.ts'
import { hasChromium } from './chromium.ts'

let workbench: WorkbenchPage
let page: Page
let project: string

workbenchFlow(async (opened) => {
  workbench = opened
  page = opened.page
  await openSample(page)
  project = page.url().replace(/\/run\/.*$/, '')
})

test.skipIf(!hasChromium())('a note stands beside its run', async () => {
  await page.getByRole('button', { name: 'Add a note' }).click()
  await page.getByLabel('Note on this run').fill('The baseline of the paper <b>bold</b>')
  await page.keyboard.press('Control+Enter')
  await page.getByText('The baseline of the paper <b>bold</b>').waitFor()
  // What is typed is kept before the field is left, and Escape goes back to what was there before it was opened.
  await page.getByRole('button', { name: 'Change the note' }).click()
  await page.getByLabel('Note on this run').fill('Typed and not left')
  await page.waitForTimeout(1000)
  await page.reload()
  await page.getByText('Typed and not left').waitFor()
  await page.getByRole('button', { name: 'Change the note' }).click()
  await page.getByLabel('Note on this run').fill('The baseline of the paper <b>bold</b>')
  await page.keyboard.press('Control+Enter')
  await page.getByRole('button', { name: 'Change the note' }).click()
  await page.getByLabel('Note on this run').fill('Another')
  await page.waitForTimeout(1000)
  await page.keyboard.press('Escape')
  await page.getByText('The baseline of the paper <b>bold</b>').waitFor()
  await page.goto(`${project}/overview`)
  await page.getByRole('cell', { name: 'The baseline of the paper <b>bold</b>' }).waitFor()
})

test.skipIf(!hasChromium())('a project is looked over: its runs and what was made in it', async () => {
  await page.goto(`${project}/overview`)
  await page.getByText('Made in this project').waitFor()
  await workbench.shoot('overview')
})

test.skipIf(!hasChromium())('a run goes into the trash, and a report keeps what it showed of it', async () => {
  await page.goto(`${project}/run/2/summary`)
  await page.getByRole('heading', { name: 'Ours and the policies of others' }).waitFor()
  await page.keyboard.press('Control+Shift+R')
  await page.getByRole('button', { name: 'Open the report' }).click()
  await page.getByRole('img', { name: 'Throughput (tokens/s).' }).first().waitFor()
  const report = page.url()
  await page.goto(`${project}/run/2/summary`)
  await page.getByRole('heading', { name: 'Ours and the policies of others' }).waitFor()
  await workbench.command('Put this run into the trash')
  await page.getByText('Run 2 is in the trash. Reports keep what they showed of it.').waitFor()
  await page.getByText('Trash (1)').click()
  await page.getByText(/Run 2: llama-3-70b on .*, \d{3} points/).waitFor()
  await workbench.shoot('overview-trash')
  await page.goto(report)
  await page.getByRole('note').filter({ hasText: 'it keeps what it last showed' }).first().waitFor()
  await page.getByRole('img', { name: 'Throughput (tokens/s).' }).first().waitFor()
  await workbench.shoot('report-stale')
})

test.skipIf(!hasChromium())('the trash is emptied after a question that says what is lost', async () => {
  await page.goto(`${project}/overview`)
  await workbench.command('Empty the trash')
  await page
    .getByRole('dialog')
    .getByText(/1 run with \d{3} points will be deleted for ever/)
    .waitFor()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByText('Trash (1)').waitFor()
  await workbench.command('Empty the trash')
  await workbench.shoot('overview-empty-trash')
  await page.getByRole('button', { name: 'Delete for ever' }).click()
  await page.getByText(/The trash is empty: .+ are given back/).waitFor()
  await expect.poll(() => page.getByText('Trash (1)').count()).toBe(0)
  expect(workbench.complaints).toEqual([])
})
