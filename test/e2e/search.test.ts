import { execFileSync } from 'node:child_process'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { endsUncomplained, workbenchFlow } from '../fixtures/workbench-flow.ts'
import type { WorkbenchPage } from '../fixtures/workbench-page.ts'
import { hasChromium } from './chromium.ts'

let workbench: WorkbenchPage
let page: Page
const shoot = (name: string): Promise<void> => workbench.shoot(name)
const monitor = () => page.getByRole('region', { name: 'The search' })
const status = () => monitor().getByRole('status').first()

workbenchFlow(async (opened) => {
  workbench = opened
  page = opened.page
  await page.getByLabel('Name').fill('overnight')
  await page.getByRole('button', { name: 'Create' }).click()
})

test.skipIf(!hasChromium())('the set-up is one page, and what cannot run is said before it runs', async () => {
  await page.getByRole('group', { name: 'What' }).waitFor()
  const batch = page.getByLabel('Global batch (sequences)')
  await batch.fill('0')
  await batch.press('Tab')
  await page.getByRole('alert').filter({ hasText: '‘Global batch (sequences)’ is 0' }).waitFor()
  expect(await page.getByRole('button', { name: 'Start a 20-second search' }).isDisabled()).toBe(true)
  await batch.fill('96')
  await batch.press('Tab')
  await page.getByRole('alert').waitFor({ state: 'detached' })
  await page.getByText('Mappings: all genes free').click()
  const stages = page.getByLabel('Pipeline stages')
  await stages.fill('four')
  await stages.press('Tab')
  expect(
    await stages.evaluate((input) => (input as unknown as { validationMessage: string }).validationMessage)
  ).toContain('Whole numbers')
  await stages.fill('1, 2, 4')
  await stages.press('Tab')
  await page.getByText('Mappings: genes narrowed: 1').waitFor()
})

test.skipIf(!hasChromium())(
  'a check tells how large the space is, what fits and how fast this machine is',
  async () => {
    // Cancelled, or of a set-up that is another by now, it ends with its engine.
    const engines = (): number =>
      execFileSync('ps', ['--ppid', `${process.pid}`, '-o', 'args='])
        .toString()
        .split('\n')
        .filter((line) => line.includes('engine.js')).length
    const check = page.getByRole('button', { name: 'Check first' })
    const idle = async (): Promise<void> => {
      await check.waitFor()
      // The one that was started ahead of a search stays.
      await expect.poll(engines).toBe(1)
    }
    await idle()
    await check.click()
    await expect.poll(engines).toBe(2)
    await page.getByRole('button', { name: 'Cancel the check' }).click()
    await idle()
    await check.click()
    await page.getByLabel('Seed').fill('2')
    await page.getByLabel('Seed').press('Tab')
    await idle()
    await page.getByRole('button', { name: 'Check first' }).click()
    const found = page.getByRole('region', { name: 'What the check found' })
    await found.waitFor({ timeout: 40_000 })
    await found.getByText(/drawn mappings fit/).waitFor()
    await found.getByText('Size of the space').waitFor()
    await found
      .getByText(/per second/)
      .first()
      .waitFor()
    await shoot('search-setup')
    await page.getByLabel('Sequence length (tokens)').fill('2048')
    await page.getByLabel('Sequence length (tokens)').press('Tab')
    await found.getByText('check again').waitFor()
  }
)

test.skipIf(!hasChromium())('what may change of the wafer is chosen in the units of its fields', async () => {
  await page.getByLabel('Choose what may change of it').check()
  const cores = page.getByLabel('Values of Cores')
  await cores.waitFor()
  await page.getByLabel('Let another number of the wafer change').selectOption({ label: 'SRAM per core' })
  const sram = page.getByLabel('Values of SRAM per core, MiB')
  await sram.fill('0.5 to 2 step 0.5')
  await sram.press('Tab')
  await expect.poll(() => sram.inputValue()).toBe('0.5 to 2 step 0.5')
  await page.getByLabel('Let another number of the wafer change').selectOption({ label: 'Technology' })
  await page.getByRole('group', { name: 'Technology' }).getByLabel('5nm').check()
  await page.getByRole('status').filter({ hasText: 'wafers;' }).waitFor()
  await cores.fill('0, 10')
  await cores.press('Tab')
  await page.getByRole('alert').filter({ hasText: 'gene ‘Cores’ has the value 0' }).waitFor()
  await page.keyboard.press('Escape')
  await cores.fill('250 to 450 step 100')
  await cores.press('Tab')
  await page.getByRole('alert').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Check first' }).click()
  const found = page.getByRole('region', { name: 'What the check found' })
  await found.getByText('Wafers of the space').waitFor({ timeout: 40_000 })
  await found.getByText('Wafers within every limit').waitFor()
  await shoot('search-genes')
  await page.getByLabel('Explore wafers around this chip').check()
})

test.skipIf(!hasChromium())('a set-up is kept as a document, and edits of it are undone', async () => {
  await page.getByRole('button', { name: 'Save in the project' }).click()
  await page.waitForURL(/search\/\d+/)
  const length = page.getByLabel('Sequence length (tokens)')
  await expect.poll(() => length.inputValue()).toBe('2048')
  await length.fill('4096')
  await length.press('Tab')
  await page.keyboard.press('Control+z')
  await expect.poll(() => length.inputValue()).toBe('2048')
})

test.skipIf(!hasChromium())(
  'a search runs by key, is watched, paused, resumed and stopped, and another waits for it',
  async () => {
    await page.getByLabel('Time limit (s)').fill('600')
    await page.getByLabel('Time limit (s)').press('Tab')
    await page.getByRole('button', { name: 'Start a search of 10 min' }).waitFor()
    await page.keyboard.press('Control+Enter')
    await status().filter({ hasText: 'Running' }).waitFor()
    await page.getByTestId('front').waitFor({ timeout: 30_000 })
    await monitor()
      .getByRole('list', { name: /Mappings that were the best/ })
      .getByText('tokens/s')
      .first()
      .waitFor({ timeout: 30_000 })
    // The project's own list shows the search at work, and leads to it.
    const inTree = page.getByRole('navigation', { name: 'Project' }).getByRole('link', { name: /^Run 1/ })
    await inTree.getByText(/tokens\/s · running [\d.]+%/).waitFor()
    await inTree.getByRole('progressbar').waitFor()
    expect(await inTree.getAttribute('href')).toMatch(/\/search$/)
    await shoot('search-running')
    await page.keyboard.press('Control+Enter')
    await page.getByRole('list', { name: 'Other searches' }).getByText('Waiting for its turn').waitFor()
    await monitor().getByRole('button', { name: 'Pause' }).click()
    // The next takes its turn as soon as the evaluations under way are done, and the paused one waits at its side.
    await page.getByRole('list', { name: 'Other searches' }).getByText('Paused').waitFor({ timeout: 30_000 })
    await status().filter({ hasText: 'Running' }).waitFor()
    await shoot('search-paused')
    await monitor().getByRole('button', { name: 'Stop' }).click()
    await status().filter({ hasText: 'Stopped' }).waitFor({ timeout: 30_000 })
    await page.getByRole('list', { name: 'Other searches' }).getByRole('button', { name: 'Resume' }).click()
    await status().filter({ hasText: 'Running' }).waitFor()
    await monitor().getByRole('button', { name: 'Stop' }).click()
    await page.getByRole('link', { name: /See the results of run 1/ }).waitFor({ timeout: 30_000 })
    await expect.poll(() => inTree.getAttribute('href')).toMatch(/\/run\/1$/)
    await shoot('search-stopped')
    await page.getByText('Set-up of a search').click()
    await page.getByLabel('Start from').selectOption({ index: 1 })
    await page.getByText('no worse than that run').waitFor()
    await page.getByLabel('Start from').selectOption({ index: 0 })
  }
)

test.skipIf(!hasChromium())('a space that nothing fits is told with the constraint and by how much', async () => {
  await page.getByRole('link', { name: 'Search', exact: true }).click()
  await page
    .getByLabel('Model')
    .selectOption({ label: await page.getByLabel('Model').locator('option', { hasText: '1T' }).first().innerText() })
  await page.getByLabel('Sequence length (tokens)').fill('2048')
  await page.getByLabel('Sequence length (tokens)').press('Tab')
  await page.getByLabel('The chip as it is').check()
  await page.getByRole('button', { name: 'Check first' }).click()
  await page.getByText(/No mapping can fit\./).waitFor({ timeout: 40_000 })
  await shoot('search-infeasible')
})

endsUncomplained(() => workbench)
