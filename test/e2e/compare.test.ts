import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { endsUncomplained, openSample, workbenchFlow } from '../fixtures/workbench-flow.ts'
import type { WorkbenchPage } from '../fixtures/workbench-page.ts'
import { hasChromium } from './chromium.ts'

let workbench: WorkbenchPage
let page: Page

workbenchFlow(async (opened) => {
  workbench = opened
  page = opened.page
  await openSample(page)
})

const shell = () => page.getByRole('region', { name: 'Points put aside for a comparison' })

test.skipIf(!hasChromium())('an empty comparison says how points come here', async () => {
  await page.goto(page.url().replace(/\/run\/.*$/, '/compare'))
  await page.getByText('none is chosen yet').waitFor()
  await page.getByRole('link', { name: 'Open the newest results' }).click()
  await page.getByTestId('front').waitFor()
})

test.skipIf(!hasChromium())('points are put aside by Space and in the table, and then compared', async () => {
  const chart = page.getByTestId('front').getByRole('application')
  await chart.press('Home')
  await chart.press(' ')
  await shell().getByText(/^#\d+/).waitFor()
  // It stands below the view, and covers nothing of it wherever that is scrolled to.
  for (const size of [
    { width: 1280, height: 720 },
    { width: 700, height: 900 }
  ]) {
    await page.setViewportSize(size)
    const [tray, view] = await Promise.all([shell().boundingBox(), page.getByRole('main').boundingBox()])
    expect(tray!.y).toBeGreaterThanOrEqual(view!.y + view!.height)
  }
  await page.setViewportSize({ width: 1280, height: 720 })
  // Who takes a point out by the keyboard stays at the keyboard's place.
  await shell()
    .getByRole('button', { name: /^Take point/ })
    .press('Enter')
  await shell().waitFor({ state: 'detached' })
  await expect.poll(() => page.evaluate('document.activeElement.tagName')).toBe('MAIN')
  await chart.press('Home')
  await chart.press(' ')
  await shell().waitFor()
  const row = page.getByRole('region', { name: /^Designs; up and down/ }).getByRole('row')
  await row.nth(4).click({ modifiers: ['Control'] })
  await shell().getByRole('button', { name: 'Compare 2' }).click()
  await page.waitForURL(/compare\?points=\d+,\d+/)
  await page.getByRole('heading', { name: /^Why is ② faster than ①/ }).waitFor()
  await page.getByRole('table', { name: /What differs, against ①/ }).waitFor()
})

test.skipIf(!hasChromium())('the policies of the run against ours: which part of the step is why', async () => {
  const base = page.url().replace(/compare.*$/, '')
  await page.goto(`${base}compare?points=1,2,3`)
  await page.reload()
  const why = page.getByRole('application', { name: /^Waterfall from/ })
  await why.waitFor()
  expect(await why.getAttribute('aria-label')).toMatch(/(Compute|Recompute|bubble) [+−][\d.]+ m?s/)
  await page.getByText(/\d+ of \d+ operators are split differently/).waitFor()
  await workbench.shoot('compare')
  await page.getByRole('heading', { name: /^Wafers at one scale/ }).scrollIntoViewIfNeeded()
  await workbench.shoot('compare-wafers')
})

test.skipIf(!hasChromium())('the use of links of each stands side by side at one scale', async () => {
  const maps = page.getByRole('region', { name: 'Use of links at one scale' })
  await maps.getByRole('button', { name: 'Route the transfers' }).click()
  await expect.poll(() => maps.getByText(/used on average, .+ at most/).count(), { timeout: 20_000 }).toBe(3)
  // The one scale ends where the most used link of all of them stands.
  const most = (await maps.getByText(/used on average, .+ at most/).allTextContents()).map((text) =>
    Number(/([\d.]+)% at most/.exec(text)?.[1])
  )
  const scale = maps.getByRole('group', { name: 'Colour scales' })
  expect(await scale.count()).toBe(1)
  expect(await scale.textContent()).toMatch(new RegExp(`0%\\s*${Math.max(...most).toFixed(1)}%`))
  await maps.getByLabel('Scale to 100%').check()
  expect(await scale.textContent()).toMatch(/0%\s*100\.0%/)
  await maps.getByLabel('Scale to 100%').uncheck()
  await maps.scrollIntoViewIfNeeded()
  await workbench.shoot('compare-links')
})

test.skipIf(!hasChromium())('two steps are simulated and stand on one axis of time', async () => {
  const here = page.url()
  await page.goto(here.replace(/points=.*$/, 'points=3,10'))
  await page.getByRole('button', { name: /^Simulate 2 steps, (under|about)/ }).click()
  const chart = page.getByTestId('timelines').getByRole('application')
  await chart.waitFor()
  const words = (await chart.getAttribute('aria-label')) ?? ''
  expect(words).toMatch(/① #3 .*bubble 0% on average; ② #10 .*bubble [\d.]+% on average/)
  await chart.press('Home')
  await page.getByText(/Stage 0.*Bubble/).waitFor()
  await page.getByRole('heading', { name: 'One step of each on one axis of time' }).scrollIntoViewIfNeeded()
  await workbench.shoot('compare-timelines')
  await page
    .getByTestId('timelines')
    .getByRole('button', { name: /^Export/ })
    .click()
  await page.getByRole('menuitem', { name: 'Send to report' }).click()
  await page.getByRole('button', { name: 'Open the report' }).click()
  await page.getByRole('img', { name: 'Steps of 2 designs on one axis of time.' }).waitFor()
  await page.goto(here)
})

test.skipIf(!hasChromium())('keys choose the baseline, all numbers and the way round of the table', async () => {
  await page.locator('main').focus()
  await page.keyboard.press('Alt+2')
  await page.getByRole('table', { name: /What differs, against ②/ }).waitFor()
  await page.keyboard.press('d')
  await page.getByRole('table', { name: /All numbers, against ②/ }).waitFor()
  await page.keyboard.press('Shift+T')
  await page.getByRole('columnheader', { name: 'Throughput' }).waitFor()
})

test.skipIf(!hasChromium())('a point that is not there is told, and the others stay', async () => {
  await page.goto(page.url().replace(/points=.*$/, 'points=1,2,999999'))
  const alert = page.getByRole('alert').filter({ hasText: '999999' })
  await alert.waitFor()
  await page.getByRole('heading', { name: /^Why is/ }).waitFor()
  await alert.getByRole('button', { name: 'Go on without it' }).click()
  await page.waitForURL(/points=1,2$/)
})

test.skipIf(!hasChromium())('a comparison is saved, opens again, and keeps its note', async () => {
  await page.getByRole('button', { name: 'Save as an exploration' }).first().click()
  await page.getByRole('button', { name: 'Open', exact: true }).click()
  await page.getByRole('heading', { name: /^Comparison of ①/ }).waitFor()
  await page.getByLabel('Note').fill('<b>why</b> the bubble')
  await page.getByRole('heading', { name: /^Comparison of/ }).click()
  await page.waitForTimeout(300)
  await page.reload()
  await expect.poll(() => page.getByLabel('Note').inputValue()).toBe('<b>why</b> the bubble')
  await workbench.shoot('exploration')
  await page.getByRole('link', { name: 'Compare its 2 points' }).click()
  await page.getByRole('heading', { name: /^Why is/ }).waitFor()
})

test.skipIf(!hasChromium())('what a tab kept in another form is left out, and the page goes on', async () => {
  const address = page.url()
  await page.evaluate("for (const key of ['tmac-tray', 'tmac-what-if']) sessionStorage.setItem(key, 'null')")
  await page.reload()
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Models' }).click()
  await page.getByRole('heading', { name: 'Models' }).waitFor()
  expect(await page.getByRole('alert').filter({ hasText: 'failed' }).count()).toBe(0)
  await page.goto(address)
})

endsUncomplained(() => workbench)
