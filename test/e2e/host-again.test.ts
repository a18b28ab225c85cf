import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hostProcess, type HostProcess } from '../fixtures/host-process.ts'
import { launchChromium } from '../fixtures/workbench-page.ts'
import { hasChromium } from './chromium.ts'

let folder: string
let browser: Browser
let host: HostProcess
let page: Page
let project: string
let port: number

beforeAll(async () => {
  if (!hasChromium()) return
  folder = mkdtempSync(join(tmpdir(), 'tmac-again-'))
  host = await hostProcess(folder)
  port = host.port
  browser = await launchChromium()
  page = await (await browser.newContext({ viewport: { width: 1280, height: 720 } })).newPage()
  await page.goto(await host.newLink())
  project = (await host.client.projects.create({ name: 'again' })).id
}, 30_000)
afterAll(async () => {
  if (!hasChromium()) return
  await browser.close()
  await host.kill()
  rmSync(folder, { recursive: true, force: true })
}, 30_000)

const lost = () => page.getByRole('alert').filter({ hasText: 'The connection to the workbench is lost' })

/** The machine goes down and comes up: the host dies without a word, another starts, and its link is opened in the same browser. */
async function startAgain(meanwhile?: () => Promise<void>): Promise<void> {
  await host.kill()
  await lost().waitFor()
  await meanwhile?.()
  host = await hostProcess(folder)
  expect(host.port).toBe(port)
  const other = await page.context().newPage()
  await other.goto(await host.newLink())
  // The page that was open all the time is let in by the same cookie.
  await lost().waitFor({ state: 'detached' })
  await other.close()
}

test.skipIf(!hasChromium())('minutes of typing while the host is dead are saved when it is there again', async () => {
  const content = { points: [], note: '' }
  const { id } = await host.client.documents.create({ project, kind: 'exploration', name: 'Study', content })
  await page.goto(`http://127.0.0.1:${port}/#/project/${project}/exploration/${id}`)
  const note = page.getByLabel('Note')
  await note.fill('begun')
  await startAgain(async () => {
    const long = '語'.repeat(90_000)
    // As many steps as would make a message of 18 MiB.
    for (let length = 0; length < 70; length++) await note.fill(long + 'x'.repeat(length))
  })
  await expect
    .poll(async () => (await host.client.documents.read({ project, document: id })).content)
    .toMatchObject({ note: expect.stringMatching(/語x{69}$/) as unknown })
  await page.getByRole('button', { name: 'Undo', exact: true }).click()
  await expect.poll(() => note.inputValue()).toMatch(/^(begun)?$/)
})

test.skipIf(!hasChromium())(
  'a search that dies with its host is offered again, goes on, pauses, and says stopped when it was stopped',
  async () => {
    const status = page.getByRole('region', { name: 'The search' }).getByRole('status').first()
    const inTree = page.getByRole('navigation', { name: 'Project' }).getByRole('link', { name: /^Run 1/ })
    await page.goto(`http://127.0.0.1:${port}/#/project/${project}/search`)
    await page.getByLabel('Time limit (s)').fill('600')
    await page.getByLabel('Time limit (s)').press('Tab')
    await page.getByRole('button', { name: 'Start a search of 10 min' }).click()
    await page.getByTestId('front').waitFor({ timeout: 30_000 })
    await inTree.getByText(/running/).waitFor()
    await startAgain()
    await inTree.getByText(/interrupted/).waitFor()
    const offer = page.getByRole('list', { name: 'Searches that can go on' })
    await offer.getByText(/Run 1 of again was interrupted at/).waitFor()
    await offer.getByRole('button', { name: 'Resume' }).click()
    await status.filter({ hasText: /Running.*of 10 min.*(ends|limit|estimate)/ }).waitFor({ timeout: 30_000 })
    await page.getByRole('button', { name: 'Pause' }).click()
    await status.filter({ hasText: 'Paused' }).waitFor({ timeout: 30_000 })
    await startAgain()
    await inTree.getByText(/paused/).waitFor()
    await offer.getByText(/was paused at/).waitFor()
    await offer.getByRole('button', { name: 'Resume' }).click()
    await status.filter({ hasText: 'Running' }).waitFor({ timeout: 30_000 })
    await page.getByRole('button', { name: 'Stop' }).click()
    await status.filter({ hasText: 'Stopped' }).waitFor({ timeout: 30_000 })
    await inTree.getByText(/stopped/).waitFor()
    // A stop is no end: by the run's menu it goes on, whenever a person wants.
    await inTree.click({ button: 'right' })
    await page.getByRole('menuitem', { name: /^Go on with the search/ }).click()
    await status.filter({ hasText: 'Running' }).waitFor({ timeout: 30_000 })
    await page.getByRole('button', { name: 'Stop' }).click()
    await status.filter({ hasText: 'Stopped' }).waitFor({ timeout: 30_000 })
    await page.getByRole('region', { name: 'The search' }).getByRole('button', { name: 'Go on' }).click()
    await status.filter({ hasText: 'Running' }).waitFor({ timeout: 30_000 })
    await page.getByRole('button', { name: 'Stop' }).click()
    await status.filter({ hasText: 'Stopped' }).waitFor({ timeout: 30_000 })
  }
)
