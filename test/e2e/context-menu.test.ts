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

const clipboard = (): Promise<string> => page.evaluate('navigator.clipboard.readText()')

test.skipIf(!hasChromium())('what an import took over is copied, a field of it or all', async () => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Models' }).click()
  await page.getByRole('button', { name: 'Import config.json' }).click()
  const configuration = join(import.meta.dirname, '../../resources/samples/hugging-face/mixtral-8x7b.json')
  await page.getByLabel('Choose a config.json').setInputFiles(configuration)
  const taken = page.getByRole('region', { name: 'Taken over' })
  await taken.getByText('Experts of a layer').click({ button: 'right' })
  await page.getByRole('menu', { name: 'Taken over: Experts of a layer' }).waitFor()
  await entry('Copy the field of the import').click()
  await expect.poll(clipboard).toMatch(/^Experts of a layer\t8\tfrom ‘num_local_experts’$/)
  await taken.focus()
  await page.keyboard.press('Shift+F10')
  expect(await enabled()).not.toContain('Copy the field of the import')
  await entry('Copy the whole account of the import').click()
  await expect.poll(clipboard).toMatch(/^account\tfield\tvalue\twhy\nTaken over\t/)
})

test.skipIf(!hasChromium())(
  'a number of the wafer that may change is kept, or gets what is suggested for it',
  async () => {
    await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Search' }).click()
    await page.getByLabel('Choose what may change of it').check()
    const cores = page.getByLabel('Values of Cores')
    const suggested = await cores.inputValue()
    await cores.fill('300')
    await cores.press('Tab')
    await expect.poll(() => cores.inputValue()).toBe('300')
    await page.getByRole('button', { name: 'Keep Cores as it is' }).focus()
    await page.keyboard.press('Shift+F10')
    await page.getByRole('menu', { name: 'Cores' }).waitFor()
    await entry('Copy what the number may be').click()
    await expect.poll(clipboard).toBe('300')
    const row = page.getByRole('row').filter({ has: cores })
    await row.getByRole('rowheader').click({ button: 'right' })
    await entry('Choose from the values suggested for the number').click()
    await expect.poll(() => cores.inputValue()).toBe(suggested)
    await row.getByRole('rowheader').click({ button: 'right' })
    expect(await enabled()).not.toContain('Choose from the values suggested for the number')
    await entry('Keep the number of the wafer as it is').click()
    await expect.poll(() => cores.count()).toBe(0)
  }
)

test.skipIf(!hasChromium())('the key of a command is set, taken away and reset by the menu of its row', async () => {
  await page.keyboard.press('Control+,')
  const key = page.getByRole('button', { name: 'Key of Copy the mapping table' })
  await key.focus()
  await page.keyboard.press('Shift+F10')
  await page.getByRole('menu', { name: 'Key of ‘Copy the mapping table’' }).waitFor()
  expect(await enabled()).not.toContain('Reset the key of the command')
  await entry(/^Set the key/).click()
  await expect.poll(() => key.textContent()).toContain('Press a key')
  await page.keyboard.press('Control+Alt+y')
  await expect.poll(() => key.textContent()).toContain('Ctrl+Alt+Y')
  await key.click({ button: 'right' })
  await entry('Take the key from the command').click()
  await expect.poll(() => key.textContent()).toContain('none')
  await key.click({ button: 'right' })
  expect(await enabled()).not.toContain('Take the key from the command')
  await entry('Reset the key of the command').click()
  await expect.poll(() => key.textContent()).toContain('Ctrl+Alt+C')
})

endsUncomplained(() => workbench)
