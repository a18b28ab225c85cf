import type { Span, TraceSelection } from '../../../core/export/chrome/trace-extent.ts'
import { writeTrace } from '../../../core/export/chrome/write-trace.ts'
import type { PreparedStep } from '../../../core/export/prepared-step.ts'
import { formatBytes_B, formatTime_s } from '../../../core/format/format-quantity.ts'
import { writeStreamedFile } from '../../output/streamed-output.ts'
import type { Jitter } from '../../../core/simulator/event/jitter.ts'
import type { Written, TraceSource } from './written.ts'

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
  let written: ReturnType<typeof writeTrace> | undefined
  const size_B = writeStreamedFile(output, directory, (stream) => {
    written = writeTrace(step, selection, jitter, { ...source }, (text) => stream.write(text))
  })
  const { result, extent } = written!
  const iterationTime_s = result.time_s
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
