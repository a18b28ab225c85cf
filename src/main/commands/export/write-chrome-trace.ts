import { ChromeTrace } from '../../../core/export/chrome/chrome-trace.ts'
import { traceExtent, type Span, type TraceSelection } from '../../../core/export/chrome/trace-extent.ts'
import type { PreparedStep } from '../../../core/export/prepared-step.ts'
import { formatBytes_B, formatTime_s } from '../../../core/report/format-quantity.ts'
import { simulateEvents } from '../../../core/simulator/event/event-step.ts'
import { writeStreamedFile, type OutputStream } from '../../output/streamed-output.ts'
import type { Jitter } from '../../../core/simulator/event/jitter.ts'
import type { Written, TraceSource } from './written.ts'

/** Writes an array of JSON records, one to a line. */
class RecordList {
  readonly #stream: OutputStream
  #isFirst = true

  constructor(stream: OutputStream) {
    this.#stream = stream
  }

  add(records: readonly string[]): void {
    for (const record of records) {
      this.#stream.write(this.#isFirst ? `\n${record}` : `,\n${record}`)
      this.#isFirst = false
    }
  }
}

const spanText = ({ first, last }: Span): string => (first === last ? `${first}` : `${first} to ${last}`)

/** Simulates a step event by event while its timeline goes to a file. */
export function writeChromeTrace(
  step: PreparedStep,
  selection: TraceSelection,
  jitter: Jitter | undefined,
  source: TraceSource,
  output: string,
  directory: string
): Written {
  const { network, machine, design, mapping, stages, workload } = step
  const extent = traceExtent(step, selection)
  const trace = new ChromeTrace(step, extent)
  let iterationTime_s = 0
  const size_B = writeStreamedFile(output, directory, (stream) => {
    stream.write('{"displayTimeUnit":"ms","traceEvents":[')
    const list = new RecordList(stream)
    list.add(trace.opening())
    const result = simulateEvents(network, machine, design, mapping, stages, {
      everyMicroBatch: true,
      everyDie: selection.everyDie,
      ...(jitter && { jitter }),
      record: (event) => list.add(trace.event(event)),
      recordTraffic: (event) => trace.traffic(event)
    })
    list.add(trace.closing(result))
    iterationTime_s = result.time_s
    const about = {
      schema: 'tmac.chrome-trace/1',
      ...source,
      level: 'event',
      iterationTime_s,
      time_s: result.breakdown_s,
      ...(jitter && { jitter }),
      shown: { ...selection, operatorsOf: extent.operatorsOf },
      model: workload.model,
      training: workload.training,
      chip: machine.chip,
      mappingGenes: mapping
    }
    stream.write(`\n],"metadata":${JSON.stringify(about)}}\n`)
  })
  const { operatorsOf } = extent
  const inside =
    operatorsOf === undefined
      ? 'tasks and transfers'
      : operatorsOf.last === (selection.microBatches?.last ?? step.order.microBatches - 1)
        ? 'every operator'
        : `operators of micro-batches ${spanText(operatorsOf)}, tasks and transfers of all; for others say '--micro-batches A-B'`
  return {
    summary: { size_B, iterationTime_s, ...selection, operatorsOf: operatorsOf ?? null, mapping: source.mapping },
    message:
      `Timeline of one step (${formatTime_s(iterationTime_s)}, event level): ${output}, ${formatBytes_B(size_B)}\n` +
      `Shows ${inside}. Open it at https://ui.perfetto.dev or chrome://tracing.\n`
  }
}
