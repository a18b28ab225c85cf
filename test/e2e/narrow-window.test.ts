import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { endsUncomplained, openSample, workbenchFlow } from '../fixtures/workbench-flow.ts'
import type { WorkbenchPage } from '../fixtures/workbench-page.ts'
import { hasChromium } from './chromium.ts'

let workbench: WorkbenchPage
let page: Page
/** The address of the sample, up to its views. */
let home: string

workbenchFlow(async (opened) => {
  workbench = opened
  page = opened.page
  await openSample(page)
  home = page.url().replace(/\/run\/.*$/, '')
})

const results = ['summary', 'front', 'mapping', 'breakdown', 'memory', 'timeline', 'links']
const places =
  'overview model model/1 chip chip/2 chip/2/die defects defects/3 search search/4 exploration/7 report report/8 compare compare?points=1,2,3'
    .split(' ')
    .concat(results.map((side) => `run/2/${side}`))
/** By how much the page and its view are wider than what shows them, in CSS pixels: what is wide scrolls within them. */
const beyond = (): Promise<number> =>
  page.evaluate(`(() => {
    const view = document.querySelector('main')
    return Math.max(document.documentElement.scrollWidth - innerWidth, view.scrollWidth - view.clientWidth)
  })()`)

// 320 px is a window of 1,280 at 400%, 640 by 360 one of 1,280 by 720 at 200%.
for (const [width, height] of [
  [320, 568],
  [640, 360]
] as const)
  test.skipIf(!hasChromium())(
    `no view scrolls sideways in a window of ${width} px`,
    async () => {
      await page.setViewportSize({ width, height })
      const wide: string[] = []
      const looked = async (place: string): Promise<void> => {
        await page.waitForTimeout(300)
        await expect
          .poll(
            () =>
              page
                .getByRole('main')
                .getByText(/^(Reading|Drawing) /)
                .count(),
            { timeout: 20_000 }
          )
          .toBe(0)
        if ((await beyond()) > 0) wide.push(place)
        expect((await page.getByRole('main').boundingBox())!.height, place).toBeGreaterThan(height / 2)
      }
      for (const place of places) {
        await page.goto(`${home}/${place}`)
        await looked(place)
      }
      for (const [name, place] of [
        ['start', ''],
        ['settings', 'settings']
      ] as const) {
        await page.goto(home.replace(/#.*$/, `#/${place}`))
        await looked(name)
      }
      expect(wide).toEqual([])
    },
    120_000
  )

test.skipIf(!hasChromium())('each menu of a narrow window lies in it', async () => {
  await page.setViewportSize({ width: 320, height: 568 })
  await page.goto(`${home}/chip/2`)
  for (const name of await page.getByRole('menubar', { name: 'Menus' }).locator('.head').allTextContents()) {
    await page.getByRole('menubar', { name: 'Menus' }).getByRole('menuitem', { name: name.trim(), exact: true }).click()
    const list = (await page.getByRole('menu', { name: name.trim() }).boundingBox())!
    expect(list.x, name).toBeGreaterThanOrEqual(0)
    expect(list.x + list.width, name).toBeLessThanOrEqual(320)
    await page.keyboard.press('Escape')
    await page.getByRole('menu').waitFor({ state: 'detached' })
  }
})

test.skipIf(!hasChromium())(
  'a dialog longer than the window begins at its beginning, and what closes it is in sight',
  async () => {
    await page.getByRole('main').focus()
    await page.keyboard.press('?')
    const sheet = page.getByRole('dialog', { name: 'Keys that act here' })
    await sheet.waitFor()
    const frame = (await sheet.boundingBox())!
    const title = (await sheet.getByRole('heading', { name: 'Keys that act here' }).boundingBox())!
    expect(title.y).toBeGreaterThanOrEqual(frame.y)
    const close = (await sheet.getByRole('button', { name: 'Close' }).boundingBox())!
    expect(close.y + close.height).toBeLessThanOrEqual(frame.y + frame.height)
    await page.keyboard.press('Escape')
  }
)

endsUncomplained(() => workbench)
