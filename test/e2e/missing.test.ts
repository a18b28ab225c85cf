import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { endsUncomplained, openSample, workbenchFlow } from '../fixtures/workbench-flow.ts'
import type { WorkbenchPage } from '../fixtures/workbench-page.ts'
import { hasChromium } from './chromium.ts'

let workbench: WorkbenchPage
let page: Page
let home: string

workbenchFlow(async (opened) => {
  workbench = opened
  page = opened.page
  await openSample(page)
  home = page.url().replace(/\/run\/.*$/, '')
})

test.skipIf(!hasChromium())(
  'a document that is not there is told once, with a way on and nothing to press in vain',
  async () => {
    const main = page.getByRole('main')
    for (const kind of ['model', 'chip', 'defects', 'search', 'exploration', 'report']) {
      await page.goto(`${home}/${kind}/9999`)
      const alert = main.getByRole('alert')
      await alert.filter({ hasText: 'has no document 9999' }).waitFor()
      expect(await main.getByText('has no document 9999').count(), kind).toBe(1)
      expect(await main.getByRole('button', { name: /Undo|Rename|Trash|Export|Start/ }).count(), kind).toBe(0)
      await alert.getByRole('link', { name: /^All / }).click()
      await page.waitForURL((url) => !url.hash.endsWith('/9999'))
      await main.getByRole('heading', { level: 1 }).first().waitFor()
      expect(await main.getByRole('alert').count(), kind).toBe(0)
    }
  }
)

test.skipIf(!hasChromium())('a point that is not there is not told to fit no chip', async () => {
  const main = page.getByRole('main')
  for (const side of ['mapping', 'breakdown', 'memory', 'timeline', 'links']) {
    await page.goto(`${home}/run/2/${side}?point=9999`)
    await main.getByText('has no point 9999').waitFor()
    expect(await main.getByText('no kept design fits').count(), side).toBe(0)
  }
  await main.getByRole('link', { name: 'The best point' }).click()
  await page.waitForURL(/run\/2\/links$/)
  await main.getByRole('heading', { name: /^Links: / }).waitFor()
  expect(await main.getByText('has no point 9999').count()).toBe(0)
})

test.skipIf(!hasChromium())(
  'what a link selects and the design does not have is told, and dropped by a click',
  async () => {
    const main = page.getByRole('main')
    for (const [selected, told] of [
      ['die=99,99', 'die 99,99: the chip has 6 × 9 dies, counted from 0'],
      ['link=5,8-6,8', 'link 5,8-6,8: the chip has 6 × 9 dies, counted from 0'],
      ['stage=400', 'stage 400: the mapping has 27 stages, counted from 0'],
      ['layer=nonsense', 'layer ‘nonsense’: there are embedding, dense, head'],
      ['op=nonsense', 'operator ‘nonsense’: there are embedding, qkv,']
    ]) {
      await page.goto(`${home}/run/2/mapping?${selected}`)
      await main.getByText(told!).waitFor()
      await main.getByRole('link', { name: 'Select nothing' }).click()
      await main.getByText('What is selected is not here').waitFor({ state: 'detached' })
    }
    await page.goto(`${home}/run/2/mapping?die=5`)
    await main.getByText('‘die=5’ is not a die: ROW,COLUMN, from 0').waitFor()
    await main.getByRole('link', { name: 'Leave it out' }).click()
    await main.getByText('is passed over').waitFor({ state: 'detached' })
  }
)

endsUncomplained(() => workbench)
