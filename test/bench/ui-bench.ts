import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { CDPSession, Page } from 'playwright-core'
import { textTable } from '../../src/core/report/tables.ts'
import { cell, columns } from '../../src/core/report/document.ts'
import { workbenchPage, type WorkbenchPage } from '../fixtures/workbench-page.ts'
import { unfolded, writeOnePointProject } from '../fixtures/one-point-project.ts'
import { bareRowsPerSecond, growTo, writeLargeProject } from './large-project.ts'
import {
  figures,
  frames_ms,
  median,
  note,
  noteLongestTask,
  percentile95,
  timed_ms,
  untilThere
} from './page-figures.ts'

/**
 * `npm run bench:ui`: what a person feels, in a real Chromium on the browser host. Times are medians on this machine without a GPU; the
 * budgets are those of a laptop, so that a ratio above 1 on a busy machine says to look, not that it failed.
 */
const POINTS = 100_000
const CYCLES = 50
const ROUNDS = 5
const LARGE_B = 500e6

const assets = join(import.meta.dirname, '../../out/renderer')

/** Everything the page loads before it shows the start: the entry and what it imports at once. */
function entryChunk_B(): number {
  const page = readFileSync(join(assets, 'index.html'), 'utf8')
  const files = [...page.matchAll(/(?:src|href)="\.?\/?(assets\/[^"]+\.js)"/g)].map(([, file]) => file!)
  return files.reduce((sum, file) => sum + gzipSync(readFileSync(join(assets, file))).length, 0)
}

async function heap_B(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  return usedSize
}

const FRONT_DRAWN = '//*[@data-testid="front"]//*[@data-drawn="true"]'
const drawn = (page: Page) => page.locator('[data-drawn=true]').first()

async function largeProject(bench: WorkbenchPage): Promise<void> {
  const { page, running } = bench
  const path = join(running.folder, 'large.tmac')
  const points = writeLargeProject(path, POINTS)
  note({
    what: 'Rows of points and of their evaluations written',
    unit: 'rows/s',
    budget: 100_000,
    measured: 2 * points,
    atLeast: true
  })
  note({ what: 'Points with their evaluations written', unit: 'points/s', measured: points })
  note({
    what: 'Points as one row of a bare table',
    unit: 'points/s',
    measured: bareRowsPerSecond(join(running.folder, 'bare.sqlite'), POINTS)
  })
  growTo(path, LARGE_B)
  await page.goto(running.host.link())
  const field = page.getByLabel('Path of a .tmac file')
  await field.fill(path)
  const opening = await timed_ms(async () => {
    await page.getByRole('button', { name: 'Open', exact: true }).click()
    await untilThere(page, '//main//*[text()="Throughput"]')
  })
  note({
    what: `Project of ${Math.round(statSync(path).size / 1e6)} MB opened`,
    unit: 'ms',
    budget: 1500,
    measured: opening
  })
  const first: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    await bench.side('Summary').click()
    await page.getByRole('heading', { name: 'Ours and the policies of others' }).waitFor()
    first.push(
      await timed_ms(async () => {
        await bench.side('Front').click()
        await untilThere(page, FRONT_DRAWN)
      })
    )
  }
  note({ what: `${POINTS.toLocaleString('en')} points, first paint`, unit: 'ms', budget: 500, measured: median(first) })
  const box = (await page.getByTestId('front').boundingBox())!
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  const zooming = await frames_ms(page, async () => {
    for (let step = 0; step < 24; step++) {
      await page.mouse.wheel(0, step < 12 ? -120 : 120)
      await page.waitForTimeout(40)
    }
  })
  note({
    what: `${POINTS.toLocaleString('en')} points, frame while zooming, p95`,
    unit: 'ms',
    budget: 60,
    measured: percentile95(zooming)
  })
  await page.waitForTimeout(1000)
  await page.getByRole('button', { name: /Lasso/ }).click()
  const pad = (await page.getByTestId('region-brush').boundingBox())!
  const at = (turn: number): readonly [number, number] => [
    pad.x + pad.width * (0.55 + 0.25 * Math.cos(2 * Math.PI * turn)),
    pad.y + pad.height * (0.4 + 0.25 * Math.sin(2 * Math.PI * turn))
  ]
  await page.mouse.move(...at(0))
  await page.mouse.down()
  for (let step = 1; step < 100; step++) await page.mouse.move(...at(step / 100))
  await noteLongestTask(page, `${POINTS.toLocaleString('en')} points in a lasso, longest task`, 50, async () => {
    await page.mouse.up()
    await page.getByRole('button', { name: /points in a lasso$/ }).waitFor()
    await page.waitForTimeout(500)
  })
  await page.getByRole('button', { name: /points in a lasso$/ }).click()
  await page.waitForTimeout(500)
  await noteLongestTask(page, `${POINTS.toLocaleString('en')} points filtered, longest task`, 60, async () => {
    await page.getByRole('button', { name: '+ Filter' }).click()
    await page.getByRole('combobox', { name: 'Quantity' }).selectOption('Power, upper estimate')
    await page.getByRole('spinbutton', { name: 'Bound' }).fill('12')
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page
      .getByRole('button', { name: /^Remove the filter/ })
      .first()
      .waitFor()
    await page.waitForTimeout(500)
  })
  const table = page.getByRole('region', { name: /^Designs; up and down/ })
  await noteLongestTask(page, `${POINTS.toLocaleString('en')} rows sorted, longest task`, 60, async () => {
    await table.getByRole('button', { name: 'Cost of a good wafer' }).click()
    await page.waitForTimeout(300)
  })
}

/** The mapping of 126 layers with a plan each, scrolled from end to end. */
async function deepMapping(bench: WorkbenchPage): Promise<void> {
  const { page, running } = bench
  const path = join(running.folder, 'deep.tmac')
  writeOnePointProject(path, 'llama-3.1-405b', { tensorParallel: 4, pipelineParallel: 14 }, unfolded)
  await page.goto(running.host.link())
  await page.getByLabel('Path of a .tmac file').fill(path)
  await page.getByRole('button', { name: 'Open', exact: true }).click()
  await bench.side('Mapping').click()
  const table = page.getByRole('table', { name: 'What becomes of each operator' })
  const box = (await table.locator('..').boundingBox())!
  await page.mouse.move(box.x + box.width / 2, box.y + 100)
  await noteLongestTask(page, 'Mapping of 126 unfolded layers scrolled, longest task', 50, async () => {
    for (let step = 0; step < 60; step++) {
      await page.mouse.wheel(0, 400)
      await page.waitForTimeout(40)
    }
  })
}

/** A wafer of 100 dies with 1,000 cores each, moved and zoomed. */
async function largeWafer({ page, running }: WorkbenchPage): Promise<void> {
  const preset = JSON.parse(readFileSync(join(import.meta.dirname, '../../resources/chips/wsc-llm-54.json'), 'utf8'))
  const chip = {
    ...preset,
    title: 'Bench',
    grid: { ...preset.grid, rows: 10, columns: 10 },
    die: { ...preset.die, cores: 1000, width_mm: 12, height_mm: 12 }
  }
  await page.goto(running.host.link())
  await page.getByRole('button', { name: 'Open the sample' }).click()
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Chips' }).click()
  await page
    .getByRole('button', { name: /WSC-LLM case 3/ })
    .first()
    .click()
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Import …' }).click()
  ])
  await chooser.setFiles({
    name: 'bench.json',
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify(chip))
  })
  const wafer = page.getByRole('grid', { name: 'Wafer of 10 × 10 dies' })
  await wafer.waitFor()
  const box = (await wafer.boundingBox())!
  const middle = [box.x + box.width / 2, box.y + box.height / 2] as const
  await page.mouse.move(...middle)
  const moving = await frames_ms(page, async () => {
    for (let step = 0; step < 30; step++) {
      await page.mouse.wheel(0, step < 15 ? -120 : 120)
      await page.waitForTimeout(20)
    }
    await page.mouse.down({ button: 'middle' })
    for (let step = 0; step < 60; step++) await page.mouse.move(middle[0] + 3 * step, middle[1] + step)
    await page.mouse.up({ button: 'middle' })
  })
  note({
    what: '100 dies of 1,000 cores moved and zoomed, frame p95',
    unit: 'ms',
    budget: 20,
    measured: percentile95(moving)
  })
}

async function openAndClose({ page, running, side }: WorkbenchPage): Promise<void> {
  await page.goto(running.host.link())
  await page.getByRole('button', { name: 'Open the sample' }).click()
  const session = await page.context().newCDPSession(page)
  const cycle = async (): Promise<void> => {
    await side('Front').click()
    await drawn(page).waitFor()
    await side('Mapping').click()
    await page
      .getByRole('heading', { name: /^Point/ })
      .first()
      .waitFor()
  }
  for (let warm = 0; warm < 5; warm++) await cycle()
  const before = await heap_B(session)
  for (let turn = 0; turn < CYCLES; turn++) await cycle()
  const growth = (await heap_B(session)) - before
  note({ what: `Heap kept after ${CYCLES} views opened and closed`, unit: 'MB', budget: 5, measured: growth / 1e6 })
}

async function whileSearching({ page }: WorkbenchPage): Promise<void> {
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Search' }).click()
  const start = page.getByRole('button', { name: /20-second search/ })
  await start.waitFor()
  let first = Number.NaN
  await noteLongestTask(page, 'Longest task of the page while a search runs', 50, async () => {
    first = await timed_ms(async () => {
      await start.click()
      await untilThere(page, FRONT_DRAWN)
    })
    await page.waitForTimeout(8000)
  })
  note({ what: 'Search begun to its first points drawn', unit: 'ms', budget: 2000, measured: first })
}

note({ what: 'Entry of the page, gzipped', unit: 'kB', budget: 250, measured: entryChunk_B() / 1e3 })
const bench = await workbenchPage()
try {
  await largeProject(bench)
  await deepMapping(bench)
  await largeWafer(bench)
  await openAndClose(bench)
  await whileSearching(bench)
} finally {
  await bench.close()
}
console.log(
  textTable({
    caption:
      `Chunks: ${readdirSync(join(assets, 'assets')).length}. Ratios: measured over budget; up to 1 is within it. Load: how often longer than ` +
      'alone a fixed task took beside it.',
    columns: columns('What', '#Budget', '#Measured', 'Unit', '#Ratio', '#Load'),
    rows: figures.map(({ what, unit, budget, measured, atLeast, load }) => [
      cell(what),
      cell(budget === undefined ? '' : String(budget)),
      cell(String(Number(measured.toPrecision(3)))),
      cell(unit),
      cell(budget === undefined ? '' : (atLeast ? budget / measured : measured / budget).toFixed(2)),
      cell(load.toFixed(1))
    ])
  })
)
