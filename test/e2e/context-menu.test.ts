import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { endsUncomplained, openSample, workbenchFlow } from '../fixtures/workbench-flow.ts'
import type { WorkbenchPage } from '../fixtures/workbench-page.ts'
import { hasChromium } from './chromium.ts'

const screenshots = join(import.meta.dirname, '../../out/screenshots')
let workbench: WorkbenchPage
let page: Page
const menu = (): Locator => page.getByRole('menu')
const entry = (name: string | RegExp): Locator => menu().getByRole('menuitem', { name })
const enabled = async (): Promise<readonly string[]> =>
  (await menu().getByRole('menuitem', { disabled: false }).locator('span').allTextContents()).map((text) => text.trim())
const focused = (): Promise<string> => page.evaluate("document.activeElement.querySelector('span')?.textContent ?? ''")

/** A menu in each size, light and dark: asked for anew each time, as it goes when the window changes. */
async function shoot(name: string, ask: () => Promise<void>): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const)
    for (const [width, height] of [
      [1920, 1080],
      [1280, 720]
    ] as const) {
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize({ width, height })
      await page.waitForTimeout(200)
      await ask()
      await menu().waitFor()
      await page.screenshot({ path: join(screenshots, `context-menu-${name}-${colorScheme}-${width}x${height}.png`) })
      await page.keyboard.press('Escape')
      await expect.poll(() => menu().count()).toBe(0)
    }
  await page.emulateMedia({ colorScheme: 'light' })
}
/** Every entry of the menu is a command of the palette. */
async function mirrorsPalette(): Promise<void> {
  const titles = await menu().getByRole('menuitem').locator('span').allTextContents()
  expect(titles.length).toBeGreaterThan(2)
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+Shift+P')
  const palette = page.getByRole('dialog', { name: 'Run a command' })
  for (const title of titles) {
    await page.getByRole('combobox', { name: 'Run a command' }).fill(title)
    await palette.getByRole('option', { name: title }).first().waitFor()
  }
  await page.keyboard.press('Escape')
}

workbenchFlow(async (opened) => {
  workbench = opened
  page = opened.page
  await openSample(page)
})

test.skipIf(!hasChromium())(
  'a design on the front has the commands about it, walked by keyboard, and gives the keyboard back',
  async () => {
    await workbench.side('Front').click()
    await page.locator('[data-drawn=true]').first().waitFor()
    const chart = page.getByRole('application').first()
    await chart.focus()
    await chart.press('ArrowRight')
    await page.waitForURL(/point=\d+/)
    await shoot('point', () => page.keyboard.press('Shift+F10'))
    await page.keyboard.press('Shift+F10')
    await page.getByRole('menu', { name: /^Point \d+: / }).waitFor()
    expect(await enabled()).toEqual(expect.arrayContaining(['Mapping', 'Save for Megatron-LM', 'Open in a new window']))
    // The side that is shown leads nowhere.
    expect(await enabled()).not.toContain('Front')
    const all = await enabled()
    await expect.poll(focused).toBe(all[0])
    await page.keyboard.press('ArrowDown')
    await expect.poll(focused).toBe(all[1])
    await page.keyboard.press('End')
    await expect.poll(focused).toBe(all.at(-1))
    await page.keyboard.press('ArrowDown')
    await expect.poll(focused).toBe(all[0])
    await page.keyboard.press('t')
    await expect.poll(focused).toBe('Timeline')
    await page.keyboard.press('Escape')
    await expect.poll(() => menu().count()).toBe(0)
    expect(await chart.evaluate((element) => element === element.ownerDocument.activeElement)).toBe(true)
    await page.keyboard.press('ContextMenu')
    await menu().waitFor()
    await entry('Put the point aside for a comparison, or take it back').click()
    await page
      .getByText(/^1 point aside|Compare/)
      .first()
      .waitFor()
  }
)

test.skipIf(!hasChromium())(
  'a row of designs is selected by the button that asks for its menu; wheel and other clicks close it',
  async () => {
    const row = page
      .getByRole('region', { name: /^Designs; up and down/ })
      .locator('tbody tr:not(.space)')
      .nth(3)
    const id = (await row.locator('td').first().textContent())!
    await row.click({ button: 'right' })
    await page.getByRole('menu', { name: new RegExp(`^Point ${id}: `) }).waitFor()
    await page.waitForURL(new RegExp(`point=${id}`))
    await page.mouse.move(640, 40)
    await page.mouse.wheel(0, 50)
    await expect.poll(() => menu().count()).toBe(0)
    await row.click({ button: 'right' })
    await menu().waitFor()
    await page.getByRole('heading', { name: 'Short list' }).click()
    await expect.poll(() => menu().count()).toBe(0)
    await row.click({ button: 'right' })
    await mirrorsPalette()
  }
)

test.skipIf(!hasChromium())('a row of the mapping, a die, a link and a task of the timeline have theirs', async () => {
  await workbench.side('Mapping').click()
  const cell = page.getByRole('row', { name: /^qkv/ }).first().locator('[data-cell]').first()
  await cell.focus()
  await shoot('row', () => page.keyboard.press('Shift+F10'))
  await page.keyboard.press('Shift+F10')
  await page.getByRole('menu', { name: /^qkv/ }).waitFor()
  await page.waitForURL(/op=qkv/)
  await entry('What if: try another value').click()
  await page.getByRole('menu', { name: /^What .*qkv along . could be/ }).waitFor()
  await page.keyboard.press('Escape')

  const die = page.getByRole('gridcell', { name: 'die row 1, column 2' })
  await die.scrollIntoViewIfNeeded()
  await shoot('die', () => die.click({ button: 'right' }))
  await die.click({ button: 'right' })
  await page.getByRole('menu', { name: /die row 1, column 2/ }).waitFor()
  await page.waitForURL(/die=1,2|die=1%2C2/)
  await entry('Links').click()
  await page.waitForURL(/\/links\?.*die=/)
  const link = page.locator('[data-link]').first()
  await link.waitFor()
  await link.scrollIntoViewIfNeeded()
  await link.dispatchEvent('contextmenu')
  await page.getByRole('menu', { name: /^link/ }).waitFor()
  await mirrorsPalette()

  await workbench.side('Timeline').click()
  await page.getByRole('button', { name: /^Simulate, / }).click()
  const timeline = page.getByTestId('timeline')
  await timeline.locator('[data-drawn=true]').waitFor({ timeout: 30_000 })
  await page.getByRole('button', { name: '+', exact: true }).focus()
  while ((await page.getByText('(summed up; zoom in for single tasks)').count()) > 0) await page.keyboard.press('w')
  await timeline.getByRole('application').press('ArrowRight')
  await shoot('slice', () => page.keyboard.press('Shift+F10'))
  await page.keyboard.press('Shift+F10')
  await page.getByRole('menu', { name: /of stage \d+$/ }).waitFor()
  await entry('Timeline: zoom to what is selected').click()
  await page.getByText(/Waits for .+; .+ wait for it/).waitFor()
})

test.skipIf(!hasChromium())(
  'documents and runs of the tree are renamed, duplicated and put away from where they are listed',
  async () => {
    await page.getByRole('link', { name: 'Models' }).click()
    await page.getByRole('searchbox', { name: 'Find' }).fill('Llama 2 7B')
    await page.getByRole('button', { name: 'Edit a copy of Llama 2 7B' }).click()
    const tree = page.getByRole('navigation', { name: 'Project' })
    const model = tree.getByRole('link', { name: 'Llama 2 7B', exact: true })
    await shoot('model', () => model.click({ button: 'right' }))
    await model.click({ button: 'right' })
    await page.getByRole('menu', { name: 'Llama 2 7B' }).waitFor()
    await entry('Duplicate').click()
    const copy = tree.getByRole('link', { name: 'Llama 2 7B copy' })
    await copy.waitFor()
    // The copy is open now; the menu is about the one that it was asked of.
    await model.focus()
    await page.keyboard.press('Shift+F10')
    await entry('Rename …').click()
    await page.getByRole('dialog').getByLabel('Name').fill('Mine')
    await page.keyboard.press('Enter')
    await tree.getByRole('link', { name: 'Mine' }).waitFor()
    await tree.getByRole('link', { name: 'Mine' }).click({ button: 'right' })
    await entry('Move to the trash').click()
    await expect.poll(() => tree.getByRole('link', { name: 'Mine' }).count()).toBe(0)
    expect(await page.getByRole('heading', { name: 'Llama 2 7B copy' }).count()).toBe(1)
    await tree.getByRole('link', { name: /^Run 1/ }).click({ button: 'right' })
    await page.getByRole('menu', { name: /^Run 1/ }).waitFor()
    expect(await enabled()).toEqual(['Put this run into the trash', 'Open in a new window', 'Copy a link'])
    await page.keyboard.press('Escape')
  }
)

endsUncomplained(() => workbench)
