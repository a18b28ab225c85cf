import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { writeOnePointProject } from '../fixtures/one-point-project.ts'
import { endsUncomplained, workbenchFlow } from '../fixtures/workbench-flow.ts'
import type { WorkbenchPage } from '../fixtures/workbench-page.ts'
import { hasChromium } from './chromium.ts'

let workbench: WorkbenchPage
let page: Page

const views = () => page.getByRole('navigation', { name: 'Views' })
const left = () => page.getByRole('region', { name: 'What is left' })
/** A die of the large wafer. */
const die = (row: number, column: number) => page.locator(`.editor [data-die="${row},${column}"]`)
/** Drags the brush from the middle of one die to that of another. @param before what happens before it is lifted */
async function stroke(
  from: readonly [number, number],
  to: readonly [number, number],
  before?: () => Promise<void>
): Promise<void> {
  const ends = await Promise.all([from, to].map(([row, column]) => die(row, column).boundingBox()))
  const [start, end] = ends.map((box) => [box!.x + box!.width / 2, box!.y + box!.height / 2] as const)
  await page.mouse.move(...start!)
  await page.mouse.down()
  await page.mouse.move(...end!, { steps: 4 })
  await before?.()
  await page.mouse.up()
}
const says = (text: string | RegExp) => expect.poll(() => left().textContent()).toMatch(text)

workbenchFlow(async (opened) => {
  workbench = opened
  page = opened.page
  await page.getByRole('button', { name: 'Open the sample' }).click()
  await views().getByRole('link', { name: 'Defect maps' }).click()
})

test.skipIf(!hasChromium())(
  'a map that is none of the chip is refused in words, and nothing typed is lost',
  async () => {
    await page.getByRole('link', { name: 'A bond and a link lost, seed 8' }).first().waitFor()
    await page.getByRole('combobox', { name: 'Chip' }).selectOption('preset:watos-56')
    await page.getByRole('radio', { name: 'From CSV or JSON' }).check()
    const text = page.getByRole('textbox', { name: /CSV or JSON/ })
    const refused = (words: string) => page.getByRole('alert').filter({ hasText: words }).waitFor()
    await text.fill('kind,row,column,toRow,toColumn,value\ndead-link,0,0,1,1,')
    await refused('no neighbours')
    await text.fill('kind,row,column\nbroken,0,0')
    await refused("kind is 'broken'; it must be one of grid, dead-die")
    await text.fill('{ "grid": { "rows": 5, "columns": 5 }, "deadDies": [[1, 1]] }')
    await refused('is of a grid of 5 rows x 5 columns')
    expect(await page.getByRole('button', { name: 'Add the map to the project' }).isDisabled()).toBe(true)
    await workbench.shoot('defects-refused')
    expect(await text.inputValue()).toContain('[[1, 1]]')
    await page.getByRole('button', { name: /^Take it for/ }).click()
    await page.getByText('1 dead die.').waitFor()
  }
)

test.skipIf(!hasChromium())('dies and links are painted, erased, toggled and undone stroke by stroke', async () => {
  await page.getByRole('combobox', { name: 'Chip' }).selectOption('preset:wsc-llm-54')
  await page.getByRole('radio', { name: 'Empty, to paint' }).check()
  await page.getByRole('button', { name: 'Make an empty map' }).click()
  await says('a perfect wafer')
  await die(0, 0).click()
  await page.keyboard.press('b')
  await stroke([1, 1], [1, 3])
  await says('3 of 54')
  await page.keyboard.press('e')
  await stroke([1, 3], [1, 3])
  await says('2 of 54')
  await page.keyboard.press('Control+z')
  await says('3 of 54')
  await page.keyboard.press('Control+z')
  await says('a perfect wafer')
  await page.keyboard.press('Control+Shift+z')
  await says('3 of 54')
  await says('6 hops, 4 of them extra')
  // What is still in the hand is given up by Esc, and by Ctrl+Z before what was done earlier.
  const drawn = (row: number, column: number) => expect.poll(() => die(row, column).getAttribute('aria-label'))
  for (const key of ['Escape', 'Control+z']) {
    await page.keyboard.press('b')
    await stroke([4, 1], [4, 4], async () => {
      await drawn(4, 3).toMatch(/dead/)
      await page.keyboard.press(key)
      await drawn(4, 3).not.toMatch(/dead/)
      await page.mouse.move(10, 10)
    })
    await drawn(4, 3).not.toMatch(/dead/)
    await says('3 of 54')
  }
  // Who leaves with a stroke in the hand is told what became of it, and finds the map as it was.
  await stroke([4, 1], [4, 4], async () => {
    await drawn(4, 3).toMatch(/dead/)
    await page.keyboard.press('Control+1')
    await page.getByRole('status').filter({ hasText: 'The stroke was given up' }).waitFor()
  })
  await page.goBack()
  await says('3 of 54')
  await drawn(4, 3).not.toMatch(/dead/)
  await page.keyboard.press('v')
  await die(3, 3).click()
  await page.keyboard.press('x')
  await says('4 of 54')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('x')
  await says('5 of 54')
  await page.keyboard.press('x')
  await says('4 of 54')
})

test.skipIf(!hasChromium())(
  'the same by numbers: a die is cut off by its links, and what is no number is refused',
  async () => {
    const form = page.getByRole('region', { name: 'One die' })
    await form.getByRole('spinbutton', { name: 'Row' }).fill('99')
    await form.getByRole('spinbutton', { name: 'Row' }).press('Tab')
    await form.getByRole('alert').filter({ hasText: "Row is '99'; it must be a whole number from 0 to" }).waitFor()
    for (const name of ['Row', 'Column']) {
      await form.getByRole('spinbutton', { name }).fill('0')
      await form.getByRole('spinbutton', { name }).press('Tab')
    }
    await page.waitForURL(/die=0,0/)
    await form.getByRole('checkbox', { name: 'right' }).check()
    await form.getByRole('checkbox', { name: 'below' }).check()
    await left().getByRole('status').filter({ hasText: 'Die row 0, column 0 cannot be reached' }).waitFor()
    await form.getByRole('checkbox', { name: 'below' }).uncheck()
    await expect.poll(() => left().getByRole('status').count()).toBe(0)
  }
)

test.skipIf(!hasChromium())('a mapping on dead dies is told die by die, with a search for this wafer', async () => {
  const effect = page.getByRole('region', { name: 'Effect on a mapping' })
  await effect.getByRole('checkbox', { name: /stages on the wafer/ }).check()
  await effect.getByRole('button', { name: 'Evaluate on this wafer' }).click()
  await effect.getByRole('status').filter({ hasText: 'does not work on this wafer' }).waitFor()
  await effect.getByText('No other place on what works for 27 regions of 2 × 1 dies.').waitFor()
  await effect.getByRole('button', { name: /die row 1, column 2$/ }).click()
  await page.waitForURL(/die=1,2/)
  await workbench.shoot('defects')
  const wafer = page.url()
  await effect.getByRole('button', { name: 'Set up a search for this wafer' }).click()
  await page.waitForURL(/\/search\/\d+/)
  await page
    .getByRole('navigation', { name: 'Project' })
    .getByRole('link', { name: /its own mapping$/ })
    .waitFor()
  const defects = page.getByRole('combobox', { name: /^Its defects/ })
  await expect.poll(() => defects.inputValue()).toBe(/defects\/(\d+)/.exec(wafer)![1])
})

test.skipIf(!hasChromium())('a mapping on a wafer with a slow die and a dead link is slower by so much', async () => {
  await views().getByRole('link', { name: 'Defect maps' }).click()
  await page.getByRole('radio', { name: 'From CSV or JSON' }).check()
  const lines = [
    'kind,row,column,toRow,toColumn,value',
    'slow-die,2,4,,,0.5',
    'dead-cores,0,0,,,20',
    'dead-link,4,4,4,5,'
  ]
  await page.getByRole('textbox', { name: /CSV or JSON/ }).fill(lines.join('\n'))
  await page.getByText('1 dead link, 1 die with dead cores, 1 slow die.').waitFor()
  await page.getByRole('button', { name: 'Add the map to the project' }).click()
  await says(/Slowest living die.*50/)
  const effect = page.getByRole('region', { name: 'Effect on a mapping' })
  await effect.getByRole('button', { name: 'Evaluate on this wafer' }).click()
  await effect
    .getByRole('status')
    .filter({ hasText: /Slower: a step takes .*% longer/ })
    .waitFor()
  await workbench.shoot('defects-slower')
  for (const level of ['fluid', 'event']) {
    await effect.getByRole('combobox', { name: 'Level' }).selectOption(level)
    await effect.getByRole('button', { name: 'Evaluate on this wafer' }).click()
    await effect.getByText(`on this wafer (${level})`).waitFor()
  }
  await page.getByRole('button', { name: 'Mirror left to right' }).click()
  await effect.getByRole('button', { name: 'Evaluate on this wafer' }).waitFor()
})

test.skipIf(!hasChromium())('links, cores and slow dies have brushes of their own, and Alt takes back', async () => {
  await page.getByRole('button', { name: 'Paint', exact: true }).click()
  await page.keyboard.press('s')
  await stroke([3, 0], [3, 0])
  await says('Slow dies2')
  await page.keyboard.press('c')
  await page.keyboard.press('3')
  await stroke([5, 0], [5, 0])
  await says('Dies with dead cores2')
  await page.keyboard.press('1')
  await page.keyboard.press('j')
  const box = (await die(5, 5).boundingBox())!
  const border = [box.x + box.width - 2, box.y + box.height / 2] as const
  await page.mouse.click(...border)
  await says('Dead links2 of 93')
  await page.keyboard.down('Alt')
  await page.mouse.click(...border)
  await page.keyboard.up('Alt')
  await says('Dead links1 of 93')
  await page.getByRole('button', { name: 'Undo' }).click()
  await says('Dead links2 of 93')
  await page.keyboard.press('v')
})

test.skipIf(!hasChromium())(
  'maps are exported, drawn anew by a seed, and listed with what is left of them',
  async () => {
    await page.getByRole('button', { name: 'Export' }).click()
    const file = page.waitForEvent('download')
    await page.getByRole('menuitem', { name: 'Map as CSV' }).click()
    expect((await file).suggestedFilename()).toBe('Imported map.csv')
    await page.getByText('Draw another at random').click()
    await page.getByRole('spinbutton', { name: 'Seed' }).fill('-1')
    await page.getByRole('alert').filter({ hasText: "The seed is '-1'" }).waitFor()
    await page.getByRole('spinbutton', { name: 'Seed' }).fill('7')
    await page.getByRole('combobox', { name: 'What is lost' }).selectOption('dies')
    await page.getByRole('button', { name: 'Replace the map' }).first().click()
    await says(/Dead dies(?!0 of)/)
    await views().getByRole('link', { name: 'Defect maps' }).click()
    await page
      .getByText(/wsc-llm-54 · \d+ of 54 dies/)
      .first()
      .waitFor()
    await workbench.shoot('defects-list')
  }
)

test.skipIf(!hasChromium())('a map whose chip has become smaller says so, and is fitted to it', async () => {
  await views().getByRole('link', { name: 'Chips' }).click()
  await page.getByRole('button', { name: /^Dojo training tile/ }).click()
  await page.getByRole('textbox', { name: 'Rows', exact: true }).waitFor()
  await views().getByRole('link', { name: 'Defect maps' }).click()
  const chips = page.getByRole('combobox', { name: 'Chip' })
  await chips.selectOption(
    await chips.locator('option', { hasText: 'Dojo training tile' }).first().getAttribute('value')
  )
  await page.getByRole('radio', { name: 'From CSV or JSON' }).check()
  await page.getByRole('textbox', { name: /CSV or JSON/ }).fill('kind,row,column\ndead-die,0,0\ndead-die,4,4')
  await page.getByRole('button', { name: 'Add the map to the project' }).click()
  await says('2 of 25')
  const address = page.url()
  await views().getByRole('link', { name: 'Chips' }).click()
  await page
    .getByRole('main')
    .getByRole('link', { name: /^Dojo training tile/ })
    .click()
  await page.getByRole('textbox', { name: 'Rows', exact: true }).fill('4')
  await page.getByRole('textbox', { name: 'Rows', exact: true }).press('Enter')
  await page.goto(address)
  await page.getByRole('alert').filter({ hasText: 'is of a grid of 5 rows x 5 columns' }).waitFor()
  await page.getByRole('button', { name: 'Keep the 1 of 2 defects that lie on the chip' }).click()
  await says('1 of 20')
})

test.skipIf(!hasChromium())('stages on dead dies are moved onto dies that work, as a point of its own', async () => {
  const folder = join(workbench.running.folder, 'projects')
  writeOnePointProject(join(folder, 'roomy.tmac'), 'llama-2-7b', { tensorParallel: 4, pipelineParallel: 8 })
  await page.goto(`${new URL(page.url()).origin}/#/`)
  await page.getByLabel('Path of a .tmac file').fill(join(folder, 'roomy.tmac'))
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: /llama-2-7b on/ }).waitFor()
  await views().getByRole('link', { name: 'Defect maps' }).click()
  await page.getByRole('combobox', { name: 'Chip' }).selectOption('preset:watos-56')
  await page.getByRole('radio', { name: 'From CSV or JSON' }).check()
  await page.getByRole('textbox', { name: /CSV or JSON/ }).fill('kind,row,column\ndead-die,0,1\ndead-die,2,6')
  await page.getByRole('button', { name: 'Add the map to the project' }).click()
  const effect = page.getByRole('region', { name: 'Effect on a mapping' })
  await effect.getByRole('checkbox', { name: /stages on the wafer/ }).check()
  await effect.getByRole('button', { name: 'Evaluate on this wafer' }).click()
  await effect.getByRole('status').filter({ hasText: 'does not work on this wafer' }).waitFor()
  await workbench.shoot('defects-move')
  await effect.getByRole('button', { name: 'Move its stages onto dies that work' }).click()
  await page.getByText('Kept as point 2, made from point 1.').waitFor()
  await page.waitForURL(/point=2/)
  // It is judged on this wafer at once: every stage has a place.
  await effect
    .getByRole('status')
    .filter({ hasText: /As fast as before|Slower|Faster/ })
    .waitFor()
  await workbench.shoot('defects-moved')
  await page.getByRole('button', { name: 'Back to point 1' }).click()
  await page.waitForURL(/point=1/)
})

endsUncomplained(() => workbench)
