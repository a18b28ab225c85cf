import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { savedFile } from '../fixtures/saved-file.ts'
import { endsUncomplained, workbenchFlow } from '../fixtures/workbench-flow.ts'
import type { WorkbenchPage } from '../fixtures/workbench-page.ts'
import { hasChromium } from './chromium.ts'

let workbench: WorkbenchPage
let page: Page
const shoot = (name: string): Promise<void> => workbench.shoot(name)
const budgets = (): Locator => page.getByRole('list', { name: 'Budgets' })
const field = (name: string): Locator => page.getByLabel(name, { exact: true })
const inspector = (): Locator => page.getByRole('complementary', { name: 'Inspector' })

workbenchFlow(async (opened) => {
  workbench = opened
  page = opened.page
  await page.getByLabel('Name').fill('chips')
  await page.getByLabel('Starts with').selectOption({ label: 'nothing' })
  await page.getByRole('button', { name: 'Create' }).click()
  await page.getByRole('link', { name: 'Chips' }).click()
})

/** Drags from the middle of something. */
async function drag(from: Locator, dx: number, dy: number): Promise<void> {
  const box = (await from.boundingBox())!
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
  await page.mouse.move(x, y)
  await page.mouse.down()
  await page.mouse.move(x + dx, y + dy, { steps: 5 })
}
/** The size of a die as the inspector says it. */
const dieSize = (): Promise<string | null> => inspector().locator('dd').first().textContent()

test.skipIf(!hasChromium())('no chip yet: says so and offers templates, one of which opens in the editor', async () => {
  await page.getByText('There are none yet').waitFor()
  await shoot('chip-templates')
  await page.getByRole('button', { name: /WSC-LLM case 3/ }).click()
  await budgets().waitFor()
  await page.getByRole('grid', { name: 'Wafer of 6 × 9 dies' }).waitFor()
  await shoot('chip-editor')
})

test.skipIf(!hasChromium())(
  'a corner that is dragged resizes all dies, says why it snaps, and is one step of undo',
  async () => {
    const before = await dieSize()
    await drag(page.locator('[data-handle=corner]'), 2, 2)
    await page.getByText(/dies of .* mm/).waitFor()
    await page.getByText('Ctrl: free').waitFor()
    await shoot('chip-drag')
    await page.mouse.up()
    await expect.poll(dieSize).not.toBe(before)
    const after = await dieSize()
    // What is still in the hand is given up, not what was done before.
    for (const key of ['Control+z', 'Escape']) {
      await drag(page.locator('[data-handle=corner]'), 5, 5)
      await expect.poll(dieSize).not.toBe(after)
      await page.keyboard.press(key)
      await expect.poll(dieSize).toBe(after)
      await page.mouse.move(10, 10)
      await page.mouse.up()
      expect(await dieSize()).toBe(after)
    }
    // Who leaves with a handle in the hand is told so, and finds the chip as it was, inside of the die as well.
    const wafer = page.url()
    await page.goto(wafer.replace(/(chip\/\d+)[^?]*/, '$1/die'))
    const inside = page.getByRole('heading', { name: /: inside of the die$/ })
    await inside.waitFor()
    const numbers = await inspector().textContent()
    await page.goBack()
    await drag(page.locator('[data-handle=corner]'), 5, 5)
    await expect.poll(dieSize).not.toBe(after)
    await page.keyboard.press('Alt+ArrowRight')
    await page.getByRole('status').filter({ hasText: 'The drag was given up' }).waitFor()
    await page.mouse.up()
    await inside.waitFor()
    expect(await inspector().textContent()).toBe(numbers)
    await page.goBack()
    await expect.poll(dieSize).toBe(after)
    await page.keyboard.press('Control+z')
    await expect.poll(dieSize).toBe(before)
  }
)

test.skipIf(!hasChromium())(
  'a handle takes arrows and typed numbers, and refuses nonsense with the limit',
  async () => {
    const handle = page.locator('[data-handle=array-east]')
    await handle.press('ArrowLeft')
    await page.getByRole('grid', { name: 'Wafer of 6 × 8 dies' }).waitFor()
    await handle.press('9')
    await page.keyboard.press('Control+a')
    await page.keyboard.type('900')
    await page.keyboard.press('Enter')
    await page.getByText('Columns 900 is above 200; give 1 to 200').waitFor()
    await page.keyboard.press('Control+a')
    await page.keyboard.type('9')
    await page.keyboard.press('Enter')
    await page.getByRole('grid', { name: 'Wafer of 6 × 9 dies' }).waitFor()
  }
)

test.skipIf(!hasChromium())('figures beside the limits have bars, with what they are made of', async () => {
  await budgets()
    .getByRole('button', { name: /Bisection/ })
    .click()
  await page.getByText(/the narrower cut, between columns, crosses 6 links/).waitFor()
  await page.getByRole('cell', { name: '6 × one direction of a link' }).waitFor()
  await budgets()
    .getByRole('button', { name: /DRAM need/ })
    .click()
  await page.getByText('state of llama-3-70b once over all dies, without activations').waitFor()
  await page.getByRole('cell', { name: 'optimizer state' }).waitFor()
  await shoot('chip-figures')
  await page.getByRole('region', { name: 'Quick estimate' }).getByRole('combobox').selectOption('preset:megatron-1t')
  await budgets()
    .getByRole('button', { name: /DRAM need.*over its limit/ })
    .waitFor()
  await page.getByRole('region', { name: 'Quick estimate' }).getByRole('combobox').selectOption('preset:llama-3-70b')
  await budgets()
    .getByRole('button', { name: /DRAM need/ })
    .click()
  // Where the system chooses the colours, a bar is still one, not an empty frame.
  await page.emulateMedia({ forcedColors: 'active' })
  const filled: string = await budgets()
    .locator('.part')
    .first()
    .evaluate('(part) => getComputedStyle(part).backgroundColor')
  const ground: string = await page.evaluate('getComputedStyle(document.body).backgroundColor')
  expect(filled).not.toBe(ground)
  await page.emulateMedia({ forcedColors: 'none' })
})

test.skipIf(!hasChromium())('a broken limit is marked on its object, and its fix mends it', async () => {
  await field('Width of a die, in mm').fill('40')
  await field('Width of a die, in mm').press('Enter')
  const problems = page.getByRole('list', { name: 'Problems of the chip' })
  await problems.getByText(/in the reticle: 40 mm of 33 mm/).waitFor()
  await page
    .getByRole('button', { name: /in the reticle/ })
    .first()
    .waitFor()
  await shoot('chip-problems')
  await problems.getByRole('button', { name: 'Set width of a die to 33 mm' }).click()
  await expect.poll(() => problems.getByText(/in the reticle/).count()).toBe(0)
  for (let step = 0; step < 2; step++) await page.keyboard.press('Control+z')
  await expect.poll(() => field('Width of a die, in mm').inputValue()).toBe('21.92')
})

test.skipIf(!hasChromium())(
  'dies that lie off the wafer are moved back onto it, as one entry of a history in words',
  async () => {
    for (const [name, value] of [
      ['Rows', '3'],
      ['Columns', '10'],
      ['Columns', '18']
    ] as const) {
      await field(name).fill(value)
      await field(name).press('Enter')
    }
    await page.getByRole('grid', { name: 'Wafer of 3 × 18 dies' }).waitFor()
    const problems = page.getByRole('list', { name: 'Problems of the chip' })
    const move = problems.getByRole('button', { name: /^Move the dies: \d+ rows of \d+$/ }).first()
    await move.waitFor()
    const title = (await move.textContent())!.trim()
    await move.scrollIntoViewIfNeeded()
    await shoot('chip-move')
    await move.click()
    await page.getByRole('grid', { name: /^Wafer of (6 × 9|9 × 6) dies/ }).waitFor()
    await page.keyboard.press('Control+j')
    await page.getByRole('tab', { name: 'History' }).click()
    const history = page.getByRole('tabpanel', { name: 'History' }).getByRole('listitem')
    // What was typed into one field is one entry, told from where it began.
    await expect
      .poll(async () => (await history.getByRole('button').allTextContents()).slice(0, 3).map((text) => text.trim()))
      .toEqual([title, 'Columns 9 → 18', 'Rows 6 → 3'])
    await shoot('chip-history')
    await history.nth(1).getByRole('button').click()
    await page.getByRole('grid', { name: 'Wafer of 3 × 18 dies' }).waitFor()
    await page.getByRole('tab', { name: 'Problems' }).click()
    await page
      .getByRole('tabpanel', { name: 'Problems' })
      .getByRole('button', { name: /^Move the dies/ })
      .first()
      .waitFor()
    await page.keyboard.press('Control+j')
    for (let step = 0; step < 2; step++) await page.keyboard.press('Control+z')
    await page.getByRole('grid', { name: 'Wafer of 6 × 9 dies' }).waitFor()
  }
)

test.skipIf(!hasChromium())('H lifts the layers off a wafer one by one, and puts all back', async () => {
  const shown = async (): Promise<readonly string[]> => {
    const names = await page
      .locator('.layers input:checked')
      .evaluateAll((all) => all.map((one) => one.parentElement!.textContent!.trim()))
    return names
  }
  await page.getByText('Layers', { exact: true }).click()
  const all = await shown()
  expect(all).toContain('links')
  await page.getByText('Layers', { exact: true }).click()
  await page.getByRole('gridcell', { name: 'die row 1, column 2' }).focus()
  for (const layer of ['links', 'labels', 'memory', 'cores']) {
    expect(await shown()).toContain(layer)
    await page.keyboard.press('h')
    await expect.poll(shown).not.toContain(layer)
  }
  await shoot('chip-bare')
  await page.keyboard.press('h')
  await expect.poll(shown).toEqual(all)
  await page.keyboard.press('?')
  await page.getByRole('dialog').getByText('Wafer: hide the top layer, after the last show all').waitFor()
  await page.keyboard.press('Escape')
})

test.skipIf(!hasChromium())('keys fit the wafer and the die that has the keyboard, as a person set them', async () => {
  const die = page.getByRole('gridcell', { name: 'die row 1, column 2' })
  const width_px = async (): Promise<number> => (await die.boundingBox())!.width
  await die.focus()
  const before_px = await width_px()
  await page.keyboard.press('Shift+F')
  await expect.poll(width_px).toBeGreaterThan(2 * before_px)
  await page.keyboard.press('f')
  await expect.poll(width_px).toBeCloseTo(before_px, 0)

  const chooseKey = async (title: string, press: () => Promise<void>): Promise<void> => {
    const address = page.url()
    await page.keyboard.press('Control+,')
    await page.getByRole('row', { name: title }).getByRole('button').first().click()
    await press()
    await page.goto(address)
    await die.focus()
  }
  await chooseKey('Wafer: show the selected die', () => page.keyboard.press('Alt+Shift+D'))
  await page.keyboard.press('Shift+F')
  // Long enough for what it did before to be drawn.
  await page.waitForTimeout(300)
  expect(await width_px()).toBeCloseTo(before_px, 0)
  await page.keyboard.press('Alt+Shift+D')
  await expect.poll(width_px).toBeGreaterThan(2 * before_px)
  await page.keyboard.press('Control+0')
  await expect.poll(width_px).toBeCloseTo(before_px, 0)
})

test.skipIf(!hasChromium())('a budget tells how it is computed, and is solved for with what is locked', async () => {
  await budgets()
    .getByRole('button', { name: /Shoreline/ })
    .click()
  await page.getByText('How computed').click()
  await page.getByText('perimeter × shoreline density', { exact: false }).waitFor()
  await page.getByText(/beyond it Shoreline breaks/).waitFor()
  await shoot('chip-budget')
  await page.getByRole('button', { name: 'Set bandwidth per edge' }).click()
  await expect.poll(() => field('Bandwidth per edge, one direction, in GB/s').inputValue()).toMatch(/^500\.\d+/)
  await page.keyboard.press('Control+z')
  await budgets()
    .getByRole('button', { name: /Shoreline/ })
    .click()
})

test.skipIf(!hasChromium())(
  'the inside of a die is drawn to scale with derived numbers, and Backspace goes back',
  async () => {
    const die = page.getByRole('gridcell', { name: 'die row 2, column 3' })
    await die.press('Enter')
    await page.getByRole('heading', { name: /inside of the die/ }).waitFor()
    await page.getByRole('img', { name: /Die of 21.92 mm by 22.81 mm with 256 cores/ }).waitFor()
    await page.getByText('Peak of a die').first().click()
    await page.getByText('cores × MACs per core × 2 × clock').waitFor()
    const [svg, csv] = [await savedFile(page, page, 'SVG'), await savedFile(page, page, 'CSV of the numbers shown')]
    expect([svg.name, csv.name]).toEqual(['die.svg', 'die.csv'])
    expect(svg.content.toString()).toMatch(/^<svg .*Die of 21\.92 mm by 22\.81 mm with 256 cores/)
    expect(csv.content.toString()).toMatch(/^link PHY,north,,14\.\d+/m)
    const png = await savedFile(page, page, 'PNG, 4×')
    expect(png.content.readUInt32BE(16)).toBe(4 * 640)
    await shoot('chip-die')
    await page.getByRole('heading', { name: /inside of the die/ }).click()
    const cores = field('Cores')
    const before = Number(await cores.inputValue())
    await page.keyboard.press('+')
    await expect.poll(async () => Number(await cores.inputValue())).toBeGreaterThan(before)
    await page.keyboard.press('-')
    await expect.poll(async () => Number(await cores.inputValue())).toBe(before)
    await budgets()
      .getByRole('button', { name: /Reticle/ })
      .click()
    const kept = page.getByRole('group', { name: 'Solve for' }).getByLabel('Reticle', { exact: true })
    const wasKept = await kept.isChecked()
    await page.keyboard.press('k')
    await expect.poll(() => kept.isChecked()).toBe(!wasKept)
    await page.getByRole('heading', { name: /inside of the die/ }).click()
    await page.keyboard.press('Backspace')
    await budgets().waitFor()
  }
)

test.skipIf(!hasChromium())('symmetry shows the images of a die', async () => {
  await page.getByRole('button', { name: 'Left and right alike' }).click()
  await page.getByRole('button', { name: 'Top and bottom alike' }).click()
  await page.getByRole('gridcell', { name: 'die row 1, column 2' }).press('Space')
  const images = page.locator('[role=gridcell][aria-selected=true]')
  await expect.poll(() => images.count()).toBe(4)
  await page.getByRole('button', { name: 'Left and right alike' }).click()
  await page.getByRole('button', { name: 'Top and bottom alike' }).click()
})

const upload = (name: string, text: string): Promise<void> =>
  page
    .getByLabel('File of a chip or a floorplan')
    .setInputFiles({ name, mimeType: 'text/plain', buffer: Buffer.from(text) })

test.skipIf(!hasChromium())('a floorplan goes out and comes back; what is none is refused in words', async () => {
  await page.getByRole('button', { name: 'Export' }).click()
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: 'HotSpot floorplan (.flp)' }).click()
  ])
  const text = readFileSync(await file.path(), 'utf8')
  expect(text.match(/^die_/gm)).toHaveLength(54)
  for (const [title, ending] of [
    ['Wafer as SVG', '.svg'],
    ['Wafer as PNG, 2×', '.2x.png']
  ] as const) {
    await page.getByRole('button', { name: 'Export' }).click()
    const [picture] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: title }).click()
    ])
    expect(picture.suggestedFilename().endsWith(ending)).toBe(true)
    expect(statSync(await picture.path()).size).toBeGreaterThan(10_000)
  }
  await field('Columns').fill('4')
  await field('Columns').press('Enter')
  await page.getByRole('grid', { name: 'Wafer of 6 × 4 dies' }).waitFor()
  await upload('wafer.flp', text)
  await page.getByRole('grid', { name: 'Wafer of 6 × 9 dies' }).waitFor()
  await upload('bad.flp', 'die_0_0 wide 1 0 0')
  await page.getByText('expected a name and four numbers in metres', { exact: false }).waitFor()
  await upload('bad.json', '{"kind": "wafer", "name": "<img src=x onerror=alert(1)>"}')
  await page.getByText(/the chip: '.*' is missing/).waitFor()
})

test.skipIf(!hasChromium())('an enormous grid is told of with a way back, and the page stays quick', async () => {
  const chip = JSON.parse(readFileSync(join(import.meta.dirname, '../../resources/chips/wsc-llm-54.json'), 'utf8'))
  await upload('huge.json', JSON.stringify({ ...chip, grid: { ...chip.grid, rows: 1000, columns: 1000 } }))
  await page.getByText('Rows is 1,000 (grid.rows), more than the 200', { exact: false }).waitFor()
  await page.getByRole('button', { name: 'Set rows to 200' }).click()
  await page.getByRole('button', { name: 'Set columns to 200' }).click()
  await page.getByText('each cell stands for 10 × 10 dies', { exact: false }).waitFor()
  await shoot('chip-huge')
  for (let step = 0; step < 3; step++) await page.keyboard.press('Control+z')
  await page.getByRole('grid', { name: 'Wafer of 6 × 9 dies' }).waitFor()
})

test.skipIf(!hasChromium())('the chip survives a reload and is listed, duplicated and named', async () => {
  await page.reload()
  await page.getByRole('grid', { name: 'Wafer of 6 × 9 dies' }).waitFor()
  await page.getByRole('button', { name: 'Duplicate' }).click()
  await page.getByRole('link', { name: 'Chips' }).click()
  await expect
    .poll(() =>
      page
        .getByRole('main')
        .getByRole('link', { name: /WSC-LLM/ })
        .count()
    )
    .toBe(2)
})

endsUncomplained(() => workbench)
