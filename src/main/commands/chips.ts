import { chipPreset, chipPresets } from '../../core/chip/chip-presets.ts'
import type { ChipSpec } from '../../core/chip/chip-spec.ts'
import { activeDies, dieMemory_B, dieMemoryBandwidth_Bps, diePeak_flops } from '../../core/chip/die-resources.ts'
import type { Verdict } from '../../core/chip/verdict.ts'
import { chipVerdicts } from '../../core/chip/verdicts.ts'
import { provenanceTable } from '../../core/report/provenance-table.ts'
import { cell, columns, type Table } from '../../core/report/document.ts'
import { limitWords } from '../../core/report/field-words.ts'
import { formatCount, formatPrefixed } from '../../core/format/format-number.ts'
import { formatBytes_B, formatFlopRate } from '../../core/format/format-quantity.ts'
import { verdictTable } from '../../core/report/sections.ts'
import { textTable } from '../../core/report/tables.ts'
import { exitCodes, type Command } from './command.ts'

const verdictsOf = (chip: ChipSpec): readonly Verdict[] => (chip.kind === 'wafer' ? chipVerdicts(chip) : [])

const described = (chip: ChipSpec) => ({
  name: chip.name,
  title: chip.title,
  kind: chip.kind,
  dies: activeDies(chip),
  peakPerDie_flops: diePeak_flops(chip),
  memoryPerDie_B: dieMemory_B(chip),
  memoryBandwidthPerDie_Bps: dieMemoryBandwidth_Bps(chip),
  verdicts: verdictsOf(chip),
  spec: chip
})

/** Bandwidth from a die to one neighbour, or from a device to its node, one direction. */
const linkBandwidth_Bps = (chip: ChipSpec): number =>
  chip.kind === 'wafer' ? chip.links.bandwidthPerEdge_Bps : chip.node.bandwidth_Bps

function verdictWords(chip: ChipSpec): string {
  if (chip.kind === 'cluster') return '—'
  const verdicts = verdictsOf(chip)
  const broken = verdicts.filter(({ ok, waived }) => !ok && !waived).map(({ name }) => limitWords(name))
  const waived = verdicts.filter((verdict) => verdict.waived).map(({ name }) => limitWords(name))
  const words = [
    ...(broken.length > 0 ? [`broken: ${broken.join(', ')}`] : []),
    ...(waived.length > 0 ? [`waived: ${waived.join(', ')}`] : [])
  ]
  return words.length > 0 ? words.join('; ') : 'all limits kept'
}

const overview = (): Table => ({
  caption: '',
  columns: columns('Name', '#Dies', '#Peak per die', '#Memory per die', '#Bandwidth', '#Link', 'Verdict', 'Title'),
  rows: chipPresets.map((chip) => [
    cell(chip.name),
    cell(chip.kind === 'cluster' ? 'any' : formatCount(activeDies(chip))),
    cell(formatFlopRate(diePeak_flops(chip))),
    cell(formatBytes_B(dieMemory_B(chip))),
    cell(formatPrefixed(dieMemoryBandwidth_Bps(chip), 'B/s', 3, 1)),
    cell(formatPrefixed(linkBandwidth_Bps(chip), 'B/s', 3, 1)),
    cell(verdictWords(chip)),
    cell(chip.title)
  ])
})

function detail(chip: ChipSpec): string {
  const verdicts = verdictsOf(chip)
  return [
    `${chip.title} (${chip.name})\n`,
    ...(verdicts.length > 0 ? [textTable(verdictTable(verdicts))] : []),
    textTable(provenanceTable(chip))
  ].join('\n')
}

export const command: Command = {
  usage: ['', 'NAME'],
  description:
    'Lists the chips that come with the program, or shows one of them: each limit of a wafer with its verdict and by how much, and ' +
    'every number with its source and how far to trust it. Clusters have any number of devices.',
  options: {},
  mostPositionals: 1,
  async run({ positionals: [name], json }, { out }) {
    if (name === undefined) await out(json ? `${JSON.stringify(chipPresets.map(described))}\n` : textTable(overview()))
    else {
      const chip = chipPreset(name)
      await out(json ? `${JSON.stringify(described(chip))}\n` : detail(chip))
    }
    return exitCodes.done
  }
}
