import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { endsUncomplained, workbenchFlow } from '../fixtures/workbench-flow.ts'
import type { WorkbenchPage } from '../fixtures/workbench-page.ts'
import { hasChromium } from './chromium.ts'

let workbench: WorkbenchPage
let page: Page
const passing = async (): Promise<number> => Number(await page.getByTestId('front').getAttribute('data-passing'))

workbenchFlow(async (opened) => {
  workbench = opened
  page = opened.page
  await page.getByRole('button', { name: 'Open the sample' }).click()
  await workbench.side('Front').click()
  await page.getByTestId('front').waitFor()
})

test.skipIf(!hasChromium())(
  'filters stand as chips that take themselves away, and every view keeps to them',
  async () => {
    const all = await passing()
    await page.getByRole('button', { name: '+ Filter' }).click()
    await page.getByRole('combobox', { name: 'Quantity' }).selectOption('Power, upper estimate')
    await page.getByRole('spinbutton', { name: 'Bound' }).fill('12')
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    const chip = page.getByRole('button', { name: 'Remove the filter Power, upper estimate ≤ 12.0 kW' })
    await chip.waitFor()
    const some = await passing()
    expect(some).toBeLessThan(all)
    const table = page.getByRole('region', { name: /^Designs; up and down/ }).getByRole('table')
    expect(await table.getAttribute('aria-rowcount')).toBe(String(some + 1))
    await page.reload()
    await chip.waitFor()
    await expect.poll(passing).toBe(some)
    await chip.click()
    await expect.poll(passing).toBe(all)
  }
)

test.skipIf(!hasChromium())('a region drawn on the chart is kept, excluded, and restored', async () => {
  await page.locator('[data-drawn=true]').first().waitFor()
  const all = await passing()
  await page.getByRole('button', { name: /Rectangle/ }).click()
  const pad = await page.getByTestId('region-brush').boundingBox()
  await page.mouse.move(pad!.x + pad!.width * 0.5, pad!.y + 20)
  await page.mouse.down()
  await page.mouse.move(pad!.x + pad!.width * 0.75, pad!.y + pad!.height * 0.5, { steps: 4 })
  await page.mouse.move(pad!.x + pad!.width - 30, pad!.y + pad!.height - 90, { steps: 4 })
  await page.mouse.up()
  const found = Number.parseInt((await page.getByText('in a rectangle').textContent())!)
  expect(found).toBeGreaterThan(0)
  await page.getByRole('button', { name: 'Keep', exact: true }).click()
  await expect.poll(passing).toBe(found)
  await page.reload()
  await expect.poll(passing).toBe(found)
  await page.getByRole('button', { name: `Remove the filter only ${found} points in a rectangle` }).click()
  await expect.poll(passing).toBe(all)
})

test.skipIf(!hasChromium())(
  'a lasso holds what it goes around, as a chip that takes itself away, and is kept as a filter',
  async () => {
    const all = await passing()
    await page.getByRole('button', { name: /Lasso/ }).focus()
    await page.keyboard.press('l')
    const pad = await page.getByTestId('region-brush').boundingBox()
    const at = (across: number, up: number): readonly [number, number] => [
      pad!.x + pad!.width * across,
      pad!.y + pad!.height * up
    ]
    const draw = async (corners: readonly (readonly [number, number])[]): Promise<void> => {
      for (const [turn, [across, up]] of corners.entries()) {
        await page.mouse.move(...at(across, up), { steps: 3 })
        if (turn === 0) await page.mouse.down()
      }
    }
    await draw([
      [0.5, 0.05],
      [0.95, 0.05],
      [0.95, 0.75],
      [0.75, 0.5],
      [0.5, 0.6]
    ])
    await workbench.page.screenshot({ path: 'out/screenshots/front-lasso-drawing.png' })
    await page.mouse.up()
    const chip = page.getByRole('button', { name: /^Remove \d+ points? in a lasso$/ })
    const found = Number.parseInt((await chip.textContent())!)
    expect(found).toBeGreaterThan(0)
    expect(found).toBeLessThan(all)
    await workbench.shoot('front-lasso')
    await chip.click()
    await expect.poll(() => chip.count()).toBe(0)

    // Escape lays the tool down; what is drawn again is kept as a filter among the others.
    await page.getByRole('button', { name: /Lasso/ }).focus()
    await page.keyboard.press('l')
    await page.getByTestId('region-brush').waitFor()
    await page.keyboard.press('Escape')
    await expect.poll(() => page.getByTestId('region-brush').count()).toBe(0)
    await page.getByRole('button', { name: /Lasso/ }).click()
    await draw([
      [0.5, 0.05],
      [0.95, 0.05],
      [0.95, 0.75],
      [0.75, 0.5],
      [0.5, 0.6]
    ])
    await page.mouse.up()
    await page.getByRole('button', { name: 'Keep', exact: true }).click()
    await expect.poll(passing).toBe(found)
    await page.getByRole('button', { name: /^Remove the filter only \d+ points? in a lasso$/ }).click()
    await expect.poll(passing).toBe(all)
  }
)

test.skipIf(!hasChromium())(
  'other quantities on the axes, a short list, and a choice that stays in the address',
  async () => {
    await page.getByRole('combobox', { name: 'Across' }).selectOption('Cost of a good wafer')
    await page.getByText('Throughput (tokens/s) against cost of a good wafer ($)').waitFor()
    const short = page.getByRole('region', { name: 'Short list' })
    await short.getByText('knee of the front').waitFor()
    await short
      .getByRole('button', { name: /^Point \d+$/ })
      .first()
      .click()
    await page.waitForURL(/point=\d+/)
    await workbench.shoot('front')
  }
)

test.skipIf(!hasChromium())('the table is sorted and walked by keyboard', async () => {
  const region = page.getByRole('region', { name: /^Designs; up and down/ })
  await region.getByRole('button', { name: 'Power, upper estimate' }).click()
  await expect
    .poll(() => region.getByRole('columnheader', { name: /^Power/ }).getAttribute('aria-sort'))
    .toBe('descending')
  const before = page.url()
  await region.press('ArrowDown')
  await expect.poll(() => page.url()).not.toBe(before)
})

endsUncomplained(() => workbench)
