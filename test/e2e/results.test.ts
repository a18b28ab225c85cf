import { strFromU8, unzipSync } from 'fflate'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium, type Browser, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testHost, type TestHost } from '../fixtures/browser-host.ts'
import { savedFile } from '../fixtures/saved-file.ts'
import { chromiumPath, hasChromium } from './chromium.ts'

const screenshots = join(import.meta.dirname, '../../out/screenshots')
const quiet = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-sync']
const sizes = [
  { width: 1280, height: 720 },
  { width: 1920, height: 1080 }
] as const

let running: TestHost
let browser: Browser
let page: Page
let results: string
const complaints: string[] = []

beforeAll(async () => {
  if (!hasChromium()) return
  mkdirSync(screenshots, { recursive: true })
  running = await testHost()
  browser = await chromium.launch({
    executablePath: chromiumPath,
    args: process.getuid?.() === 0 ? ['--no-sandbox', ...quiet] : quiet
  })
  page = await browser.newPage({ viewport: sizes[0], colorScheme: 'light' })
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(running.host.link())
  await page.getByRole('button', { name: 'Open the sample' }).click()
  await page.getByRole('heading', { name: /llama-3-70b on/ }).waitFor()
  results = new URL(page.url()).hash.replace(/\/run\/2.*/, '/run/2')
})
afterAll(async () => {
  await browser?.close()
  await running?.close()
})

const go = (tab: string, query = ''): Promise<unknown> =>
  page.evaluate(`location.hash = ${JSON.stringify(`${results}/${tab}${query}`)}`)
async function shoot(name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const)
    for (const size of sizes) {
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize(size)
      await page.waitForTimeout(250)
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
      await page.screenshot({ path: join(screenshots, `results-${name}-${colorScheme}-${size.width}.png`) })
    }
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize(sizes[0])
}

test.skipIf(!hasChromium())('the parts of a step sum to it, by operator, layer, stage and die', async () => {
  await go('breakdown')
  await page.getByText('✓ the parts sum to the step: 74.8 s').waitFor()
  await shoot('breakdown')
  for (const [key, words] of [
    ['2', 'the parts sum to the step'],
    ['3', 'every bar is the whole step'],
    ['4', 'every bar is the whole step'],
    ['1', 'the parts sum to the step']
  ] as const) {
    await page.getByRole('toolbar', { name: 'Grouping' }).getByRole('button').first().focus()
    await page.keyboard.press(key)
    await page.getByText(`✓ ${words}`).waitFor()
  }
  await page.getByRole('heading', { name: /What takes longest/ }).waitFor()
})

test.skipIf(!hasChromium())(
  'a cell of the mapping is tried, undone and kept, and an illegal value says why',
  async () => {
    await go('mapping')
    const cell = page
      .getByRole('row', { name: /^up split output/ })
      .first()
      .getByRole('button', { name: 'split output' })
    await cell.waitFor()
    const table = page.getByRole('table', { name: 'What becomes of each operator' })
    const frame = (await table.locator('..').boundingBox())!
    for (const name of ['Operator', 'Per step', 'Memory', 'Comm']) {
      const { x, width } = (await table.getByRole('columnheader', { name, exact: true }).boundingBox())!
      expect(x + width, name).toBeLessThanOrEqual(frame.x + frame.width)
    }
    await shoot('mapping')
    await cell.focus()
    await page.keyboard.press('F2')
    const menu = page.getByRole('menu')
    await menu.getByText('peak').first().waitFor()
    await page.screenshot({ path: join(screenshots, 'results-what-if-choices.png') })
    expect(await menu.getByRole('menuitemradio').allTextContents()).toSatisfy((texts: string[]) =>
      texts.some((text) => text.includes('micro-batch') || text.includes('does not divide') || text.includes('parts'))
    )
    await menu.getByRole('menuitemradio', { name: /^streamed, tokens/ }).click()
    const bar = page.getByTestId('what-if')
    await bar.getByText(/step .+ · peak/).waitFor()
    await shoot('what-if')
    await bar.getByRole('button', { name: 'Undo' }).click()
    await bar.getByText('nothing changed').waitFor()
    await bar.getByRole('button', { name: 'Redo' }).click()
    await bar.getByText(/up along y/).waitFor()
    // What is tried belongs to its point: another has none, and it is there again on the way back, and when the page starts anew.
    const tried = page.url()
    await page.goto(tried.replace(/\?.*|$/, '?point=1'))
    await page
      .getByRole('heading', { name: /^Point 1: / })
      .first()
      .waitFor()
    expect(await bar.count()).toBe(0)
    await page.goto(tried)
    await bar.getByText(/up along y/).waitFor()
    await page.reload()
    await bar.getByText(/step .+ · peak/).waitFor()
    await bar.getByRole('button', { name: 'Keep as a point' }).click()
    await page.getByText(/Kept as point \d+, made from point/).waitFor()
    await page.waitForURL(/point=\d+/)
    await page
      .getByRole('heading', { name: /Point \d+: .*up along y/ })
      .first()
      .waitFor()
  }
)

test.skipIf(!hasChromium())('a stage is changed alone, and the others keep their plan', async () => {
  await go('mapping', '?stage=1')
  await page
    .getByRole('row', { name: /^up split output/ })
    .first()
    .waitFor()
  await page.getByRole('button', { name: /^Change only stage 1/ }).click()
  // Layers that the stage does not have cannot be changed meanwhile.
  const ofStage = page
    .getByRole('row', { name: /^up split output/ })
    .getByRole('button', { name: 'split output', disabled: false })
    .first()
  // What is offered for one stage is not taken for another, as by going back.
  await ofStage.click()
  const choices = page.getByRole('menu', { name: /, stage 1: .* could be$/ })
  await choices.waitFor()
  await go('mapping', '?stage=5')
  await expect.poll(() => page.getByRole('menu', { name: /could be$/ }).count()).toBe(0)
  await go('mapping', '?stage=1')
  await ofStage.click()
  await page.getByRole('menuitemradio', { name: /^streamed, tokens/ }).click()
  await page
    .getByTestId('what-if')
    .getByText(/, stage 1: up along . → streamed, tokens/)
    .waitFor()
  await page
    .getByRole('row', { name: /dense ×\d+ .*, stage 1/ })
    .first()
    .waitFor()
  await page
    .getByTestId('what-if')
    .getByText(/step .+ · peak/)
    .waitFor()
  await shoot('what-if-stage')
  await page.getByTestId('what-if').getByRole('button', { name: 'Discard' }).click()
  await page.getByRole('button', { name: /^Change only stage 1/ }).click()
})

test.skipIf(!hasChromium())(
  'memory over time, the timeline and the links in time come from one simulation that a person asks for',
  async () => {
    await go('memory')
    await page.getByText('Memory over time: not simulated at the event level yet.').waitFor()
    await page.getByRole('button', { name: /^Simulate, about/ }).click()
    await page.getByLabel(/^Instant/).waitFor({ timeout: 30_000 })
    await page.locator('[data-drawn=true]').first().waitFor()
    await shoot('memory')
    const dies = page.getByRole('region', { name: 'Peaks of all dies' })
    const [svg, csv] = [await savedFile(page, dies, 'SVG'), await savedFile(page, dies, 'CSV of the numbers shown')]
    expect(svg.content.toString()).toContain('aria-label="Peak memory of dies on the wafer')
    expect(csv.content.toString()).toMatch(/^row,column,replica,stage,peak_B,capacity_B\r\n0,0,/)
    await page
      .locator('section[aria-labelledby=dies]')
      .screenshot({ path: join(screenshots, 'results-memory-dies.png') })
    // A tensor is a row of the mapping, a moment is the same for the links.
    const tensors = page.getByRole('application', { name: /^Treemap/ })
    await tensors.press('End')
    await tensors.press('Enter')
    await page.waitForURL(/op=\w.*tensor=\w/)
    await page.getByLabel(/^Instant/).press('ArrowRight')
    await page.waitForURL(/t=\d/)
    const moment_s = Number(/t=([\d.]+)/.exec(decodeURIComponent(page.url()))![1])
    const sides = page.getByRole('navigation', { name: 'Sides of the results' })
    await sides.getByRole('link', { name: 'Mapping' }).click()
    await expect.poll(() => page.getByRole('main').locator('tr.chosen').count()).toBeGreaterThan(0)
    await sides.getByRole('link', { name: 'Links' }).click()
    await page.getByRole('radio', { name: 'In time' }).click()
    const interval = page.getByLabel('Interval of the step')
    await interval.press('End')
    await page.waitForURL(({ hash }) => Number(/t=([\d.]+)/.exec(decodeURIComponent(hash))![1]) > moment_s)

    await go('timeline')
    const timeline = page.getByTestId('timeline')
    await timeline.locator('[data-drawn=true]').waitFor()
    await page.getByText('(summed up; zoom in for single tasks)').waitFor()
    await shoot('timeline')
    await page.getByRole('button', { name: 'Focus' }).focus()
    await page.keyboard.press('t')
    await timeline.getByRole('button', { name: 'View as chart' }).waitFor()
    await page.keyboard.press('t')
    await timeline.getByRole('button', { name: 'View as table' }).waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('qkv')
    await page.getByText('no task or transfer; for operators choose').waitFor()
    await page.getByLabel('Find in the timeline').fill('backward 3')
    await page.keyboard.press('Enter')
    await page.getByText(/^\d+ of \d+$/).waitFor()
    await page.getByText(/^backward 3 of stage \d+: .+ Waits for/).waitFor()
    await page.screenshot({ path: join(screenshots, 'results-timeline-found.png') })
    await page.getByRole('button', { name: 'Whole step' }).click()
    await page.getByRole('button', { name: '+', exact: true }).focus()
    for (let times = 0; times < 9; times++) await page.keyboard.press('w')
    await expect.poll(() => page.getByText('(summed up; zoom in for single tasks)').count()).toBe(0)
    await timeline.getByRole('application').press('ArrowRight')
    await timeline.getByRole('application').press('Enter')
    await page.getByText(/Waits for .+; .+ wait for it/).waitFor()
    await page.screenshot({ path: join(screenshots, 'results-timeline-near.png') })
    await page.keyboard.press('f')

    await go('links')
    await page.getByRole('heading', { name: /Links: .+ used on average/ }).waitFor()
    await page.getByRole('radio', { name: 'Peak' }).click()
    await page.getByRole('region', { name: 'Fullest links' }).getByRole('button').first().click()
    await page.waitForURL(/link=\d/)
    await page.getByRole('heading', { name: /What goes over/ }).waitFor()
    await page.getByRole('region', { name: 'What goes over the link' }).getByRole('button').first().click()
    await page.getByText(/Only the route of/).waitFor()
    await shoot('links')
  }
)

test.skipIf(!hasChromium())('a design is saved for a training framework, and what is lost is said', async () => {
  await go('summary')
  await page.keyboard.press('Control+Shift+P')
  await page.getByRole('combobox', { name: 'Run a command' }).fill('Megatron-LM')
  const [file] = await Promise.all([page.waitForEvent('download', { timeout: 60_000 }), page.keyboard.press('Enter')])
  expect(file.suggestedFilename()).toMatch(/^point-\d+-megatron\.zip$/)
  const files = unzipSync(readFileSync(await file.path()))
  expect(Object.keys(files)).toEqual(['arguments.sh', 'ranks.csv', 'account.json'])
  expect(strFromU8(files['arguments.sh']!)).toContain('--tensor-model-parallel-size')
  await page.getByText(/Saved for Megatron-LM\. It cannot be told .*account\.json has each cost/).waitFor()
})

test.skipIf(!hasChromium())('bytes are told in GiB where a person prefers it, and stay so', async () => {
  await go('summary')
  await page.getByText('64.0 GB').first().waitFor()
  await page.keyboard.press('Control+Shift+P')
  await page.keyboard.type('Bytes in GiB')
  await page.getByRole('option', { name: 'Bytes in GiB' }).waitFor()
  await page.keyboard.press('Enter')
  await page.getByText('59.6 GiB').first().waitFor()
  await page.reload()
  await page.getByText('59.6 GiB').first().waitFor()
})

test.skipIf(!hasChromium())('a side goes from one design to another of another number of stages', async () => {
  const failed = page.getByRole('alert').filter({ hasText: 'failed' })
  for (const side of ['mapping', 'breakdown', 'memory'])
    for (const point of [1, 8, 1]) {
      await page.evaluate(`location.hash = ${JSON.stringify(`${results.replace(/2$/, '1')}/${side}?point=${point}`)}`)
      await page.getByRole('complementary', { name: 'Inspector' }).getByText(`Point ${point}: `).waitFor()
      await page.getByText('Evaluating the mapping').waitFor({ state: 'detached' })
      expect(await failed.count(), `${side} of point ${point}`).toBe(0)
    }
})

test.skipIf(!hasChromium())('the page broke no rule of its policy and threw nothing', () =>
  expect(complaints).toEqual([])
)
