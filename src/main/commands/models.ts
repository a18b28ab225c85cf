import { cell, columns, type Table } from '../../core/report/document.ts'
import { formatCount, formatNumber } from '../../core/format/format-number.ts'
import { formatField } from '../../core/format/format-quantity.ts'
import { leaves } from '../../core/report/leaf-differences.ts'
import { textTable } from '../../core/report/tables.ts'
import { modelPreset, modelPresets, type ModelPreset } from '../../core/workload/model-presets.ts'
import { parameterCount } from '../../core/workload/parameter-count.ts'
import { exitCodes, type Command } from './command.ts'

const markWords: Readonly<Record<string, string>> = {
  R: 'primary source',
  S: 'secondary source',
  M: 'general knowledge',
  I: 'inferred'
}

const described = (preset: ModelPreset) => {
  const { total, active } = parameterCount(preset.spec)
  const { name, title, spec, sources, notes } = preset
  return { name, title, parameters: total, activeParameters: active, spec, sources, notes }
}

const billions = (count: number): string => `${formatNumber(count / 1e9)} B`

const overview = (): Table => ({
  caption: '',
  columns: columns('Name', '#Parameters', '#Layers', '#Hidden', '#Heads', '#FFN', '#Vocabulary', 'Experts', 'Title'),
  rows: modelPresets.map(({ name, title, spec }) => [
    cell(name),
    cell(billions(parameterCount(spec).total)),
    cell(formatCount(spec.layers)),
    cell(formatCount(spec.hidden)),
    cell(spec.kvHeads === spec.heads ? String(spec.heads) : `${spec.heads}/${spec.kvHeads}`),
    cell(formatCount(spec.ffnHidden)),
    cell(formatCount(spec.vocabulary)),
    cell(spec.moe ? `${spec.moe.topK} of ${spec.moe.experts}` : '—'),
    cell(title)
  ])
})

function detail(preset: ModelPreset): string {
  const { total, active } = parameterCount(preset.spec)
  const sourceOf = (path: string) =>
    preset.sources.find(({ fields }) => fields.some((field) => path === field || path.startsWith(`${field}.`)))
  const table: Table = {
    caption: '',
    columns: columns('Field', '#Value', 'Trust', 'Source'),
    rows: [...leaves(preset.spec)]
      .filter(([path]) => path !== 'name')
      .map(([path, value]) => {
        const found = sourceOf(path)
        return [
          cell(path),
          cell(formatField(path, value)),
          cell(found ? `${found.mark}: ${markWords[found.mark]}` : 'follows from the others'),
          cell(found?.source ?? '—')
        ]
      })
  }
  const activeText = active === total ? '' : `, ${formatCount(active)} of them met by one token`
  const notes = preset.notes === '' ? '' : `\n${preset.notes}\n`
  return `${preset.title} (${preset.name})\n${formatCount(total)} parameters${activeText}\n\n${textTable(table)}${notes}`
}

export const command: Command = {
  usage: ['', 'NAME'],
  description:
    'Lists the models that come with the program, or shows one of them with the source of each number and how far to trust it.',
  options: {},
  mostPositionals: 1,
  async run({ positionals: [name], json }, { out }) {
    if (name === undefined) await out(json ? `${JSON.stringify(modelPresets.map(described))}\n` : textTable(overview()))
    else {
      const preset = modelPreset(name)
      await out(json ? `${JSON.stringify(described(preset))}\n` : detail(preset))
    }
    return exitCodes.done
  }
}
