import type { CollectiveAlgorithmName } from '../simulator/collectives/algorithms.ts'
import { cell, columns, type Table } from '../report/document.ts'
import { formatShare, formatTime_s } from '../format/format-quantity.ts'
import type { Identity, MeshRow } from './identities.ts'
import type { Agreement } from './level-agreement.ts'
import { constantName } from '../chip/uncertain-constants.ts'
import { measuredUtilisation, type PairValidation } from './validation.ts'

const digits = (value: number, count = 4): string => String(Number(value.toPrecision(count)))
const pairName = ({ pair }: PairValidation): string => `${pair.model} on ${pair.chip}`

export const identityTable = (identities: readonly Identity[]): Table => ({
  caption: 'Closed forms and what the program gives',
  columns: columns('What', '#Closed form', '#Program', '#Off by', 'Source'),
  rows: identities.map(({ what, expected, obtained, source }) => [
    cell(what),
    cell(digits(expected, 6)),
    cell(digits(obtained, 6)),
    cell(formatShare(Math.abs(obtained / expected - 1))),
    cell(source)
  ])
})

export function collectiveTable(meshes: readonly MeshRow[]): Table {
  const names = [...new Set(meshes.flatMap(({ times }) => [...times.keys()]))]
  const time = (row: MeshRow, name: CollectiveAlgorithmName): string => {
    const value = row.times.get(name)
    return value === undefined ? '—' : value.toFixed(3)
  }
  return {
    caption:
      'All-reduce on an idle mesh in units of V/B, explicit steps on shared links; no algorithm can beat the bound',
    columns: columns('Mesh', '#Bound', ...names.map((name) => `#${name}`)),
    rows: meshes.map((row) => [
      cell(`${row.rows} x ${row.columns}`),
      cell(row.bound.toFixed(3)),
      ...names.map((name) => cell(time(row, name)))
    ])
  }
}

const agreementCells = ({ kendallTau, meanError, worstError, bias, sameWinner, regret }: Agreement) => [
  cell(kendallTau.toFixed(4)),
  cell(formatShare(meanError)),
  cell(formatShare(worstError)),
  cell(`${bias >= 0 ? '+' : '−'}${formatShare(Math.abs(bias))}`),
  cell(sameWinner ? 'yes' : 'no'),
  cell(formatShare(regret))
]

export const agreementTable = (pairs: readonly PairValidation[]): Table => ({
  caption: 'Levels against the event level on random legal designs, whether or not they fit the memory',
  columns: columns(
    'Pair',
    '#Designs',
    'Level',
    '#Kendall tau',
    '#Mean error',
    '#Worst',
    '#Bias',
    'Same winner',
    '#Regret'
  ),
  rows: pairs.flatMap((one) =>
    (['analytic', 'fluid'] as const).map((level) => [
      cell(pairName(one)),
      cell(String(one.agreement.designs.length)),
      cell(level),
      ...agreementCells(one.agreement[level])
    ])
  )
})

const withOptimum = (pairs: readonly PairValidation[]) =>
  pairs.flatMap((one) => (one.optimum ? [{ name: pairName(one), optimum: one.optimum }] : []))

/** Highest utilisation that a published run was measured at. */
const best = Math.max(...measuredUtilisation.map(({ mfu }) => mfu[1]))

export const optimumTable = (pairs: readonly PairValidation[]): Table => ({
  caption: 'The best mapping found by closed forms, at every level, next to measured utilisation',
  columns: columns('Pair', '#Bound', '#Analytic', '#Fluid', '#Event', '#MFU', '#MFU, event', 'Too good to be true?'),
  rows: withOptimum(pairs).map(({ name, optimum }) => [
    cell(name),
    cell(formatTime_s(optimum.lowerBound_s)),
    cell(formatTime_s(optimum.analytic_s)),
    cell(formatTime_s(optimum.fluid_s)),
    cell(formatTime_s(optimum.event_s)),
    cell(formatShare(optimum.mfu)),
    cell(formatShare(optimum.eventMfu)),
    cell(
      optimum.eventMfu > best
        ? `above the ${formatShare(best)} of the best measured run: nothing on this wafer was measured`
        : 'within what was measured'
    )
  ])
})

export const overlapTable = (pairs: readonly PairValidation[]): Table => ({
  caption: 'The same mappings with none, half and all of what can hide hidden',
  columns: columns('Pair', '#Overlap', '#Analytic', '#Event', '#Event/analytic'),
  rows: withOptimum(pairs).flatMap(({ name, optimum }) =>
    optimum.overlap.map(({ overlap, analytic_s, event_s }) => [
      cell(name),
      cell(String(overlap)),
      cell(formatTime_s(analytic_s)),
      cell(formatTime_s(event_s)),
      cell((event_s / analytic_s).toFixed(4))
    ])
  )
})

export const sensitivityTable = (pairs: readonly PairValidation[]): Table => ({
  caption: 'One uncertain constant at a time at its two ends, the best mapping held',
  columns: columns('Pair', 'Constant', '#From', '#To', '#Step', '#MFU', 'Why so far'),
  rows: withOptimum(pairs).flatMap(({ name, optimum }) =>
    optimum.sensitivities.map(({ constant, time_s, mfu }) => [
      cell(name),
      cell(constantName(constant)),
      cell(`${constant.are === 'factors' ? '×' : ''}${constant.low}`),
      cell(`${constant.are === 'factors' ? '×' : ''}${constant.high}`),
      cell(`${formatTime_s(time_s[0])} to ${formatTime_s(time_s[1])}`),
      cell(`${formatShare(mfu[0])} to ${formatShare(mfu[1])}`),
      cell(constant.why)
    ])
  )
})

export const utilisationTable = (): Table => ({
  caption: 'Model FLOPs utilisation of the best published runs',
  columns: columns('Run', '#MFU', 'Source'),
  rows: measuredUtilisation.map(({ run, mfu, source }) => [
    cell(run),
    cell(mfu[0] === mfu[1] ? formatShare(mfu[0]) : `${formatShare(mfu[0])} to ${formatShare(mfu[1])}`),
    cell(source)
  ])
})
