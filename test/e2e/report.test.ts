import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { strFromU8, unzipSync } from 'fflate'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { endsUncomplained, openSample, workbenchFlow } from '../fixtures/workbench-flow.ts'
import type { WorkbenchPage } from '../fixtures/workbench-page.ts'
import { runCli } from '../unit/cli-run.ts'
import { hasChromium } from './chromium.ts'

let workbench: WorkbenchPage
let page: Page

workbenchFlow(async (opened) => {
  workbench = opened
  page = opened.page
  await openSample(page)
})

const menu = async (name: string, item: string): Promise<void> => {
  await page.getByRole('main').getByRole('button', { name, exact: false }).first().click()
  await page.getByRole('menuitem', { name: item, exact: true }).click()
}
const taken = async (item: string): Promise<{ name: string; content: Buffer }> => {
  const [download] = await Promise.all([page.waitForEvent('download'), menu('Export', item)])
  return { name: download.suggestedFilename(), content: readFileSync(await download.path()) }
}

test.skipIf(!hasChromium())('a report of the newest run opens with its figures and where they come from', async () => {
  await page.goto(page.url().replace(/\/run\/.*$/, '/report'))
  await page.getByRole('button', { name: 'Of the newest run' }).click()
  await page.getByRole('img', { name: 'Throughput (tokens/s).' }).waitFor()
  await page
    .getByText(/run 2 \(seed 1, TMAC [\d.]+, inputs [0-9a-f]{16}\)/)
    .first()
    .waitFor()
  await expect.poll(() => page.getByRole('main').getByText('Drawing …').count(), { timeout: 15_000 }).toBe(0)
  await workbench.shoot('report')
})

test.skipIf(!hasChromium())(
  'a caption that was being typed when the page ended comes back to its own figure',
  async () => {
    const captions = page.getByLabel(/^Caption, in the place/)
    const names = await page
      .locator('section[data-block]')
      .evaluateAll((all) => all.map((one) => one.getAttribute('data-block')!))
    const block = (key: string) => page.locator(`[data-block="${key}"]`)
    const figures: string[] = []
    for (const key of names) {
      await block(key).focus()
      if ((await captions.count()) > 0) figures.push(key)
    }
    const [first, second] = figures as [string, string]
    await block(second).focus()
    await captions.fill('of the second figure')
    await page.reload()
    await block(first).focus()
    expect(await captions.inputValue()).toBe('')
    await block(second).focus()
    expect(await captions.inputValue()).toBe('of the second figure')
    await expect.poll(() => captions.evaluate((field) => field === document.activeElement)).toBe(true)
    await page.keyboard.press('Escape')
    expect(await captions.inputValue()).toBe('')
    // No block is chosen again.
    await page.reload()
    await block(first).waitFor()
  }
)

test.skipIf(!hasChromium())('a text is typed, shown as text, moved by keys and undone', async () => {
  await menu('Insert', 'Text')
  const field = page.getByLabel(/^Text; ## heading/)
  await field.fill('## Hand-made\n\nIt is **fast** <script>alert(1)</script>')
  await page.getByRole('heading', { name: 'Hand-made' }).waitFor()
  await page.getByText('<script>alert(1)</script>').last().waitFor()
  const outline = page.getByRole('navigation', { name: 'Blocks of the report' }).getByRole('listitem')
  const last = await outline.count()
  expect(await outline.nth(last - 1).textContent()).toContain('Hand-made')
  await page.keyboard.press('Alt+ArrowUp')
  await expect.poll(() => outline.nth(last - 2).textContent()).toContain('Hand-made')
  await page.keyboard.press('Control+z')
  await expect.poll(() => outline.nth(last - 1).textContent()).toContain('Hand-made')
})

test.skipIf(!hasChromium())('a block whose point is not there is stale, and is told among the problems', async () => {
  await menu('Insert', 'Facts of a point')
  const point = page.getByLabel('Point', { exact: true })
  await point.fill('999999')
  await point.press('Enter')
  await page.getByRole('note').filter({ hasText: 'Point 999999 is not in this project any more' }).waitFor()
})

test.skipIf(!hasChromium())(
  'the report is taken along in every format, each read back',
  async () => {
    const pdf = await taken('PDF')
    expect(pdf.name).toMatch(/^llama-3-70b on .*\.pdf$/)
    expect(pdf.content.toString('latin1')).toMatch(/^%PDF-1/)
    writeFileSync(join(workbench.running.folder, 'report.pdf'), pdf.content)
    const html = (await taken('HTML, one file')).content.toString('utf8')
    expect(html).toContain('<h2>Hand-made</h2>')
    expect(html).toContain('&lt;script&gt;alert(1)')
    expect(html).not.toMatch(/<script/)
    const archive = unzipSync((await taken('ZIP of everything')).content)
    expect(Object.keys(archive)).toEqual(
      expect.arrayContaining(['report.pdf', 'report.md', 'commands.sh', 'citation.bib'])
    )
    const markdown = unzipSync((await taken('Markdown with figures')).content)
    expect(Object.keys(markdown).filter((name) => name.endsWith('.svg')).length).toBeGreaterThan(4)

    // The command line draws the same picture.
    const sample = join(workbench.running.folder, 'projects', 'Sample - Llama 3 70B on 54 dies.tmac')
    const output = join(workbench.running.folder, 'wafer.svg')
    const [figure, point] = Object.keys(archive)
      .map((name) => /^figures\/waferP(\d+)\.svg$/.exec(name))
      .find((found) => found !== null)!
    const asked = ['--figure', 'wafer', '--point', point!, '--project', sample, '--output', output]
    expect((await runCli(['export', '--format', 'svg', ...asked])).code).toBe(0)
    expect(strFromU8(archive[figure]!)).toBe(readFileSync(output, 'utf8'))
  },
  60_000
)

test.skipIf(!hasChromium())('a figure leads back to its view, and a view sends its figure here', async () => {
  await page.getByRole('link', { name: 'open this view' }).first().click()
  await page.getByRole('heading', { name: 'Ours and the policies of others' }).waitFor()
  await page
    .getByRole('figure')
    .filter({ hasText: 'Throughput (tokens/s)' })
    .getByRole('button', { name: /^Export/ })
    .click()
  await page.getByRole('menuitem', { name: 'Send to report' }).click()
  await page.getByRole('button', { name: 'Open the report' }).click()
  await page.getByRole('navigation', { name: 'Blocks of the report' }).waitFor()
  await expect.poll(() => page.getByRole('button', { name: 'Figure: policies' }).count()).toBe(2)
})

test.skipIf(!hasChromium())('keys send what is shown: the use of links, and the mapping', async () => {
  await page.goto(page.url().replace(/\/report\/.*$/, '/run/2/links'))
  await page.getByRole('heading', { name: /Links: .+ used on average/ }).waitFor({ timeout: 20_000 })
  await page.keyboard.press('Control+Shift+R')
  await page.getByText(/^The figure is in/).waitFor()
  await page.goto(page.url().replace('/links', '/mapping'))
  await page
    .getByRole('row', { name: /^up split output/ })
    .first()
    .waitFor()
  await page.keyboard.press('Control+Shift+R')
  await page.getByText(/^The mapping is in/).waitFor()
  await page.getByRole('button', { name: 'Open the report' }).last().click()
  await page.getByRole('img', { name: 'Use of links over a step, phase by phase (fluid level).' }).waitFor()
  await page
    .getByRole('navigation', { name: 'Blocks of the report' })
    .getByRole('button', { name: 'Mapping', exact: true })
    .last()
    .waitFor()
  await page.getByRole('img', { name: /^Use of links/ }).scrollIntoViewIfNeeded()
  await workbench.shoot('report-links')
})

endsUncomplained(() => workbench)
