/** A value of the JSON that a record of a trace shows of itself. */
export type TraceArguments = Readonly<Record<string, string | number>>

const NANO_PER_S = 1e9
const NANO_PER_MICRO = 1e3

/** Whole nanoseconds: what trace viewers keep. Rounding keeps the order of times, so that what nests still nests. */
const nano = (time_s: number): number => Math.round(time_s * NANO_PER_S)

/** Microseconds, the unit of the format, to the nanosecond. */
const micro = (time_ns: number): number => time_ns / NANO_PER_MICRO

const args = (values: TraceArguments | undefined): string => (values ? `,"args":${JSON.stringify(values)}` : '')

/** Where in a trace something lies: a process (a stage, or a die), and one of its lanes. */
export interface Place {
  readonly pid: number
  readonly tid: number
}

/** Something that took time (a complete event, `X`). */
export function sliceRecord(
  { pid, tid }: Place,
  name: string,
  category: string,
  start_s: number,
  end_s: number,
  values?: TraceArguments
): string {
  const start = nano(start_s)
  const times = `"ts":${micro(start)},"dur":${micro(nano(end_s) - start)}`
  return `{"ph":"X","name":${JSON.stringify(name)},"cat":"${category}","pid":${pid},"tid":${tid},${times}${args(values)}}`
}

/** One end of an arrow: `from` leaves the slice at that time on that lane, the other arrives at the slice that begins then. */
export function arrowRecord(end: 'from' | 'to', { pid, tid }: Place, id: number, time_s: number): string {
  const phase = end === 'from' ? '"ph":"s"' : '"ph":"f","bp":"e"'
  return `{${phase},"name":"activations","cat":"transfer","id":${id},"pid":${pid},"tid":${tid},"ts":${micro(nano(time_s))}}`
}

/** The value of a counter from a time on. */
export const counterRecord = (pid: number, name: string, time_s: number, values: TraceArguments): string =>
  `{"ph":"C","name":${JSON.stringify(name)},"pid":${pid},"ts":${micro(nano(time_s))}${args(values)}}`

/** What a process is called and where it stands among the others. */
export const processRecords = (pid: number, name: string): readonly string[] => [
  `{"ph":"M","name":"process_name","pid":${pid}${args({ name })}}`,
  `{"ph":"M","name":"process_sort_index","pid":${pid}${args({ sort_index: pid })}}`
]

export const laneRecords = ({ pid, tid }: Place, name: string): readonly string[] => [
  `{"ph":"M","name":"thread_name","pid":${pid},"tid":${tid}${args({ name })}}`,
  `{"ph":"M","name":"thread_sort_index","pid":${pid},"tid":${tid}${args({ sort_index: tid })}}`
]
