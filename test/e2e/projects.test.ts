import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { workbenchFlow } from '../fixtures/workbench-flow.ts'
import type { WorkbenchPage } from '../fixtures/workbench-page.ts'
import { hasChromium } from './chromium.ts'

let workbench: WorkbenchPage
let page: Page
const shoot = (name: string): Promise<void> => workbench.shoot(name)
const file = (name: string): string => join(workbench.running.folder, 'projects', `${name}.tmac`)
const start = (): Promise<unknown> => page.goto(`${new URL(page.url()).origin}/#/`)
const choose = (name: string, content: Buffer | string): Promise<void> =>
  page.getByLabel('Files to open or import').setInputFiles({ name, mimeType: '', buffer: Buffer.from(content) })
const heading = (name: string | RegExp) => page.getByRole('heading', { name })

workbenchFlow((opened) => {
  workbench = opened
  page = opened.page
})

test.skipIf(!hasChromium())('a new project starts from a template, and is on the disk at once', async () => {
  await heading('First steps').waitFor()
  await page.getByLabel('Name').fill('../away')
  await page.getByRole('button', { name: 'Create' }).click()
  await page.getByText("'../away' cannot name a file").waitFor()
  await page.getByLabel('Name').fill('Study')
  await page.getByRole('button', { name: 'Create' }).click()
  await page.waitForURL(/project\/\w+\/search/)
  await page.getByRole('button', { name: 'Check first' }).waitFor()
  const database = new Database(file('Study'), { readonly: true })
  expect(database.prepare('SELECT kind FROM document ORDER BY id').pluck().all()).toEqual(['model', 'chip', 'search'])
  database.close()
})

test.skipIf(!hasChromium())('a version is named by Ctrl+S, and gone back to', async () => {
  await page.keyboard.press('Control+s')
  await page.getByRole('dialog').getByLabel('Name').fill('before the meeting')
  await page.getByRole('button', { name: 'Keep this version' }).click()
  await page.getByText('Version ‘before the meeting’ is kept.').waitFor()
  await page.getByRole('button', { name: 'All versions' }).click()
  await page.getByRole('dialog').getByText('before the meeting').waitFor()
  await shoot('projects-versions')
  await page.getByRole('button', { name: 'Go back to it' }).click()
  await page.getByText('The documents are as in ‘before the meeting’ again.').waitFor()
})

test.skipIf(!hasChromium())(
  'files become documents; what is none is refused, and text as HTML stays text',
  async () => {
    const hostile = '<img src=x onerror="document.title=\'broken\'">'
    await choose('tiny.json', JSON.stringify({ name: hostile, layers: 2, hidden: 64, heads: 4, vocabulary: 100 }))
    await page.getByText(`‘${hostile}’ is imported as a model.`).waitFor()
    expect(await page.title()).not.toBe('broken')
    await choose('notes.json', '{"a": 1}')
    await page.getByText("'notes.json' is none of what can be imported").waitFor()
    await choose('bad.json', JSON.stringify({ name: 'bad', layers: 2, hidden: 64, heads: 5, vocabulary: 100 }))
    await page.getByText('hidden 64 is not divisible by heads 5').waitFor()
  }
)

test.skipIf(!hasChromium())('a copy is downloaded, and sent back as a project of its own', async () => {
  const downloading = page.waitForEvent('download')
  await workbench.command('Download a copy')
  const download = await downloading
  const bytes = readFileSync(await download.path())
  expect(bytes.subarray(0, 15).toString()).toBe('SQLite format 3')
  await start()
  await choose('Study.tmac', bytes)
  await page.waitForURL(/project\/\w+\/search/)
  expect(await page.title()).toBe('Study 2 — TMAC Workbench')
  await choose('fake.tmac', '<script>alert(1)</script>'.repeat(50))
  await page.getByText("'fake.tmac' is not a TMAC project").first().waitFor()
})

test.skipIf(!hasChromium())('what is no project says what it is instead, with another way on', async () => {
  await start()
  const folder = join(workbench.running.folder, 'a folder.tmac')
  mkdirSync(folder)
  for (const [path, title, words] of [
    [folder, 'This is not a file', 'is a directory'],
    ['/dev/null', 'This is not a file', 'is not a regular file'],
    ['/proc/self/mem', 'The system does not give out this file', 'reports an error'],
    [join(folder, 'none.tmac'), 'This project is not there any more', 'does not exist'],
    ['here.tmac', 'This is not a path', 'is a relative path']
  ] as const) {
    await page.getByLabel('Path of a .tmac file on the machine that runs the workbench').last().fill(path)
    await page.getByRole('button', { name: 'Open', exact: true }).last().click()
    await heading(title).waitFor()
    await page.getByRole('alert').filter({ hasText: words }).waitFor()
    await page.getByRole('button', { name: 'Open another file …' }).click()
  }
  await shoot('projects-no-project')
})

test.skipIf(!hasChromium())('a damaged project says so, and what can be read of it is saved', async () => {
  await start()
  await page.getByRole('button', { name: 'Open the sample' }).click()
  await heading(/llama-3-70b on/).waitFor()
  await workbench.command('Save as')
  await page.getByRole('dialog').getByLabel('Name').fill('Broken')
  await page.getByRole('button', { name: 'Save and open' }).click()
  await expect.poll(() => page.title()).toBe('Broken — TMAC Workbench')
  await start()
  const bytes = readFileSync(file('Broken'))
  // Another file under the same name: the program has the former one open.
  writeFileSync(
    `${file('Broken')}.new`,
    bytes.fill(0x5a, Math.floor(bytes.length * 0.6), Math.floor(bytes.length * 0.65))
  )
  renameSync(`${file('Broken')}.new`, file('Broken'))
  await page.getByRole('button', { name: 'Broken', exact: true }).click()
  await heading('This project is damaged').waitFor()
  await shoot('projects-damaged')
  await page.getByRole('button', { name: 'Save what can be read into a new project' }).click()
  await page.getByText(/Saved into 'Broken \(recovered\)': 2 runs, \d+ points/).waitFor()
  await heading(/llama-3-70b on/).waitFor()
})

test.skipIf(!hasChromium())('a project of a newer version is read, not written', async () => {
  await start()
  const database = new Database(file('Study 2'))
  database.pragma('user_version = 99')
  database.close()
  await page.getByRole('button', { name: 'Study 2', exact: true }).click()
  await heading('A newer version made this project').waitFor()
  await shoot('projects-newer')
  await page.getByRole('button', { name: 'Open read-only' }).click()
  await page.getByText('Read-only: It was opened for reading only').waitFor()
})

test.skipIf(!hasChromium())('a project that another program writes is shown read-only until that ends', async () => {
  const writer = spawn(process.execPath, [join(import.meta.dirname, '../fixtures/writing-process.ts'), file('Written')])
  await new Promise((resolve) => writer.stdout.once('data', resolve))
  await start()
  await page.getByLabel('Path of a .tmac file on the machine that runs the workbench').fill(file('Written'))
  await page.getByRole('button', { name: 'Open', exact: true }).click()
  await page.getByText(/Read-only: .*process \d+ on .* is writing it/).waitFor()
  await page.waitForTimeout(300)
  await shoot('projects-written-elsewhere')
  writer.kill('SIGKILL')
  await new Promise((resolve) => writer.once('exit', resolve))
  await page.reload()
  await heading(/gpt-3-175b on/).waitFor()
  expect(await page.getByText('Read-only:').count()).toBe(0)
})

test.skipIf(!hasChromium())('a project that is gone is greyed in the list, and found where it went', async () => {
  await start()
  renameSync(file('Study'), file('Moved'))
  await page.reload()
  await page.getByText('Study — missing').waitFor()
  await page.getByRole('button', { name: 'Keep Written on top of the list' }).click()
  await shoot('start-recent')
  await page.getByRole('button', { name: 'Locate …' }).click()
  await page.getByLabel('Path of a .tmac file on the machine that runs the workbench').last().fill(file('Moved'))
  await page.getByRole('button', { name: 'Open it there' }).click()
  await expect.poll(() => page.title()).toBe('Moved — TMAC Workbench')
  expect(workbench.complaints).toEqual([])
})
