import packageFile from '../../../../package.json' with { type: 'json' }
import { contentHash } from '../../../core/content-hash.ts'
import type { TraceSelection } from '../../../core/export/chrome/trace-extent.ts'
import { frameworkNames } from '../../../core/frameworks/framework.ts'
import { preparedStep } from '../../../core/export/prepared-step.ts'
import { Problem } from '../../../core/problem.ts'
import { networkFor } from '../../../core/simulator/evaluate-level.ts'
import { checkResultFolder } from '../../output/streamed-output.ts'
import { commandLine } from '../command-line-text.ts'
import { exitCodes, type CommandContext, type ExitCode, type Invocation, type OptionValues } from '../command.ts'
import { choiceOption, flagOption, requiredText } from '../option-values.ts'
import { checkResultFile } from '../write-result-file.ts'
import { jitterFrom, jitterOptions } from '../evaluate/request-from-options.ts'
import { designFromOptions } from './design-from-options.ts'
import { drawingKinds, figureFormats } from './figure-formats.ts'
import { spanOption } from './span-option.ts'
import { writeChakra } from './write-chakra.ts'
import { writeChromeTrace } from './write-chrome-trace.ts'
import type { Written } from './written.ts'

const stepFormats = ['chrome-trace', 'chakra'] as const
const formats = [...stepFormats, ...frameworkNames, ...figureFormats, 'parquet', 'bibtex', 'flp'] as const
type Format = (typeof formats)[number]

const ownOptions: Readonly<Record<Format, readonly string[]>> = {
  'chrome-trace': ['every-die', 'micro-batches', 'stages', 'detail', ...jitterOptions],
  chakra: ['one-stream'],
  megatron: [],
  deepspeed: [],
  svg: ['figure', 'points', 'run', 'by'],
  csv: ['figure', 'points', 'run', 'by'],
  parquet: ['run'],
  bibtex: ['run'],
  flp: []
}

function formatOf(values: OptionValues): Format {
  requiredText(values, 'format', formats.join('|'))
  const format = choiceOption(values, 'format', formats)!
  for (const other of formats) {
    const clash = ownOptions[other].find((name) => values[name] !== undefined && !ownOptions[format].includes(name))
    if (clash) throw new Problem('usage', `'--${clash}' is an option of '--format ${other}'`, clash)
  }
  return format
}

/** What is drawn of a chip or a model where no project is named; its wafers when only a chip is. */
function drawingOf(values: OptionValues, format: Format): (typeof drawingKinds)[number] | undefined {
  if (values.project !== undefined) return undefined
  const kind = drawingKinds.find((one) => one === values.figure)
  return (
    kind ?? (format === 'svg' && values.figure === undefined && values.chip !== undefined ? 'floorplan' : undefined)
  )
}

/** Saves one step, or one figure, in the format that the options name. */
export async function runExport({ values, json }: Invocation, context: CommandContext): Promise<ExitCode> {
  const { cwd, out } = context
  const format = formatOf(values)
  const output = requiredText(values, 'output', 'PATH')
  if (format === 'chakra' || format === 'megatron' || format === 'deepspeed') checkResultFolder(output, cwd)
  else checkResultFile(output, cwd)
  const told = async ({ summary, message }: Written): Promise<ExitCode> => {
    await out(json ? `${JSON.stringify({ schema: 'tmac.export/1', format, output, ...summary })}\n` : message)
    return exitCodes.done
  }
  const drawing = drawingOf(values, format)
  if (drawing && (format === 'svg' || format === 'csv'))
    return told((await import('./write-drawing.ts')).writeDrawing(drawing, values, format, output, cwd))
  if (format === 'svg' || (format === 'csv' && values.figure !== undefined)) {
    const { writeFigure } = await import('./write-figure.ts')
    return told({ summary: {}, message: await writeFigure(values, format, output, cwd) })
  }
  if (format === 'csv' || format === 'parquet' || format === 'bibtex') {
    const { writePoints } = await import('./write-points.ts')
    return told(writePoints(values, format, commandLine('export', values), output, cwd))
  }
  if (format === 'flp') return told((await import('./write-floorplan.ts')).writeFloorplanFile(values, output, cwd))
  const design = designFromOptions(values, cwd)
  const { workload, machine, mapping } = design
  const source = {
    program: `tmac ${packageFile.version}`,
    command: commandLine('export', values),
    mapping: contentHash(mapping)
  }
  if (format === 'megatron' || format === 'deepspeed') {
    const { writeFramework } = await import('./write-framework.ts')
    return told(writeFramework(format, design, source, output, cwd))
  }
  const step = preparedStep(workload, machine, mapping, networkFor(machine))
  const { jitter } = jitterFrom(values)
  const microBatches = spanOption(values, 'micro-batches', step.order.microBatches)
  const stages = spanOption(values, 'stages', step.order.stages)
  const detail = choiceOption(values, 'detail', ['operators', 'tasks'])
  const selection: TraceSelection = {
    everyDie: flagOption(values, 'every-die'),
    ...(microBatches && { microBatches }),
    ...(stages && { stages }),
    ...(detail && { detail })
  }
  return told(
    format === 'chakra'
      ? writeChakra(step, flagOption(values, 'one-stream') ? 'one-stream' : 'lanes', source, output, cwd)
      : writeChromeTrace(step, selection, jitter, source, output, cwd)
  )
}
