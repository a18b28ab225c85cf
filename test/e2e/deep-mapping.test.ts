import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { unfolded, writeOnePointProject } from '../fixtures/one-point-project.ts'
import { endsUncomplained, workbenchFlow } from '../fixtures/workbench-flow.ts'
import type { WorkbenchPage } from '../fixtures/workbench-page.ts'
import { hasChromium } from './chromium.ts'

let workbench: WorkbenchPage
let page: Page
let table: Locator

workbenchFlow(async (opened) => {
  workbench = opened
  page = opened.page
  const folder = join(workbench.running.folder, 'projects')
  mkdirSync(folder, { recursive: true })
  writeOnePointProject(
    join(folder, 'deep.tmac'),
    'llama-3.1-405b',
    { tensorParallel: 4, pipelineParallel: 14 },
    unfolded
  )
  await page.getByLabel('Path of a .tmac file').fill(join(folder, 'deep.tmac'))
  await page.keyboard.press('Enter')
  await workbench.side('Mapping').click()
  table = page.getByRole('table', { name: 'What becomes of each operator' })
  await table.waitFor()
})

const rowOf = (name: RegExp): Locator => table.getByRole('row', { name }).first()
const rowCount = async (): Promise<number> => Number(await table.getAttribute('aria-rowcount'))
const laidOut = (): Promise<number> => table.locator('tr[data-index]').count()
const focusedRow = (): Promise<number> =>
  page.evaluate("Number(document.activeElement.closest('tr')?.getAttribute('aria-rowindex'))")

test.skipIf(!hasChromium())(
  '126 layers with a plan each are as many rows, of which those in sight are laid out',
  async () => {
    await rowOf(/^Operators of embedding/).waitFor()
    expect(await rowCount()).toBeGreaterThan(126 * 6)
    expect(await laidOut()).toBeLessThan(70)
    await workbench.shoot('mapping-unfolded')
    // Columns stay where they are, whatever rows are in sight.
    const place = async (): Promise<number> => (await table.getByText('Stored tensors').boundingBox())!.x
    const before = await place()
    await table.locator('..').evaluate((frame) => frame.scrollTo({ top: frame.scrollHeight }))
    await rowOf(/^logits /).waitFor()
    expect(await place()).toBe(before)
    expect(await laidOut()).toBeLessThan(70)
  }
)

test.skipIf(!hasChromium())(
  'arrows walk on beyond what was laid out, and from wherever the keyboard was left',
  async () => {
    await table.locator('..').evaluate((frame) => frame.scrollTo({ top: 0 }))
    const cell = rowOf(/^qkv/).locator('[data-cell]').first()
    await cell.focus()
    const start = await focusedRow()
    for (let times = 0; times < 60; times++) await page.keyboard.press('ArrowDown')
    await expect.poll(focusedRow).toBe(start + 60)
    // Scrolled far away, the row with the keyboard is still there, and the next key goes on from it.
    await table.locator('..').evaluate((frame) => frame.scrollTo({ top: frame.scrollHeight }))
    await rowOf(/^logits /).waitFor()
    await page.keyboard.press('ArrowUp')
    await expect.poll(focusedRow).toBe(start + 59)
    await expect(page.locator('*:focus').isVisible()).resolves.toBe(true)
  }
)

test.skipIf(!hasChromium())(
  'a row that is selected elsewhere comes into sight; folding and the sheet know all rows',
  async () => {
    const all = await rowCount()
    const layers = table.getByRole('button', { name: /^Operators of dense-/ })
    await table.locator('..').evaluate((frame) => frame.scrollTo({ top: 0 }))
    await layers.first().click()
    await expect.poll(rowCount).toBeLessThan(all)
    await layers.first().click()
    await expect.poll(rowCount).toBe(all)
    await page.evaluate("location.hash = location.hash.replace(/\\?.*/, '') + '?layer=head&op=logits'")
    await rowOf(/^logits /).waitFor()
    await expect.poll(() => table.locator('tr.chosen').count()).toBe(1)
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      (async () => {
        await page.getByRole('button', { name: 'Export' }).first().click()
        await page.getByRole('menuitem', { name: 'CSV' }).click()
      })()
    ])
    const text = await (await download.createReadStream()).toArray()
    expect(Buffer.concat(text).toString().trim().split('\n')).toHaveLength(all)
  }
)

test.skipIf(!hasChromium())(
  'choices are of one cell at a time, which has the keyboard, and go when one goes on',
  async () => {
    await table.locator('..').evaluate((frame) => frame.scrollTo({ top: 0 }))
    const cells = rowOf(/^qkv/).locator('[data-cell]')
    const menu = page.getByRole('menu', { name: /could be$/ })
    const focusedInMenu = (): Promise<boolean> => menu.evaluate((own) => own.contains(document.activeElement))
    await cells.first().click()
    await expect.poll(focusedInMenu).toBe(true)
    // Another cell of the row: its own choices, and Esc puts them away.
    const name = await menu.getAttribute('aria-label')
    await cells.last().click()
    await expect.poll(() => menu.getAttribute('aria-label')).not.toBe(name)
    await expect.poll(focusedInMenu).toBe(true)
    await page.keyboard.press('Escape')
    await expect.poll(() => menu.count()).toBe(0)
    await expect.poll(() => cells.last().evaluate((cell) => cell === document.activeElement)).toBe(true)
    // A cell of another row.
    await cells.last().click()
    await rowOf(/^(norm|rotary|attention|projection|add)/)
      .locator('[data-cell]')
      .last()
      .click()
    await expect.poll(focusedInMenu).toBe(true)
    expect(await menu.count()).toBe(1)
    // Elsewhere, by pointer and by Tab.
    await page.locator('h1').first().click()
    await expect.poll(() => menu.count()).toBe(0)
    await cells.first().click()
    await expect.poll(focusedInMenu).toBe(true)
    for (let times = 0; times < 12; times++) await page.keyboard.press('Tab')
    await expect.poll(() => menu.count()).toBe(0)
  }
)

endsUncomplained(() => workbench)
