import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { endsUncomplained, workbenchFlow } from '../fixtures/workbench-flow.ts'
import type { WorkbenchPage } from '../fixtures/workbench-page.ts'
import { hasChromium } from './chromium.ts'

let workbench: WorkbenchPage
let page: Page
workbenchFlow((opened) => {
  workbench = opened
  page = opened.page
})

/** What has the keyboard, as a person would call it. */
const focused = (): Promise<string> =>
  page.evaluate(`(() => {
    const { activeElement: it } = document
    const name = it.getAttribute('aria-label') ?? it.labels?.[0]?.innerText ?? it.innerText
    return it === document.body ? 'nothing' : it.tagName === 'MAIN' ? 'the view' : name.trim().replaceAll(/\\s+/g, ' ')
  })()`)
/** Presses Tab until something has the keyboard; a person gives up sooner than a hundred times. */
async function tabTo(name: RegExp, most: number): Promise<void> {
  const passed: string[] = []
  for (let count = 0; count < most; count++) {
    await page.keyboard.press('Tab')
    passed.push(await focused())
    if (name.test(passed.at(-1)!)) return
  }
  throw new Error(`${most} times Tab do not lead to ${name}, but past ${passed.join(' | ')}`)
}
const hasTheView = (): Promise<void> => expect.poll(focused).toBe('the view')

test.skipIf(!hasChromium())('the menus are walked through, one stop of Tab', async () => {
  const openMenu = page.getByRole('menu')
  await tabTo(/^File$/, 5)
  await page.keyboard.press('ArrowRight')
  await expect.poll(focused).toBe('Edit')
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('ArrowDown')
  const first = await focused()
  expect(first).toMatch(/^Start page/)
  await page.keyboard.press('ArrowDown')
  await expect.poll(focused).not.toBe(first)
  await page.keyboard.press('ArrowUp')
  await expect.poll(focused).toBe(first)
  // Past what cannot be chosen now, and around.
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('ArrowDown')
  await expect.poll(focused).toBe(first)
  const visited: string[] = []
  for (const _ of await page.getByRole('menubar').locator('.head').all()) {
    visited.push((await openMenu.getAttribute('aria-label'))!)
    await page.keyboard.press('ArrowRight')
  }
  expect(visited).toEqual(
    (await page.getByRole('menubar').locator('.head').allTextContents()).map((text) => text.trim())
  )
  await page.keyboard.press('Escape')
  await openMenu.waitFor({ state: 'detached' })
  await expect.poll(focused).toBe('File')
  await page.keyboard.press('Tab')
  expect(await focused()).toMatch(/^Go to/)
  await page.getByRole('heading', { name: 'A new project' }).click()
})

test.skipIf(!hasChromium())('a project is made and searched', async () => {
  await page.getByRole('heading', { name: 'A new project' }).waitFor()
  await tabTo(/^Name/, 20)
  await page.keyboard.type('by hand')
  await page.keyboard.press('Enter')
  await page.waitForURL(/search/)
  await page.getByRole('button', { name: 'Start a 20-second search' }).waitFor()
  await hasTheView()
  await tabTo(/^Start a 20-second search/, 40)
  await page.keyboard.press('Enter')
  const status = page.getByRole('region', { name: 'The search' }).getByRole('status').first()
  await status.filter({ hasText: 'Running' }).waitFor()
  await hasTheView()
  // Whoever pauses by a button resumes by it.
  await tabTo(/^Pause/, 12)
  await page.keyboard.press('Enter')
  await status.filter({ hasText: 'Paused' }).waitFor({ timeout: 30_000 })
  await expect.poll(focused).toBe('Resume')
  await page.keyboard.press('Enter')
  await status.filter({ hasText: 'Running' }).waitFor({ timeout: 30_000 })
  await page.getByRole('link', { name: /See the results of run 1/ }).waitFor({ timeout: 60_000 })
  await tabTo(/^See the results/, 12)
  await page.keyboard.press('Enter')
  await page.getByText('Certified gap').waitFor()
  await hasTheView()
})

test.skipIf(!hasChromium())('its designs are looked at, and two of them compared', async () => {
  await page.keyboard.press('Alt+2')
  const rectangle = page.getByRole('button', { name: /Rectangle/ })
  await rectangle.waitFor()
  // Keys of a view act as soon as it is there.
  await page.keyboard.press('b')
  await expect.poll(() => rectangle.getAttribute('aria-pressed')).toBe('true')
  await page.keyboard.press('b')
  await tabTo(/^Scatter chart/, 20)
  for (const key of ['Home', ' ', 'ArrowRight', ' ']) await page.keyboard.press(key)
  await page.getByRole('button', { name: 'Compare 2' }).waitFor()
  await page.keyboard.press('Control+Shift+C')
  await page.getByRole('heading', { name: /Why is/ }).waitFor()
  await hasTheView()
  await page.keyboard.press('d')
  await page.getByRole('table', { name: /All numbers, against ①/ }).waitFor()
  await page.keyboard.press('Alt+ArrowLeft')
  await page.waitForURL(/run\/1\/front/)
  // Its keys are there when it is: an address is sooner than its view.
  await rectangle.waitFor()
  for (const side of ['mapping', 'breakdown', 'memory', 'timeline', 'links']) {
    await page.keyboard.press(`Alt+${3 + ['mapping', 'breakdown', 'memory', 'timeline', 'links'].indexOf(side)}`)
    await page.waitForURL(new RegExp(`run/1/${side}`))
    await hasTheView()
  }
})

test.skipIf(!hasChromium())('a report is made of it and saved', async () => {
  await page.keyboard.press('Control+8')
  await page.getByRole('button', { name: 'Of the newest run' }).waitFor()
  await tabTo(/^Of the newest run/, 10)
  await page.keyboard.press('Enter')
  await page.getByRole('img', { name: 'Throughput (tokens/s).' }).waitFor()
  await hasTheView()
  const saved = page.waitForEvent('download', { timeout: 60_000 })
  await page.keyboard.press('Control+e')
  expect((await saved).suggestedFilename()).toMatch(/\.pdf$/)
  await hasTheView()
})

endsUncomplained(() => workbench)
