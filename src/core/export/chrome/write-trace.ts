import { simulateEvents, type EventStep } from '../../simulator/event/event-step.ts'
import type { Jitter } from '../../simulator/event/jitter.ts'
import type { PreparedStep } from '../prepared-step.ts'
import { ChromeTrace } from './chrome-trace.ts'
import { traceExtent, type TraceExtent, type TraceSelection } from './trace-extent.ts'

/** What a trace says of itself beside its events. */
export type TraceSource = Readonly<Record<string, unknown>>

/**
 * Simulates a step event by event and writes its Chrome trace piece by piece, one record to a line.
 * @throws Problem `illegal-mapping`
 */
export function writeTrace(
  step: PreparedStep,
  selection: TraceSelection,
  jitter: Jitter | undefined,
  source: TraceSource,
  write: (text: string) => void
): { readonly result: EventStep; readonly extent: TraceExtent } {
  const { network, machine, design, mapping, stages, workload } = step
  const extent = traceExtent(step, selection)
  const trace = new ChromeTrace(step, extent)
  let isFirst = true
  const add = (records: readonly string[]): void => {
    for (const record of records) {
      write(isFirst ? `\n${record}` : `,\n${record}`)
      isFirst = false
    }
  }
  write('{"displayTimeUnit":"ms","traceEvents":[')
  add(trace.opening())
  const result = simulateEvents(network, machine, design, mapping, stages, {
    unfolded: true,
    everyDie: selection.everyDie,
    ...(jitter && { jitter }),
    record: (event) => add(trace.event(event)),
    recordTraffic: (event) => trace.traffic(event)
  })
  add(trace.closing(result))
  const about = {
    schema: 'tmac.chrome-trace/1',
    ...source,
    level: 'event',
    iterationTime_s: result.time_s,
    time_s: result.breakdown_s,
    ...(jitter && { jitter }),
    shown: { ...selection, operatorsOf: extent.operatorsOf },
    model: workload.model,
    training: workload.training,
    chip: machine.chip,
    mappingGenes: mapping
  }
  write(`\n],"metadata":${JSON.stringify(about)}}\n`)
  return { result, extent }
}
