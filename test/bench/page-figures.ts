import type { Page } from 'playwright-core'

interface Figure {
  readonly what: string
  readonly unit: string
  /** None for what others are measured against. */
  readonly budget?: number
  readonly measured: number
  /** More is better, as of rates. */
  readonly atLeast?: true
}
interface NotedFigure extends Figure {
  readonly load: number
}

/** How often longer than it would alone a task of this process takes now: a fixed one by the clock, over its time on a processor. */
function loadNow(): number {
  const [begun, before] = [performance.now(), process.cpuUsage()]
  let state = 1
  for (let step = 0; step < 5e7; step++) state = (state * 48271) % 2147483647
  const { user, system } = process.cpuUsage(before)
  return ((performance.now() - begun) * 1000) / (user + system + (state > 0 ? 0 : 1))
}

/** All that was noted, in order. */
export const figures: NotedFigure[] = []
export function note(figure: Figure): void {
  const load = Math.max(1, loadNow())
  figures.push({ ...figure, load })
  console.error(`${figure.what}: ${figure.measured.toPrecision(3)} ${figure.unit} (load ${load.toFixed(1)})`)
}
const sorted = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b)
export const median = (values: readonly number[]): number => sorted(values)[values.length >> 1]!
export const percentile95 = (values: readonly number[]): number => sorted(values)[Math.floor(values.length * 0.95)]!

// Run in the page, whose own types are not those of this program.
const startFrames = `{
  const state = { on: true, times: [], last: performance.now() }
  const tick = (now) => {
    state.times.push(now - state.last)
    state.last = now
    if (state.on) requestAnimationFrame(tick)
  }
  requestAnimationFrame(tick)
  window.benchFrames = state
}`
const endFrames = `{ window.benchFrames.on = false; window.benchFrames.times.slice(2) }`
/** Times between frames while something moves, milliseconds. */
export async function frames_ms(page: Page, moves: () => Promise<void>): Promise<number[]> {
  await page.evaluate(startFrames)
  await moves()
  return page.evaluate(endFrames)
}

/** What a trace says of a task: when it ended after its begin, and how much of that it was on a processor, microseconds. */
interface TraceEvent {
  readonly name: string
  readonly pid: number
  readonly tid: number
  readonly dur?: number
  readonly tdur?: number
  readonly args: { readonly name?: string }
}

/** Notes the longest task of the page while something goes on: by the clock, and on a processor, which others on the machine slow less. */
export async function noteLongestTask(
  page: Page,
  what: string,
  budget: number,
  during: () => Promise<void>
): Promise<void> {
  const browser = page.context().browser()!
  await browser.startTracing(page, { categories: ['toplevel'] })
  await during()
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] }
  const pages = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid}:${tid}`)
  )
  const tasks = traceEvents.filter(({ name, pid, tid }) => name.endsWith('RunTask') && pages.has(`${pid}:${tid}`))
  const longest = (of: (task: TraceEvent) => number | undefined): number =>
    tasks.reduce((most, task) => Math.max(most, (of(task) ?? 0) / 1000), 0)
  note({ what, unit: 'ms', budget, measured: longest(({ dur }) => dur) })
  note({ what: '  of it on a processor, the longest', unit: 'ms', budget, measured: longest(({ tdur }) => tdur) })
}

export const timed_ms = async (action: () => Promise<unknown>): Promise<number> => {
  const before = performance.now()
  await action()
  return performance.now() - before
}

/**
 * Waits until the page has an element, frame by frame: Playwright's own waiting looks at last only every half second.
 * @param xpath of what is waited for; it need only be there, not be seen
 */
export async function untilThere(page: Page, xpath: string): Promise<void> {
  await page.evaluate(`new Promise((resolve) => {
    const look = () =>
      document.evaluate(${JSON.stringify(xpath)}, document, null, XPathResult.BOOLEAN_TYPE).booleanValue
        ? resolve()
        : requestAnimationFrame(look)
    look()
  })`)
}
