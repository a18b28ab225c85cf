import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { workbenchFlow } from '../fixtures/workbench-flow.ts'
import { hasChromium } from './chromium.ts'

let page: Page
const ONE_SECOND_ms = 1000

/** Ends the browser's processes that run pages, as a crash or the system's lack of memory does, and comes back in a new tab. */
async function killPage(): Promise<void> {
  const context = page.context()
  const address = page.url()
  const session = await context.browser()!.newBrowserCDPSession()
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  const crashed = page.waitForEvent('crash')
  for (const { type, id } of processInfo) if (type === 'renderer') process.kill(id, 'SIGKILL')
  await crashed
  await session.detach()
  const next = await context.newPage()
  await page.close()
  page = next
  await page.goto(address)
}

workbenchFlow(async (opened) => {
  page = opened.page
  await page.getByLabel('Name').fill('killed')
  await page.getByRole('button', { name: 'Create' }).click()
  await page.waitForURL(/project\/\w+\/search/)
})

test.skipIf(!hasChromium())('a page killed in mid-edit loses at most one second of edits', async () => {
  await page.getByRole('link', { name: 'Llama 2 7B', exact: true }).first().click()
  const layers = () => page.getByRole('spinbutton', { name: 'Layers' })
  await layers().waitFor()
  const made: { readonly value: number; readonly at: number }[] = []
  for (let value = 40; value < 56; value++) {
    await layers().fill(String(value))
    await layers().press('Tab')
    made.push({ value, at: Date.now() })
    await page.waitForTimeout(100)
  }
  const killedAt = Date.now()
  await killPage()
  await layers().waitFor()
  const kept = Number(await layers().inputValue())
  const safe = made.filter(({ at }) => at <= killedAt - ONE_SECOND_ms)
  expect(safe.length).toBeGreaterThan(0)
  expect(kept).toBeGreaterThanOrEqual(safe.at(-1)!.value)
  // What came back is undone step by step, as if nothing had happened.
  await page.getByRole('button', { name: 'Undo', exact: true }).click()
  await expect.poll(async () => Number(await layers().inputValue())).toBe(kept - 1)
})

test.skipIf(!hasChromium())(
  'what was being typed when the page was killed is typed again in the next, and taken over by leaving',
  async () => {
    const layers = () => page.getByRole('spinbutton', { name: 'Layers' })
    const before = await layers().inputValue()
    await layers().fill('61')
    await killPage()
    await page.getByText('‘Layers’ has again what was being typed').waitFor()
    expect(await layers().inputValue()).toBe('61')
    // The model itself is as it was, until the field is left.
    await layers().press('Escape')
    expect(await layers().inputValue()).toBe(before)
    await layers().fill('62')
    await killPage()
    await expect.poll(() => layers().inputValue()).toBe('62')
    await layers().press('Tab')
    await page.getByRole('button', { name: 'Undo', exact: true }).click()
    await expect.poll(() => layers().inputValue()).toBe(before)
    // Once is enough.
    await page.reload()
    await layers().waitFor()
    expect(await layers().inputValue()).toBe(before)
  }
)

test.skipIf(!hasChromium())(
  'a text that comes back has the keyboard, in sight, and comes back in one window',
  async () => {
    const layers = (of = page) => of.getByRole('spinbutton', { name: 'Layers' })
    const address = page.url()
    const before = await layers().inputValue()
    await layers().fill('63')
    // A window on another view starts while the text waits.
    const context = page.context()
    const [first, second] = [await context.newPage(), await context.newPage()]
    await page.close()
    page = first
    await second.goto(address.replace(/\/model\/.*/, '/search'))
    await second.getByLabel('Global batch (sequences)').waitFor()
    await first.goto(address)
    await expect.poll(() => layers().evaluate((field) => field === document.activeElement)).toBe(true)
    expect(await layers().inputValue()).toBe('63')
    const { y, height } = (await layers().boundingBox())!
    expect(y + height).toBeLessThan(720)
    await layers().press('Escape')
    await second.evaluate((hash) => (window.location.hash = hash), new URL(address).hash)
    await layers(second).waitFor()
    expect(await layers(second).inputValue()).toBe(before)
    await second.close()
  }
)

test.skipIf(!hasChromium())('what is no number yet comes back as what the document has, not as nothing', async () => {
  const layers = page.getByRole('spinbutton', { name: 'Layers' })
  const before = await layers.inputValue()
  await layers.fill('')
  await layers.pressSequentially('1e')
  await page.reload()
  await layers.waitFor()
  expect(await layers.inputValue()).toBe(before)
})

test.skipIf(!hasChromium())('what was refused and left behind with its view does not come back later', async () => {
  await page
    .getByRole('link', { name: /^Lean: 48/ })
    .first()
    .click()
  const clock = page.getByLabel('Clock, in GHz')
  const before = await clock.inputValue()
  const address = page.url()
  await clock.fill('fast')
  await clock.press('Tab')
  await page.getByText('Clock must be a number, as 1 GHz').waitFor()
  await page.getByRole('link', { name: 'Search', exact: true }).click()
  await page.getByLabel('Global batch (sequences)').waitFor()
  await page.reload()
  await page.goto(address)
  await clock.waitFor()
  expect(await clock.inputValue()).toBe(before)
})

test.skipIf(!hasChromium())('a page that may keep nothing opens all the same', async () => {
  const forbidden = await page.context().newPage()
  await forbidden.addInitScript(() => {
    for (const name of ['localStorage', 'sessionStorage'])
      Object.defineProperty(window, name, {
        get: () => {
          throw new DOMException('denied', 'SecurityError')
        }
      })
    navigator.locks.query = () => Promise.reject(new DOMException('denied', 'SecurityError'))
  })
  const complaints: string[] = []
  forbidden.on('pageerror', ({ message }) => complaints.push(message))
  await forbidden.goto(page.url())
  await forbidden.getByLabel('Clock, in GHz').fill('1.2')
  expect(complaints).toEqual([])
  await forbidden.close()
})

test.skipIf(!hasChromium())('a set-up that is in no document outlives other views and the page', async () => {
  await page.getByRole('link', { name: 'Search', exact: true }).click()
  const batch = () => page.getByLabel('Global batch (sequences)')
  await batch().fill('80')
  await batch().press('Tab')
  await page.getByRole('link', { name: 'Models', exact: true }).click()
  await page.getByRole('link', { name: 'Search', exact: true }).click()
  expect(await batch().inputValue()).toBe('80')
  await killPage()
  expect(await batch().inputValue()).toBe('80')
})

test.skipIf(!hasChromium())('a page killed in mid-search loses no result, and the search never stopped', async () => {
  await page.getByRole('link', { name: 'Search', exact: true }).click()
  await page.getByLabel('Time limit (s)').fill('600')
  await page.getByLabel('Time limit (s)').press('Tab')
  await page.getByRole('button', { name: 'Start a search of 10 min' }).click()
  const monitor = () => page.getByRole('region', { name: 'The search' })
  const count = async (name: string): Promise<number> => {
    const fact = monitor().locator('.facts > div').filter({ hasText: name })
    return Number((await fact.locator('dd').first().innerText()).replaceAll(/\D/g, ''))
  }
  await monitor().getByRole('status').first().filter({ hasText: 'Running' }).waitFor()
  await page.getByTestId('front').waitFor({ timeout: 60_000 })
  const before = { designs: await count('Designs kept'), evaluations: await count('Evaluations') }
  expect(before.designs).toBeGreaterThan(0)
  await killPage()
  await monitor().getByRole('status').first().filter({ hasText: 'Running' }).waitFor()
  expect(await count('Designs kept')).toBeGreaterThanOrEqual(before.designs)
  await expect.poll(() => count('Evaluations'), { timeout: 20_000 }).toBeGreaterThan(before.evaluations)
  await monitor().getByRole('button', { name: 'Stop' }).click()
  await monitor().getByRole('status').first().filter({ hasText: /^Stop/ }).waitFor()
  expect(await count('Designs kept')).toBeGreaterThanOrEqual(before.designs)
})
