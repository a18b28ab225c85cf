import {
  comparePartitions,
  type NetworkPartition,
  type PartitionComparison
} from '../../core/policies/accpar-networks/partition-network.ts'
import { layerNetwork, misfits } from '../../core/policies/accpar-networks/layer-network.ts'
import { Problem } from '../../core/problem.ts'
import { cell, columns, type Table } from '../../core/report/document.ts'
import { formatCount, formatNumber } from '../../core/format/format-number.ts'
import { textTable } from '../../core/report/tables.ts'
import { layersFrom } from '../input/layers-input.ts'
import { exitCodes, type Command } from './command.ts'
import { notes } from './notes.ts'
import { flagOption, requiredText, wholeOption } from './option-values.ts'

/** More halvings than this are more accelerators than any array has; a slip of the pen. */
const MOST_LEVELS = 30
/** Layers of unfitting shapes that are told one by one. */
const MOST_TOLD = 3

const titles = [
  ['accpar', 'AccPar'],
  ['hypar', 'HyPar'],
  ['dataParallel', 'data parallel'],
  ['oneWeirdTrick', 'one weird trick']
] as const satisfies readonly (readonly [keyof PartitionComparison, string])[]

const typesTable = (title: string, { levels }: NetworkPartition, names: readonly string[]): Table => ({
  caption: `${title}: type of each layer per level (I batch, II input channels, III output channels)`,
  columns: columns('Layer', ...levels.map(({ level }) => String(level))),
  rows: names.map((name) => [cell(name), ...levels.map(({ types }) => cell(types[name]!))])
})

const volumeTable = (title: string, { levels }: NetworkPartition): Table => ({
  caption: `${title}: elements exchanged where one group is cut in two`,
  columns: columns('#Level', '#Groups', '#Elements', '#Inside layers', '#Between layers'),
  rows: levels.map(({ level, groups, elements, intraElements, interElements }) =>
    [level, groups, elements, intraElements, interElements].map((value) => cell(formatCount(value)))
  )
})

const totals = (comparison: PartitionComparison): Table => ({
  caption:
    'Elements exchanged by all groups of all levels; each level is chosen for itself, outermost first, so that the sum of AccPar may exceed that of HyPar',
  columns: columns('Partition', '#Elements', '#Over AccPar'),
  rows: titles.map(([key, title]) => [
    cell(title),
    cell(formatCount(comparison[key].totalElements)),
    cell(`${formatNumber(comparison[key].totalElements / comparison.accpar.totalElements)}×`)
  ])
})

function fractionalNote({ accpar }: PartitionComparison): string {
  const first = accpar.levels.find(({ fractional }) => fractional.length > 0)
  return first
    ? `\nFrom level ${first.level} on some layers (${first.fractional.slice(0, 3).join(', ')}${first.fractional.length > 3 ? ', ...' : ''}) are cut into less than whole samples or channels, as the authors do; no array can.\n`
    : ''
}

export const command: Command = {
  usage: ['--layers FILE --levels N [--batch N] [--as-released]'],
  description:
    'Partitions a network of fully-connected and convolution layers over 2^N equal accelerators as AccPar (HPCA 2020) and HyPar (HPCA 2019) do, by communication ' +
    'volume with equal halves: the type of every layer at every level, and the elements exchanged. Data parallelism and "one weird trick" stand beside them.\n\n' +
    "FILE is JSON (tmac.layers/1; see resources/samples/layers), or a file of the authors' own text format. Levels are chosen one after the other, outermost first, so AccPar " +
    'never exchanges more than HyPar where both cut the same parts; the sum over levels is not bound by that.',
  options: {
    layers: { type: 'string', value: 'FILE', help: 'layers, batch, and shortcuts or edges' },
    levels: { type: 'string', value: 'N', help: 'halvings; accelerators are 2^N' },
    batch: { type: 'string', value: 'N', help: "samples of a step, in place of the file's" },
    'as-released': {
      type: 'boolean',
      help: "choose types as the authors' released code does, which differs from the paper at shortcuts"
    }
  },
  async run({ values, json }, { cwd, out, err }) {
    const path = requiredText(values, 'layers', 'FILE')
    const levels = wholeOption(values, 'levels', 1, MOST_LEVELS)
    if (levels === undefined) throw new Problem('usage', "option '--levels N' is missing", 'levels')
    const file = layersFrom(path, cwd, wholeOption(values, 'batch'))
    const asReleased = flagOption(values, 'as-released')
    const unfit = misfits(file, layerNetwork(file))
    if (unfit.length > 0)
      notes(
        err,
        json
      )(
        `${unfit.slice(0, MOST_TOLD).join('; ')}${unfit.length > MOST_TOLD ? ` and ${unfit.length - MOST_TOLD} more` : ''}: what is read counts; check the shapes`
      )
    const comparison = comparePartitions(file, levels, asReleased)
    const names = file.layers.map(({ name }) => name)
    const head = { name: file.name, batch: file.batch, algorithm: asReleased ? 'released-code' : 'paper' }
    await out(
      json
        ? `${JSON.stringify({ schema: 'tmac.accpar/1', ...head, accelerators: 2 ** levels, ...comparison })}\n`
        : `${file.name || path}: ${formatCount(names.length)} layers, batch ${formatCount(file.batch)}, ${formatCount(2 ** levels)} accelerators\n\n${[
            typesTable('AccPar', comparison.accpar, names),
            volumeTable('AccPar', comparison.accpar),
            typesTable('HyPar', comparison.hypar, names),
            volumeTable('HyPar', comparison.hypar),
            totals(comparison)
          ]
            .map(textTable)
            .join('\n')}${fractionalNote(comparison)}`
    )
    return exitCodes.done
  }
}
