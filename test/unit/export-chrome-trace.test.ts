import { describe, expect, it } from 'vitest'
import { isWithin } from '../../src/core/export/chrome/trace-extent.ts'
import { stepLinkBytes } from '../../src/core/simulator/program/link-bytes.ts'
import { evaluate } from '../../src/core/simulator/evaluate.ts'
import { chromeTraceOf, stepOf, type TraceRecord } from '../fixtures/exported-step.ts'

const TASKS = ['forward', 'backward', 'input-gradient', 'weight-gradient']
const NANO = 1e-3

const slices = (records: readonly TraceRecord[]): readonly TraceRecord[] => records.filter(({ ph }) => ph === 'X')

/** Slices by lane, in the order in which a viewer takes them: by time, then as they come. */
function lanes(records: readonly TraceRecord[]): readonly (readonly TraceRecord[])[] {
  const found = new Map<string, TraceRecord[]>()
  for (const slice of slices(records)) {
    const key = `${slice.pid} ${slice.tid}`
    found.set(key, [...(found.get(key) ?? []), slice])
  }
  return [...found.values()].map((lane) => lane.sort((a, b) => a.ts - b.ts))
}

const schedules = [
  { name: '1f1b', strategy: { tensorParallel: 2, pipelineParallel: 4 } },
  { name: 'gpipe', strategy: { pipelineParallel: 4, schedule: 'gpipe' as const } },
  { name: 'interleaved', strategy: { pipelineParallel: 4, virtualStages: 2, schedule: 'interleaved' as const } },
  { name: 'zb-h1', strategy: { pipelineParallel: 4, schedule: 'zb-h1' as const } },
  { name: 'replicas', strategy: { tensorParallel: 2, pipelineParallel: 2, dataParallel: 4, zeroStage: 1 as const } }
]

describe.each(schedules)('a Chrome trace of $name', ({ strategy }) => {
  const step = stepOf({ strategy })
  const { records, result, size_B, extent } = chromeTraceOf(step)

  it('nests the slices of every lane', () => {
    for (const lane of lanes(records)) {
      const open: TraceRecord[] = []
      for (const slice of lane) {
        while (open.length > 0 && open.at(-1)!.ts + open.at(-1)!.dur <= slice.ts + NANO / 2) open.pop()
        if (open.length > 0)
          expect(slice.ts + slice.dur).toBeLessThanOrEqual(open.at(-1)!.ts + open.at(-1)!.dur + NANO / 2)
        open.push(slice)
      }
    }
  })

  it('lasts as long as the step', () => {
    const iteration = records.find(({ name, ph }) => ph === 'X' && name === 'iteration')!
    expect(iteration.ts).toBe(0)
    expect(iteration.dur).toBeCloseTo(result.time_s * 1e6, 2)
    for (const { ts, dur } of slices(records)) expect(ts + dur).toBeLessThanOrEqual(iteration.dur + NANO)
  })

  it('shows as much compute in the lane of the critical stage as the breakdown says', () => {
    const own = slices(records).filter(({ pid }) => pid === result.criticalStage + 2)
    const sum = (categories: readonly string[]): number =>
      own.filter(({ cat }) => categories.includes(cat!)).reduce((total, { dur }) => total + dur, 0)
    const rounding = own.length * NANO
    const { compute, recompute, optimizer } = result.breakdown_s
    expect(Math.abs(sum(['forward', 'input-gradient', 'weight-gradient']) - compute * 1e6)).toBeLessThan(rounding)
    expect(Math.abs(sum(['recompute']) - recompute * 1e6)).toBeLessThan(rounding)
    expect(Math.abs(sum(['optimizer']) - optimizer * 1e6)).toBeLessThan(rounding)
  })

  it('draws every arrow from a transfer to the task that waits for it, and one to every task that does', () => {
    const from = records.filter(({ ph }) => ph === 's')
    const to = new Map(records.filter(({ ph }) => ph === 'f').map((record) => [record.id, record]))
    expect(from.length).toBe(to.size)
    expect(new Set(from.map(({ id }) => id)).size).toBe(from.length)
    const { stages, chunks, microBatches } = step.order
    // Each chunk but the first gets activations, each but the last gradients.
    expect(from.length).toBe(2 * (stages * chunks - 1) * microBatches)
    for (const arrow of from) {
      const sent = slices(records).find(
        ({ pid, tid, ts }) => pid === arrow.pid && tid === arrow.tid && ts === arrow.ts
      )!
      const end = to.get(arrow.id)!
      const task = slices(records).find(
        ({ pid, tid, ts, cat }) => cat === 'task' && pid === end.pid && tid === end.tid && ts === end.ts
      )!
      expect(task.ts).toBeGreaterThanOrEqual(sent.ts + sent.dur - NANO)
      expect(task.args!.microBatch).toBe(sent.args!.microBatch)
      expect(sent.name).toBe('activations')
    }
  })

  it('counts memory up to the peak of the evaluation and back to where it was', () => {
    const { stages } = evaluate(step.workload, step.machine, step.mapping)
    for (const { stage, memory_B } of stages) {
      const own = records.filter(({ ph, pid, name }) => ph === 'C' && pid === stage + 2 && name === 'activations (GB)')
      const values = own.map(({ args }) => Number(args!.activations))
      const most = Math.max(...values) * 1e9
      expect(values[0]).toBe(0)
      expect(values.at(-1)).toBeCloseTo(0, 6)
      expect(Math.min(...values)).toBeGreaterThan(-1e-9)
      expect(most).toBeLessThanOrEqual((memory_B.activations + memory_B.workspace) * (1 + 1e-9))
      if (!('schedule' in strategy) || strategy.schedule === 'gpipe')
        expect(most).toBeGreaterThanOrEqual(memory_B.activations * (1 - 1e-9))
    }
  })

  it('puts on its link counters the bytes that the step puts on the links', () => {
    const { design, programs, collectives, bytesOf } = step
    const bytes = stepLinkBytes(design, programs, collectives, bytesOf)
    const all = records.filter(({ ph, name }) => ph === 'C' && name === 'all links (GB/s)')
    const carried = all.reduce(
      (sum, { ts, args }, index) => sum + Number(args!.rate) * 1e9 * (((all[index + 1]?.ts ?? ts) - ts) / 1e6),
      0
    )
    const wanted = bytes.reduce((sum, one) => sum + one, 0)
    expect(Math.abs(carried / wanted - 1)).toBeLessThan(1e-3)
  })

  it('knows beforehand about how large it becomes', () => {
    const counters_B = 9 * 2001 * 130
    expect(size_B).toBeGreaterThan(0.5 * extent.estimate_B)
    expect(size_B).toBeLessThan(1.2 * extent.estimate_B + counters_B)
  })
})

describe('the extent of a Chrome trace', () => {
  const step = stepOf({ strategy: { tensorParallel: 2, pipelineParallel: 4 } })

  it('shows a process per die, and on each the same compute as on its stage', () => {
    const { records } = chromeTraceOf(step, { everyDie: true })
    const folded = chromeTraceOf(step).records
    const names = records.filter(({ name }) => name === 'process_name').map(({ args }) => String(args!.name))
    expect(names).toHaveLength(1 + 8)
    expect(new Set(names).size).toBe(names.length)
    const total = (some: readonly TraceRecord[]): number =>
      slices(some)
        .filter(({ cat }) => cat === 'forward')
        .reduce((sum, { dur }) => sum + dur, 0)
    expect(total(records)).toBeCloseTo(2 * total(folded), 1)
  })

  it('keeps to the micro-batches and stages asked for, arrows included', () => {
    const microBatches = { first: 2, last: 3 }
    const stages = { first: 1, last: 2 }
    const { records } = chromeTraceOf(step, { microBatches, stages })
    const work = records.filter(({ ph, pid }) => ph === 'X' && pid > 1)
    expect(work.length).toBeGreaterThan(0)
    for (const { pid, args } of work) {
      expect(isWithin(stages, pid - 2)).toBe(true)
      expect(isWithin(microBatches, Number(args!.microBatch))).toBe(true)
    }
    const ends = (phase: string) => records.filter(({ ph }) => ph === phase).map(({ id }) => id!)
    // One boundary, two micro-batches, two directions.
    expect(ends('s').sort()).toEqual(ends('f').sort())
    expect(ends('s')).toHaveLength(4)
  })

  it('shows tasks alone when asked to', () => {
    const { records } = chromeTraceOf(step, { detail: 'tasks' })
    const categories = new Set(slices(records).map(({ cat }) => cat))
    expect(TASKS.some((kind) => categories.has(kind))).toBe(false)
    expect(categories.has('task')).toBe(true)
    expect(categories.has('point-to-point')).toBe(true)
  })

  it('leaves operators of later micro-batches out where they would make a trace too large to open', () => {
    const large = stepOf({
      strategy: { tensorParallel: 2, pipelineParallel: 4 },
      globalBatch: 600,
      model: { name: 'deep', layers: 64, hidden: 1024, heads: 16, vocabulary: 32000 }
    })
    const { extent, size_B } = chromeTraceOf(large, { detail: undefined } as object)
    expect(extent.operatorsOf!.last).toBeLessThan(599)
    expect(size_B).toBeLessThan(100e6)
  })
})
