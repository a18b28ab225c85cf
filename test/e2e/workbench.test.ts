import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { endsUncomplained, workbenchFlow } from '../fixtures/workbench-flow.ts'
import type { WorkbenchPage } from '../fixtures/workbench-page.ts'
import { hasChromium } from './chromium.ts'

let workbench: WorkbenchPage
let page: Page
const shoot = (name: string): Promise<void> => workbench.shoot(name)
const side = (name: string) => workbench.side(name)

workbenchFlow((opened) => {
  workbench = opened
  page = opened.page
})

test.skipIf(!hasChromium())(
  'the sample opens on its results: summary with the gap, policies, front, mapping, wafer',
  async () => {
    await page.getByText('There are none yet').waitFor()
    await shoot('start')
    await page.getByRole('button', { name: 'Open the sample' }).click()
    await page.getByRole('heading', { name: /llama-3-70b on/ }).waitFor()
    await page.getByText('Certified gap').waitFor()
    await page.getByText('What binds is', { exact: false }).waitFor()
    await shoot('results-summary')
    await side('Mapping').click()
    await page.getByRole('grid', { name: /dies: 27 stages/ }).waitFor()
    await shoot('results-mapping')
    await side('Breakdown').click()
    await page.getByRole('heading', { name: 'Beside the best of other sources' }).waitFor()
    await shoot('results-breakdown')
    await side('Front').click()
    expect(await page.getByTestId('front').getAttribute('data-points')).toMatch(/^\d{3}$/)
    await shoot('results-front')
  }
)

test.skipIf(!hasChromium())(
  'a point of the front is chosen by keyboard and by table, and the address keeps it',
  async () => {
    await page.getByTestId('front').getByRole('application').press('ArrowRight')
    await page.waitForURL(/point=\d+/)
    const heading = page.getByRole('complementary', { name: 'Inspector' }).getByRole('heading', { name: /^Point \d+:/ })
    await heading.waitFor()
    const first = await heading.textContent()
    await page.getByTestId('front').getByRole('application').press('ArrowRight')
    await heading.filter({ hasNotText: first! }).waitFor()
    const before = new URL(page.url()).hash
    await page
      .getByRole('region', { name: /^Designs; up and down/ })
      .getByRole('row')
      .nth(3)
      .click()
    // The address follows the choice.
    await page.waitForURL(({ hash }) => hash !== before)
    const chosen = new URL(page.url()).hash
    await page.reload()
    await heading.waitFor()
    expect(new URL(page.url()).hash).toBe(chosen)

    // Enter opens the mapping of what is chosen, on the chart as in the table; on a button of the table it presses that.
    await page.getByTestId('front').getByRole('application').press('ArrowRight')
    await page.getByTestId('front').getByRole('application').press('Enter')
    await page.waitForURL(/\/mapping\?.*point=\d+/)
    await page.goBack()
    const table = page.getByRole('region', { name: /^Designs; up and down/ })
    await table.getByRole('button', { name: 'Point', exact: true }).press('Enter')
    await table
      .locator('th[aria-sort="ascending"], th[aria-sort="descending"]')
      .getByRole('button', { name: 'Point', exact: true })
      .waitFor()
    await table.press('Enter')
    await page.waitForURL(/\/mapping\?.*point=\d+/)
    await page.goBack()
    await table.waitFor()
  }
)

test.skipIf(!hasChromium())('a stage of the wafer tells what it holds', async () => {
  await side('Mapping').click()
  const die = page.getByRole('gridcell', { name: /stage 0$/ }).first()
  await die.press('Space')
  await expect.poll(() => die.getAttribute('aria-selected')).toBe('true')
  await page.getByText('Stage 0 holds').waitFor()
})

test.skipIf(!hasChromium())('a new search moves its front, stops when told, and has results', async () => {
  await page.getByRole('link', { name: 'TMAC Workbench' }).click()
  await page.getByLabel('Name').fill('my study')
  await page.getByRole('button', { name: 'Create' }).click()
  await page.getByRole('button', { name: 'Start a 20-second search' }).click()
  const front = page.getByTestId('front')
  const shown = async (): Promise<number> => Number(await front.getAttribute('data-points'))
  await front.waitFor({ timeout: 20_000 })
  const first = await shown()
  await expect.poll(shown, { timeout: 20_000 }).toBeGreaterThan(first)
  await shoot('search')
  // On a busy machine its 20 s are over by now.
  const stop = page.getByRole('button', { name: 'Stop' })
  const results = page.getByRole('link', { name: 'See the results of run 1' })
  await stop.or(results).waitFor()
  if (await stop.isVisible()) await stop.click({ timeout: 5000 }).catch(() => results.waitFor())
  await results.click({ timeout: 30_000 })
  await page.getByRole('heading', { name: /llama-2-7b on/ }).waitFor()
  await side('Front').click()
  expect(await page.getByTestId('front').getAttribute('data-points')).not.toBe('0')
})

test.skipIf(!hasChromium())('a file that is no project is refused in words, and the way on is there', async () => {
  await page.getByRole('link', { name: 'TMAC Workbench' }).click()
  await page.getByLabel('Path of a .tmac file').fill('/etc/hostname-of-nobody.tmac')
  await page.getByRole('button', { name: 'Open', exact: true }).click()
  await page.getByRole('alert').filter({ hasText: 'does not exist' }).waitFor()
  await page.getByRole('button', { name: 'my study', exact: true }).click()
  await page.getByRole('heading', { name: /llama-2-7b on/ }).waitFor()
})

test.skipIf(!hasChromium())(
  "everything is done by keyboard: palette, places, sheet of keys, a key of one's own",
  async () => {
    await page.keyboard.press('Control+Shift+P')
    await page.getByRole('combobox', { name: 'Run a command' }).fill('dark')
    await page.keyboard.press('Enter')
    await expect.poll(() => page.locator('html').getAttribute('data-theme')).toBe('dark')
    await page.keyboard.press('Control+P')
    await page.getByRole('combobox', { name: 'Go to a view' }).fill('settings')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Settings' }).waitFor()
    await page.getByRole('combobox', { name: /^Theme/ }).selectOption('system')
    await shoot('settings')
    // Keys of views that are not open are set here as well.
    await page
      .getByRole('row', { name: /Compare: only what differs Compare/ })
      .getByText('D', { exact: true })
      .waitFor()
    await page.getByRole('button', { name: 'Key of Theme: light' }).click()
    await page.keyboard.press('Control+Alt+L')
    await page.getByRole('button', { name: 'Reset to none' }).waitFor()
    await page.keyboard.press('Control+Alt+L')
    await expect.poll(() => page.locator('html').getAttribute('data-theme')).toBe('light')
    // What names a key beside a button names the one that a person set.
    await page.getByRole('button', { name: 'Key of Go to …' }).click()
    await page.keyboard.press('Control+Alt+G')
    await page.getByRole('button', { name: 'Go to … Ctrl+Alt+G' }).waitFor()
    await page.getByRole('button', { name: 'Reset to Ctrl+P' }).click()
    await page.getByRole('button', { name: 'Go to … Ctrl+P' }).waitFor()
    await page.reload()
    await expect.poll(() => page.locator('html').getAttribute('data-theme')).toBe('light')
    await page.getByRole('main').focus()
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keys that act here' }).getByText('Command palette').waitFor()
    // In both themes: what follows the system shows each.
    await page.keyboard.press('Escape')
    await page.getByRole('combobox', { name: /^Theme/ }).selectOption('system')
    await page.getByRole('main').focus()
    await page.keyboard.press('?')
    await shoot('keys')
    await page.keyboard.press('Escape')
  }
)

endsUncomplained(() => workbench)
