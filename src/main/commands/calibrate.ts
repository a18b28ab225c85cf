import { fileURLToPath } from 'node:url'
import { calibratedSpec } from '../../core/calibration/calibrated-spec.ts'
import { calibrate, type Calibration } from '../../core/calibration/calibrate.ts'
import { parseMeasurements } from '../../core/calibration/measurements.ts'
import { chipPreset } from '../../core/chip/chip-presets.ts'
import type { ClusterChipSpec } from '../../core/chip/chip-spec.ts'
import { Problem } from '../../core/problem.ts'
import { cell, columns, type Table } from '../../core/report/document.ts'
import { textTable } from '../../core/report/tables.ts'
import { readJsonFile } from '../input/read-json-file.ts'
import { exitCodes, type Command } from './command.ts'
import { flagOption, textOption, wholeOption } from './option-values.ts'
import { writeResultFile } from './write-result-file.ts'

const DEFAULT_DEVICE = 'a100-80gb'

const percent = (share: number): string => `${(100 * share).toFixed(2)}%`

const errorTable = ({ errors }: Calibration): Table => ({
  caption: 'Error of predicted against measured times',
  columns: columns('Set', 'Rows are', '#Rows', '#Mean', '#Worst', '#Bias'),
  rows: errors.map(({ set, part, rows, mean, worst, bias }) => [
    cell(set),
    cell(part),
    cell(String(rows)),
    cell(percent(mean)),
    cell(percent(worst)),
    cell(percent(bias))
  ])
})

const constantTable = ({ fitted }: Calibration): Table => ({
  caption: 'Fitted constants (SI units)',
  columns: columns('Field', '#Value'),
  rows: Object.entries(fitted).map(([path, value]) => [
    cell(path),
    cell((typeof value === 'number' ? [value] : value).map((one) => one.toPrecision(3)).join(', '))
  ])
})

/** @throws Problem when the name is unknown or a wafer's, which nothing was measured on */
function clusterPreset(name: string): ClusterChipSpec {
  const chip = chipPreset(name)
  if (chip.kind === 'cluster') return chip
  throw new Problem('bad-input', `'${name}' is a wafer; only clusters are calibrated to measurements`, 'device')
}

/** JSON with one field per line and lists of numbers on one, as the presets are written. */
const presetText = (chip: ClusterChipSpec): string =>
  `${JSON.stringify(chip, null, 2).replace(/\[[\s\d.,e+-]*\]/g, (list) =>
    list.replace(/\s+/g, ' ').replace('[ ', '[').replace(' ]', ']')
  )}\n`

export const command: Command = {
  usage: ['DATA [--device NAME] [--seed N] [--write]'],
  description:
    'Fits the constants of a GPU preset to published measurements and prints how far its predictions are off: the node to all-reduce times, ' +
    'the execution to times of layers and to a random half of the training steps, whose other half scores the fit. DATA is a JSON file ' +
    '{"datasets":[{"id","hardware","source","columns","rows"}]} whose rows give combined_ms (one layer), iteration_ms (a training step) or ' +
    'time_us (an all-reduce). The same data and seed give the same constants. --write puts them into the preset, with their sources and errors.',
  options: {
    device: { type: 'string', value: 'NAME', help: `a cluster of 'tmac chips' (${DEFAULT_DEVICE})` },
    seed: { type: 'string', value: 'N', help: 'which half of the steps is fitted (1)' },
    write: { type: 'boolean', help: 'update the preset that comes with the program' }
  },
  mostPositionals: 1,
  async run({ values, positionals: [path], json }, { cwd, out }) {
    if (path === undefined) throw new Problem('usage', 'calibrate needs a file of measurements: tmac calibrate DATA')
    const chip = clusterPreset(textOption(values, 'device') ?? DEFAULT_DEVICE)
    const measurements = parseMeasurements(readJsonFile(path, cwd, 'data'), `data file '${path}'`)
    const calibration = calibrate(chip, measurements, wholeOption(values, 'seed', 0) ?? 1)
    if (flagOption(values, 'write')) {
      const file = fileURLToPath(new URL(`../../../resources/chips/${chip.name}.json`, import.meta.url))
      writeResultFile(file, cwd, presetText(calibratedSpec(calibration, measurements.citations)))
    }
    const { fitted, errors } = calibration
    await out(
      json
        ? `${JSON.stringify({ device: chip.name, fitted, errors })}\n`
        : `${textTable(errorTable(calibration))}\n${textTable(constantTable(calibration))}`
    )
    return exitCodes.done
  }
}
