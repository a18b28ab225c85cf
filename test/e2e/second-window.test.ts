import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { endsUncomplained, workbenchFlow } from '../fixtures/workbench-flow.ts'
import type { WorkbenchPage } from '../fixtures/workbench-page.ts'
import { hasChromium } from './chromium.ts'

let workbench: WorkbenchPage
let page: Page

workbenchFlow(async (opened) => {
  workbench = opened
  page = opened.page
  await page.getByLabel('Name').fill('two windows')
  await page.getByLabel('Starts with').selectOption({ label: 'nothing' })
  await page.getByRole('button', { name: 'Create' }).click()
  await page.getByRole('link', { name: 'Chips' }).click()
  await page.getByRole('button', { name: /WSC-LLM case 3/ }).click()
  await page.getByRole('grid', { name: 'Wafer of 6 × 9 dies' }).waitFor()
})

const opened = async (ask: () => Promise<unknown>): Promise<Page> => {
  const [second] = await Promise.all([page.context().waitForEvent('page'), ask()])
  second.on('pageerror', (error) => workbench.complaints.push(error.message))
  return second
}

test.skipIf(!hasChromium())(
  'a view opens in a second window, selection included, and what is edited in one shows in the other',
  async () => {
    await page.getByRole('gridcell', { name: 'die row 2, column 3' }).press('Space')
    await page.waitForURL(/die=2/)
    const second = await opened(() => workbench.command('Open in a new window'))
    await second.getByRole('grid', { name: 'Wafer of 6 × 9 dies' }).waitFor()
    // The same place; no token is spent and none is in the address.
    expect(new URL(second.url()).hash).toBe(new URL(page.url()).hash)
    expect(second.url()).not.toContain('token')
    expect(await second.evaluate('window.opener')).toBeNull()

    await page.getByLabel('Rows', { exact: true }).fill('5')
    await page.getByLabel('Rows', { exact: true }).press('Enter')
    await second.getByRole('grid', { name: 'Wafer of 5 × 9 dies' }).waitFor()
    await second.getByLabel('Columns', { exact: true }).fill('8')
    await second.getByLabel('Columns', { exact: true }).press('Enter')
    await page.getByRole('grid', { name: 'Wafer of 5 × 8 dies' }).waitFor()
    // One history for both: undo in the first takes back what the second did.
    await page.getByRole('gridcell', { name: 'die row 2, column 3' }).focus()
    await page.keyboard.press('Control+z')
    await second.getByRole('grid', { name: 'Wafer of 5 × 9 dies' }).waitFor()

    // A drag that ends after the other window changed the chip takes nothing of that back.
    const width = () => page.getByLabel('Width of a die', { exact: false }).first().inputValue()
    const before = await width()
    const box = (await page.locator('[data-handle=corner]').boundingBox())!
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width / 2 - 4, box.y + box.height / 2 - 4, { steps: 4 })
    await page.getByText('Ctrl: free').waitFor()
    await second.getByLabel('Columns', { exact: true }).fill('7')
    await second.getByLabel('Columns', { exact: true }).press('Enter')
    await page.getByRole('grid', { name: 'Wafer of 5 × 7 dies' }).waitFor()
    await page.mouse.up()
    await expect.poll(width).not.toBe(before)
    await second.waitForTimeout(500)
    for (const window of [page, second]) await window.getByRole('grid', { name: 'Wafer of 5 × 7 dies' }).waitFor()
    await second.close()
  }
)

test.skipIf(!hasChromium())(
  'a document of the tree opens in a window of its own, and the first stays where it is',
  async () => {
    const before = page.url()
    await page
      .getByRole('navigation', { name: 'Project' })
      .getByRole('link', { name: /WSC-LLM/ })
      .click({ button: 'right' })
    const second = await opened(() => page.getByRole('menuitem', { name: 'Open in a new window' }).click())
    await second.getByRole('heading', { name: /WSC-LLM/ }).waitFor()
    expect(page.url()).toBe(before)
    await second.close()
  }
)

test.skipIf(!hasChromium())(
  'a set-up in no document is one in both windows, and says when its chip is gone',
  async () => {
    const chips = page.url()
    await page.getByRole('link', { name: 'Search', exact: true }).click()
    const field = (name: string, of = page) => of.getByLabel(name)
    await field('Global batch (sequences)').waitFor()
    const chip = page.locator('label', { hasText: /^Chip/ }).locator('select')
    await chip.selectOption('document:1')
    const second = await opened(() => workbench.command('Open in a new window'))
    await field('Seed', second).waitFor()
    await field('Global batch (sequences)').fill('111')
    await field('Global batch (sequences)').press('Tab')
    await expect.poll(() => field('Global batch (sequences)', second).inputValue()).toBe('111')
    await field('Seed', second).fill('9')
    await field('Seed', second).press('Tab')
    await expect.poll(() => field('Seed').inputValue()).toBe('9')
    await second.close()
    await page.reload()
    await field('Seed').waitFor()
    expect([await field('Global batch (sequences)').inputValue(), await field('Seed').inputValue()]).toEqual([
      '111',
      '9'
    ])
    await page.goto(chips)
    await page.getByRole('grid', { name: /^Wafer of/ }).waitFor()
    await workbench.command('Move to the trash')
    await page.getByRole('link', { name: 'Search', exact: true }).click()
    await expect
      .poll(() => chip.evaluate((select: HTMLSelectElement) => select.selectedOptions[0]?.text))
      .toBe('in the trash or unknown: choose another')
  }
)

endsUncomplained(() => workbench)
