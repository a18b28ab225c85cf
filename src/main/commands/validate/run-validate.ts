import { calibrate } from '../../../core/calibration/calibrate.ts'
import { parseMeasurements } from '../../../core/calibration/measurements.ts'
import { chipPreset } from '../../../core/chip/chip-presets.ts'
import type { ClusterChipSpec } from '../../../core/chip/chip-spec.ts'
import { cell, columns, type Table } from '../../../core/report/document.ts'
import { formatShare } from '../../../core/format/format-quantity.ts'
import { textTable } from '../../../core/report/tables.ts'
import { allReduceTable, identities } from '../../../core/validation/identities.ts'
import { foldingTable } from '../../../core/validation/folding.ts'
import { predictPublished } from '../../../core/validation/published-errors.ts'
import { publishedSets } from '../../../core/validation/published-steps.ts'
import * as published from '../../../core/validation/published-tables.ts'
import * as tables from '../../../core/validation/validation-tables.ts'
import { validatePair, validationPairs, type PairValidation } from '../../../core/validation/validation.ts'
import { readJsonFile } from '../../input/read-json-file.ts'
import type { Chart } from '../../../core/report/charts/chart.ts'
import { exitCodes, type CommandContext, type ExitCode, type Invocation } from '../command.ts'
import { textOption, wholeOption } from '../option-values.ts'
import { notes } from '../notes.ts'
import { writePage, type PagePart } from '../write-page.ts'
import { checkResultFile, makeFolderOf, missingFolder } from '../write-result-file.ts'
import { agreementChart, tornadoChart } from './validation-charts.ts'

/** The devices whose presets are fitted to measurements of their own. */
const FITTED = ['a100-80gb'] as const

function calibrationTable(path: string, directory: string): Table {
  const measurements = parseMeasurements(readJsonFile(path, directory, 'data'), `data file '${path}'`)
  return {
    caption: 'Error of the fitted GPU presets per set of published measurements',
    columns: columns('Device', 'Set', 'Rows are', '#Rows', '#Mean', '#Worst', '#Bias'),
    rows: FITTED.flatMap((name) =>
      calibrate(chipPreset(name) as ClusterChipSpec, measurements, 1).errors.map((error) => [
        cell(name),
        cell(error.set),
        cell(error.part),
        cell(String(error.rows)),
        cell(formatShare(error.mean)),
        cell(formatShare(error.worst)),
        cell(formatShare(error.bias))
      ])
    )
  }
}

function partsOf(
  pairs: readonly PairValidation[],
  calibration: Table | undefined,
  folding: Table | undefined,
  steps: readonly published.PredictedSet[]
): readonly PagePart[] {
  const charts = (prefix: string, make: (pair: PairValidation) => Chart | undefined) =>
    pairs.flatMap((pair, index) => {
      const chart = make(pair)
      return chart ? [{ name: `${prefix}-${index + 1}`, chart }] : []
    })
  return [
    {
      title: 'Closed forms',
      text: 'What theory gives for parameters, FLOPs and bubbles, and what the program gives by its own way. Tests hold many more, to the byte.',
      tables: [tables.identityTable(identities())],
      charts: []
    },
    {
      title: 'Collectives against bounds',
      text: 'The bound is the larger of all cuts and the partitions that the packing of trees found tight (Nash-Williams).',
      tables: [tables.collectiveTable(allReduceTable())],
      charts: []
    },
    {
      title: 'Levels against each other',
      text: 'Every design is drawn over the whole space: shapes, pipelines, replicas, schedules, ZeRO levels, layouts of every operator, recomputation. The event level runs with the dies of a stage as one. Regret is what following the winner of a level costs at the event level.',
      tables: [tables.agreementTable(pairs)],
      charts: charts('agreement', agreementChart)
    },
    ...(folding
      ? [
          {
            title: 'Folding',
            text: 'The event level folds repeated micro-batches where it changes nothing, which the error shows. Dies of a region, or of a stage in all replicas, as one actor are exact where their groups meet the same others on the links, else near. The speed-up is over the simulation that folds least; seconds are of the machine that made this page.',
            tables: [folding],
            charts: []
          }
        ]
      : []),
    {
      title: 'Optima, and what was ever measured',
      text: 'A search exploits what its model is kindest about. No wafer of these presets has published training measurements, so an optimum above the best measured GPU runs is not wrong by that, but nothing vouches for it.',
      tables: [tables.optimumTable(pairs), tables.utilisationTable()],
      charts: []
    },
    {
      title: 'Overlap',
      text: 'One setting hides communication, for every policy alike.',
      tables: [tables.overlapTable(pairs)],
      charts: []
    },
    {
      title: 'Uncertain constants',
      text: 'A claim about a design carries this interval. The ends are our judgement, with the reason beside them.',
      tables: [tables.sensitivityTable(pairs)],
      charts: charts('tornado', tornadoChart)
    },
    ...(calibration ? [{ title: 'Fitted presets', text: '', tables: [calibration], charts: [] }] : []),
    {
      title: 'Published steps',
      text: 'Training steps of real clusters with their settings as published; overlap, attention kernel and adapters are those of each run where its source tells them (last column), else the preset’s. No constant was fitted to any of them; marks as in the presets (R: read in the source, M: known from it). Above zero a prediction is too long.',
      tables: [
        published.publishedSetTable(steps),
        published.publishedChoiceTable(steps),
        published.publishedStepTable(steps)
      ],
      charts: []
    }
  ]
}

/** Validates, tells how far it has come, and prints or writes what it found. */
export async function runValidate({ values, json }: Invocation, { cwd, out, err }: CommandContext): Promise<ExitCode> {
  const output = textOption(values, 'output')
  // A page that cannot be written is told before minutes are spent on it.
  const note = notes(err, json)
  if (output !== undefined) {
    const folder = missingFolder(output, cwd)
    makeFolderOf(output, cwd)
    if (folder !== undefined) note(`Folder   ${folder} (made for ${output})`)
    checkResultFile(output, cwd)
  }
  const count = wholeOption(values, 'designs', 2, 100_000) ?? 1000
  const most = wholeOption(values, 'pairs', 1, validationPairs.length) ?? validationPairs.length
  const seed = wholeOption(values, 'seed', 0) ?? 1
  const data = textOption(values, 'data')
  const calibration = data === undefined ? undefined : calibrationTable(data, cwd)
  const pairs = validationPairs.slice(0, most).map((pair): PairValidation => {
    const every = Math.max(1, Math.floor(count / 4))
    const tell = (done: number): void => {
      if (done % every === 0) note(`${pair.model} on ${pair.chip}: ${done} of ${count} designs`)
    }
    return validatePair(pair, { count, seed, onDesign: tell })
  })
  const steps = publishedSets.map((set) => ({ set, results: predictPublished(set) }))
  // Minutes of simulation, which who asked for some pairs only does not wait for.
  const folding = most === validationPairs.length ? foldingTable(() => performance.now() / 1e3) : undefined
  const parts = partsOf(pairs, calibration, folding, steps)
  const command = `tmac validate --designs ${count} --seed ${seed}${data === undefined ? '' : ' --data FILE'}`
  if (output !== undefined) writePage(output, cwd, { title: 'Validation', command, parts })
  await out(
    json
      ? `${JSON.stringify({ schema: 'tmac.validation/1', identities: identities(), pairs, published: steps })}\n`
      : parts.flatMap((part) => part.tables.map(textTable)).join('\n')
  )
  return exitCodes.done
}
