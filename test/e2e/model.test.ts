import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { savedFile } from '../fixtures/saved-file.ts'
import { endsUncomplained, workbenchFlow } from '../fixtures/workbench-flow.ts'
import type { WorkbenchPage } from '../fixtures/workbench-page.ts'
import { hasChromium } from './chromium.ts'

let workbench: WorkbenchPage
let page: Page
const configuration = (name: string): string =>
  readFileSync(join(import.meta.dirname, '../../resources/samples/hugging-face', `${name}.json`), 'utf8')
const facts = (name: string) => page.locator('.facts > div').filter({ hasText: name })

workbenchFlow(async (opened) => {
  workbench = opened
  page = opened.page
  await page.getByRole('button', { name: 'Open the sample' }).click()
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Models' }).click()
})

test.skipIf(!hasChromium())('a shipped model becomes one of the project, its numbers follow every change', async () => {
  await page.getByRole('searchbox', { name: 'Find' }).fill('GPT-3 175B')
  await page
    .getByRole('button', { name: /^Edit a copy of GPT-3/ })
    .first()
    .click()
  await expect.poll(() => facts('Parameters').first().textContent()).toContain('174,6')
  await page.getByRole('spinbutton', { name: 'Layers' }).fill('48')
  await page.getByRole('spinbutton', { name: 'Layers' }).press('Tab')
  await expect.poll(() => facts('Parameters').first().textContent()).toContain('87,6')
  await page.getByText('All changes saved').waitFor()
  await page.keyboard.press('Control+Z')
  await expect.poll(() => facts('Parameters').first().textContent()).toContain('174,6')
})

test.skipIf(!hasChromium())(
  'what does not fit together stays in its field with the reason, and is not taken over',
  async () => {
    const heads = page.getByRole('spinbutton', { name: 'Attention heads' })
    await heads.fill('7')
    await heads.press('Tab')
    await page.getByRole('alert').filter({ hasText: 'hidden 12288 is not divisible by heads 7' }).waitFor()
    expect(await heads.inputValue()).toBe('7')
    await heads.fill('96')
    await heads.press('Tab')
    await expect.poll(() => page.getByText('Not taken over').count()).toBe(0)
  }
)

test.skipIf(!hasChromium())("what is being typed outlives another tab's edit, and the two come together", async () => {
  const second = await page.context().newPage()
  await second.goto(page.url())
  const [layers, vocabulary] = ['Layers', 'Vocabulary'] as const
  const field = (tab: Page, name: string) => tab.getByRole('spinbutton', { name })
  const type = async (tab: Page, name: string, value: string): Promise<void> => {
    await field(tab, name).fill(value)
    await field(tab, name).press('Tab')
  }
  await page.bringToFront()
  await field(page, layers).fill('60')
  await type(second, vocabulary, '60000')
  await expect.poll(() => field(page, vocabulary).inputValue()).toBe('60000')
  expect(await field(page, layers).inputValue()).toBe('60')

  await type(second, layers, '72')
  await page.getByText('What you are typing over became ‘72’ elsewhere').waitFor()
  expect(await field(page, layers).inputValue()).toBe('60')
  await page.keyboard.press('Escape')
  expect(await field(page, layers).inputValue()).toBe('72')
  await type(page, layers, '96')
  await expect.poll(() => field(second, layers).inputValue()).toBe('96')
  expect(await field(second, vocabulary).inputValue()).toBe('60000')
  await second.close()
})

test.skipIf(!hasChromium())('an operator is chosen in the graph and told in the inspector and the table', async () => {
  await page.getByRole('button', { name: /^up, 12288 × 49152/ }).press('Enter')
  await page.waitForURL(/op=up/)
  await page.getByRole('complementary', { name: 'Inspector' }).getByRole('heading', { name: 'dense: up' }).waitFor()
  await workbench.shoot('model')
  await page.getByRole('button', { name: 'View as table' }).click()
  await page.getByRole('row', { name: /up linear 12288 × 49152/ }).waitFor()
  await workbench.shoot('model-table')
})

test.skipIf(!hasChromium())(
  'the graph is seen whole in the smallest window, and saved as picture and numbers',
  async () => {
    const table = await savedFile(page, page, 'CSV of the numbers shown')
    await page.getByRole('button', { name: 'View as graph' }).click()
    await page.setViewportSize({ width: 1280, height: 720 })
    const graph = page.getByRole('group', { name: /^Operators of the model/ })
    const pane = (await page.getByRole('region', { name: 'One training step' }).boundingBox())!
    for (const operator of await graph.getByRole('button').all()) {
      const { x, width } = (await operator.boundingBox())!
      expect(x).toBeGreaterThanOrEqual(pane.x)
      expect(x + width).toBeLessThanOrEqual(pane.x + pane.width)
    }
    // At its own size: not made smaller than can be read.
    const { height } = (await graph.getByRole('button', { name: /^up, / }).boundingBox())!
    expect(height).toBeGreaterThan(20)
    const [svg, csv] = [await savedFile(page, page, 'SVG'), await savedFile(page, page, 'CSV of the numbers shown')]
    expect([svg.name, csv.name]).toEqual(['operators.svg', 'operators.csv'])
    expect(svg.content.toString()).toContain('>up</text>')
    expect(csv.content.toString()).toMatch(/^dense,96,up,linear,12288 × 49152,/m)
    expect(table.content.equals(csv.content)).toBe(true)
  }
)

test.skipIf(!hasChromium())(
  'a configuration of Hugging Face is accounted for, field by field; nonsense is refused in words',
  async () => {
    await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Models' }).click()
    await page.getByRole('button', { name: 'Import config.json' }).click()
    const text = page.getByRole('textbox', { name: /config.json, pasted/ })
    await text.fill('{ "model_type": "lama" }')
    await page.getByRole('alert').filter({ hasText: "did you mean 'llama'" }).waitFor()
    await text.fill('<b>no</b>')
    await page.getByRole('alert').filter({ hasText: 'This is a page of HTML or XML' }).waitFor()
    await text.fill(configuration('mixtral-8x7b'))
    await page.getByRole('region', { name: 'Taken over' }).getByText('Experts of a layer').waitFor()
    await workbench.shoot('model-import')
    await page.getByRole('button', { name: /^Add ‘/ }).click()
    await page.getByRole('checkbox', { name: 'Mixture of experts' }).waitFor()
    expect(await page.getByRole('checkbox', { name: 'Mixture of experts' }).isChecked()).toBe(true)
  }
)

endsUncomplained(() => workbench)
