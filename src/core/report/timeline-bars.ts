import type { CriticalPath } from '../simulator/event/critical-path.ts'
import {
  COLLECTIVE,
  COMPUTE,
  OFFLOAD,
  SEND_BACKWARD,
  SEND_FORWARD,
  SYNCHRONISATION,
  TASK,
  type TimelineColumns
} from '../simulator/event/timeline-columns.ts'

/** Kinds of bars, in the order in which they take colours. */
export const barKinds = [
  'Forward',
  'Backward',
  'Weight gradient',
  'Transfer',
  'Collective',
  'Synchronisation',
  'Optimizer',
  'Recompute'
] as const
export type BarKind = (typeof barKinds)[number]

/** A bar of a timeline: an event, or several of one kind in an interval of time, `share` of which they fill. */
export interface TimelineBar {
  readonly row: number
  readonly kind: BarKind
  readonly from_s: number
  readonly to_s: number
  readonly share: number
  /** Share of the line below it: bars of other kinds in the same interval stand on each other. */
  readonly base: number
  /** -1 for several. */
  readonly event: number
}

/** A line of the timeline. */
export interface TimelineRow {
  readonly stage: number
  readonly name: string
  readonly what: 'tasks' | 'transfers' | 'operators'
}

const kindByName: Readonly<Record<string, BarKind>> = {
  forward: 'Forward',
  backward: 'Backward',
  'input-gradient': 'Backward',
  'weight-gradient': 'Weight gradient',
  recompute: 'Recompute',
  optimizer: 'Optimizer'
}

export function kindOfEvent(timeline: TimelineColumns, event: number): BarKind {
  const lane = timeline.lane[event]!
  if (lane === SEND_FORWARD || lane === SEND_BACKWARD || lane === OFFLOAD) return 'Transfer'
  if (lane === COLLECTIVE) return 'Collective'
  if (lane === SYNCHRONISATION) return 'Synchronisation'
  return kindByName[timeline.labels[timeline.activity[event]!]!] ?? 'Forward'
}

/** Lines of a timeline: of each stage its tasks and its transfers, and its operators where they are known. */
export const timelineRows = (stages: readonly number[], hasDetail: boolean): readonly TimelineRow[] =>
  stages.flatMap((stage): TimelineRow[] => [
    { stage, name: `stage ${stage}`, what: 'tasks' },
    ...(hasDetail ? [{ stage, name: 'operators', what: 'operators' as const }] : []),
    { stage, name: 'transfers', what: 'transfers' }
  ])

const whatOf = (timeline: TimelineColumns, event: number): TimelineRow['what'] => {
  const lane = timeline.lane[event]!
  if (lane === TASK) return 'tasks'
  // The optimiser stands with the tasks, which it follows.
  if (lane === COMPUTE) return kindOfEvent(timeline, event) === 'Optimizer' ? 'tasks' : 'operators'
  return 'transfers'
}

/** Bars a chart draws without making a person wait. */
export const MOST_BARS = 20_000
/** Intervals of time of a line where there are more. */
const BINS = 240

/** Bars of the events inside a window of time: one each, or, where they are more than can be drawn, the share of every interval that they fill. */
export function timelineBars(
  timeline: TimelineColumns,
  rows: readonly TimelineRow[],
  [from_s, to_s]: readonly [number, number],
  most = MOST_BARS
): { readonly bars: readonly TimelineBar[]; readonly isBinned: boolean } {
  const rowOf = new Map(rows.map(({ stage, what }, row) => [`${stage} ${what}`, row]))
  const inside: number[] = []
  const rowOfEvent: number[] = []
  for (let event = 0; event < timeline.length; event++) {
    if (timeline.end_s[event]! <= from_s || timeline.start_s[event]! >= to_s) continue
    const row = rowOf.get(`${timeline.stage[event]} ${whatOf(timeline, event)}`)
    if (row === undefined) continue
    inside.push(event)
    rowOfEvent.push(row)
  }
  if (inside.length <= most) {
    const bars = inside.map((event, at): TimelineBar => ({
      row: rowOfEvent[at]!,
      kind: kindOfEvent(timeline, event),
      from_s: Math.max(from_s, timeline.start_s[event]!),
      to_s: Math.min(to_s, timeline.end_s[event]!),
      share: 1,
      base: 0,
      event
    }))
    return { bars, isBinned: false }
  }
  const bin_s = (to_s - from_s) / BINS
  const busy = new Map<string, Float64Array>()
  inside.forEach((event, at) => {
    const key = `${rowOfEvent[at]} ${kindOfEvent(timeline, event)}`
    let filled = busy.get(key)
    if (!filled) busy.set(key, (filled = new Float64Array(BINS)))
    const [start, end] = [Math.max(from_s, timeline.start_s[event]!), Math.min(to_s, timeline.end_s[event]!)]
    const last = Math.min(BINS - 1, Math.floor((end - from_s) / bin_s))
    for (let bin = Math.floor((start - from_s) / bin_s); bin <= last; bin++)
      filled[bin]! += Math.max(0, Math.min(end, from_s + (bin + 1) * bin_s) - Math.max(start, from_s + bin * bin_s))
  })
  const bars: TimelineBar[] = []
  const heights = rows.map(() => new Float64Array(BINS))
  for (const [key, filled] of busy) {
    const [row, kind] = [Number.parseInt(key), key.slice(key.indexOf(' ') + 1) as BarKind]
    filled.forEach((busy_s, bin) => {
      if (busy_s === 0) return
      const base = heights[row]![bin]!
      // Lanes of one line may be busy at the same time: together they fill it at most.
      const share = Math.min(1 - base, busy_s / bin_s)
      heights[row]![bin] = base + share
      const start_s = from_s + bin * bin_s
      bars.push({ row, kind, from_s: start_s, to_s: start_s + bin_s, share, base, event: -1 })
    })
  }
  return { bars, isBinned: true }
}

/** What the events of a range of time come to, by kind. */
export interface RangeSum {
  readonly kind: BarKind
  readonly count: number
  readonly total_s: number
}

/** Events that lie in a range, wholly or in part, counted with what of them lies in it. */
export function sumsOf(timeline: TimelineColumns, [from_s, to_s]: readonly [number, number]): readonly RangeSum[] {
  const sums = new Map<BarKind, { count: number; total_s: number }>()
  for (let event = 0; event < timeline.length; event++) {
    const overlap_s = Math.min(to_s, timeline.end_s[event]!) - Math.max(from_s, timeline.start_s[event]!)
    if (overlap_s <= 0) continue
    const kind = kindOfEvent(timeline, event)
    const sum = sums.get(kind) ?? { count: 0, total_s: 0 }
    sum.count++
    sum.total_s += overlap_s
    sums.set(kind, sum)
  }
  return barKinds.flatMap((kind) => {
    const sum = sums.get(kind)
    return sum ? [{ kind, ...sum }] : []
  })
}

/** What sums of many times may miss by rounding, as a share of the step. */
const ROUNDING = 1e-9

/** Share of the step in which each stage is at no task and not at the optimiser. */
export function bubbleShares(timeline: TimelineColumns, stages: number, step_s: number): Float64Array {
  const busy = new Float64Array(stages)
  for (let event = 0; event < timeline.length; event++)
    if (whatOf(timeline, event) === 'tasks')
      busy[timeline.stage[event]!]! += timeline.end_s[event]! - timeline.start_s[event]!
  return busy.map((busy_s) => {
    const share = 1 - busy_s / step_s
    return share < ROUNDING ? 0 : share
  })
}

/** Events that an event waits for and that wait for it: transfers that bring a task its input, those that its result goes by. */
export function dependenciesOf(
  timeline: TimelineColumns,
  event: number
): { readonly before: readonly number[]; readonly after: readonly number[] } {
  const { lane, actor, microBatch, chunk, receiver, receiverChunk, start_s, end_s } = timeline
  const [before, after]: [number[], number[]] = [[], []]
  const isTransfer = (one: number): boolean => receiverChunk[one]! >= 0
  const delivers = (transfer: number, task: number): boolean =>
    receiver[transfer] === actor[task] &&
    microBatch[transfer] === microBatch[task] &&
    receiverChunk[transfer] === chunk[task] &&
    (lane[transfer] === SEND_FORWARD) === (kindOfEvent(timeline, task) === 'Forward')
  const sends = (task: number, transfer: number): boolean =>
    actor[task] === actor[transfer] &&
    microBatch[task] === microBatch[transfer] &&
    chunk[task] === chunk[transfer] &&
    (lane[transfer] === SEND_FORWARD) === (kindOfEvent(timeline, task) === 'Forward') &&
    start_s[transfer]! >= start_s[task]!
  for (let other = 0; other < timeline.length; other++) {
    if (other === event) continue
    if (lane[event] === TASK && isTransfer(other)) {
      if (delivers(other, event)) before.push(other)
      else if (sends(event, other)) after.push(other)
    } else if (isTransfer(event) && lane[other] === TASK) {
      if (delivers(event, other)) after.push(other)
      else if (sends(other, event)) before.push(other)
    } else if (lane[event] === TASK && lane[other] === TASK && actor[other] === actor[event]) {
      if (end_s[other] === start_s[event]) before.push(other)
      if (start_s[other] === end_s[event]) after.push(other)
    }
  }
  return { before, after }
}

/** The part of a critical path inside a window, what follows on the same stage by the same kind as one. */
export function criticalBars(
  timeline: TimelineColumns,
  { event, from_s, to_s }: CriticalPath,
  [from, to]: readonly [number, number]
): readonly {
  readonly kind: BarKind | 'After the schedule'
  readonly stage: number
  readonly from_s: number
  readonly to_s: number
}[] {
  const least_s = (to - from) / 2000
  const bars: { kind: BarKind | 'After the schedule'; stage: number; from_s: number; to_s: number }[] = []
  for (let at = 0; at < event.length; at++) {
    if (to_s[at]! <= from || from_s[at]! >= to) continue
    const one = event[at]!
    const kind = one < 0 ? ('After the schedule' as const) : kindOfEvent(timeline, one)
    const stage = one < 0 ? -1 : timeline.stage[one]!
    const last = bars.at(-1)
    const isSame = last !== undefined && last.kind === kind && last.stage === stage
    // What is thinner than a pixel joins what is before it.
    if (last && (isSame || to_s[at]! - from_s[at]! < least_s)) last.to_s = Math.min(to, to_s[at]!)
    else bars.push({ kind, stage, from_s: Math.max(from, from_s[at]!), to_s: Math.min(to, to_s[at]!) })
  }
  return bars
}

/** Seconds of a critical path by kind of event, most first. */
export function criticalSums(
  timeline: TimelineColumns,
  path: CriticalPath
): readonly { readonly kind: BarKind | 'After the schedule'; readonly total_s: number }[] {
  const sums = new Map<BarKind | 'After the schedule', number>()
  path.event.forEach((event, at) => {
    const kind = event < 0 ? ('After the schedule' as const) : kindOfEvent(timeline, event)
    sums.set(kind, (sums.get(kind) ?? 0) + path.to_s[at]! - path.from_s[at]!)
  })
  return [...sums.entries()].map(([kind, total_s]) => ({ kind, total_s })).sort((a, b) => b.total_s - a.total_s)
}
