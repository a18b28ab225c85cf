import { geometricMean, median } from '../../optimization/statistics.ts'
import { cell, columns, type Table } from '../../report/document.ts'
import { formatEnergy_J, formatPower_W, formatShare, formatTime_s, signedShare } from '../../format/format-quantity.ts'
import { OURS, type ContenderMetrics } from '../case-result.ts'
import { beatenIn, chipGainIn, lossIn, memoryRatioIn, onGivenChip, speedupIn, statisticOf } from '../measure.ts'
import { fastestOf, oursIn, type FinishedCase, type StudyResults } from '../study-results.ts'
import { ledgers, type Ledger } from '../study-spec.ts'
import { measuredWords } from './measured-words.ts'
import { ablationsOf, batchesOf, ofBatch, ofLedger, rivalsOf, slicesOf, sliceWords } from './slices.ts'

const ledgerWords: Readonly<Record<Ledger, string>> = {
  'same-chip': 'same chip for all',
  'co-explored': 'everybody chooses a wafer',
  capped: 'the same, under caps'
}

const ledgersOf = (cases: readonly FinishedCase[]): readonly Ledger[] =>
  ledgers.filter((ledger) => ofLedger(cases, ledger).length > 0)

/** Our margin over whoever is best of the tuned baselines, by ledger, setting and batch. */
export function marginTable({ study, finished }: StudyResults): Table {
  const batches = batchesOf(finished)
  return {
    caption: `Our tokens/s over those of the best of ${study.spec.tuned.join(', ')}, case by case: geometric mean, 95% interval, cases`,
    columns: columns('Ledger', 'Setting', ...batches.map((batch) => `#${batch} sequences`)),
    rows: ledgersOf(finished).flatMap((ledger) =>
      slicesOf(ofLedger(finished, ledger)).map((slice) => [
        cell(ledgerWords[ledger]),
        cell(sliceWords(slice)),
        ...batches.map((batch) => {
          const cases = ofBatch(slice.cases, batch)
          return cases.length === 0
            ? cell('—', 'quiet')
            : cell(measuredWords('speedup', statisticOf(cases, speedupIn(study.spec.tuned), geometricMean)))
        })
      ])
    )
  }
}

/** How often nobody's design fits, by contender and batch. */
export function unfitTable({ finished }: StudyResults): Table {
  const cases = ofLedger(finished, 'same-chip')
  const batches = batchesOf(cases)
  return {
    caption: 'Cases without a design that fits, of those it was run in; same chip for all',
    columns: columns('Contender', ...batches.map((batch) => `#${batch} sequences`)),
    rows: [OURS, ...rivalsOf(cases)].map((name) => [
      cell(name, name === OURS ? 'strong' : undefined),
      ...batches.map((batch) => {
        const run = ofBatch(cases, batch).flatMap(({ contenders }) => contenders.get(name) ?? [])
        return cell(run.length === 0 ? '—' : `${run.filter(({ metrics }) => !metrics).length} of ${run.length}`)
      })
    ])
  }
}

/** Bytes of others over ours: of the fullest die, on average, and of all dies in use. */
export function memoryTable({ finished }: StudyResults): Table {
  const cases = ofLedger(finished, 'same-chip')
  return {
    caption: 'Memory over ours in the same case, designs that fit only: geometric mean, 95% interval, cases',
    columns: columns('Contender', '#Fullest die', '#Mean over dies in use', '#All dies in use'),
    rows: rivalsOf(cases).map((name) => [
      cell(name),
      ...(['peak', 'mean', 'total'] as const).map((per) =>
        cell(measuredWords('memory', statisticOf(cases, memoryRatioIn(name, per, false), geometricMean)))
      )
    ])
  }
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** Where the time of each contender's designs goes, what they burn, and what finding them took. */
export function stepTable({ finished }: StudyResults): Table {
  const cases = ofLedger(finished, 'same-chip')
  const average = (all: readonly ContenderMetrics[], pick: (one: ContenderMetrics) => number): number =>
    mean(all.map(pick))
  return {
    caption:
      'Means over the cases in which a design fits: shares of the step, energy per token at the upper end of published figures, and what finding it took (medians)',
    columns: columns(
      'Contender',
      '#MFU',
      '#Exposed communication',
      '#Bubble',
      '#Recomputation',
      '#Energy per token',
      '#Evaluations',
      '#CPU time'
    ),
    rows: [OURS, ...rivalsOf(cases)].flatMap((name) => {
      const run = cases.flatMap((one) => {
        const result = one.contenders.get(name)
        return result?.metrics ? [{ ...result, metrics: result.metrics }] : []
      })
      if (run.length === 0) return []
      const all = run.map(({ metrics }) => metrics)
      return [
        [
          cell(name, name === OURS ? 'strong' : undefined),
          cell(formatShare(average(all, ({ mfu }) => mfu))),
          cell(formatShare(average(all, ({ exposedCommunication }) => exposedCommunication))),
          cell(formatShare(average(all, ({ bubble }) => bubble))),
          cell(formatShare(average(all, ({ recompute }) => recompute))),
          cell(
            formatEnergy_J(
              average(
                all,
                ({ energyHigh_J, tokensPerSecond, iterationTime_s }) =>
                  energyHigh_J / (tokensPerSecond * iterationTime_s)
              )
            )
          ),
          cell(Math.round(median(run.map(({ evaluations }) => evaluations))).toLocaleString('en-US')),
          cell(formatTime_s(median(run.map(({ took_s }) => took_s))))
        ]
      ]
    })
  }
}

/** What each thing that our search may do is worth: the same search without it. */
export function ablationTable({ finished }: StudyResults): Table {
  const cases = ofLedger(finished, 'same-chip').filter(({ setting }) => setting.ablations.length > 0)
  return {
    caption:
      'Step time of the search with something taken away over that of the same search with everything, neither starting from designs of the policies: geometric mean, 95% interval, cases',
    columns: columns('Without', '#Loss', '#No design fits'),
    rows: ablationsOf(cases).map((name) => {
      const run = cases.flatMap(({ contenders }) => contenders.get(`ablation:${name}`) ?? [])
      return [
        cell(name),
        cell(measuredWords('loss', statisticOf(cases, lossIn(name), geometricMean))),
        cell(`${run.filter(({ metrics }) => !metrics).length} of ${run.length}`)
      ]
    })
  }
}

/** What choosing the wafer is worth to whom: against oneself on the given wafer, and for us against others there. */
export function chipTable(results: StudyResults): Table {
  const { finished } = results
  const chosen = ledgersOf(finished).filter((ledger) => ledger !== 'same-chip')
  const onReference =
    (rival: string) =>
    (one: FinishedCase): number | undefined => {
      const mine = oursIn(one)
      const given = onGivenChip(results, one)
      const theirs = given && fastestOf(given, [rival])?.metrics
      return mine && theirs && mine.tokensPerSecond / theirs.tokensPerSecond
    }
  const power = (cases: readonly FinishedCase[], name: string): string => {
    const all = cases.flatMap(({ contenders }) => contenders.get(name)?.metrics ?? [])
    return all.length === 0 ? '—' : formatPower_W(median(all.map(({ powerHigh_W }) => powerHigh_W)))
  }
  return {
    caption:
      'What choosing the wafer brings: geometric mean, 95% interval, cases; power is the median of the designs in this ledger, at the upper end',
    columns: columns(
      'Ledger',
      'Contender',
      '#Over itself on the given wafer',
      '#We over it, both choosing',
      '#We over it on the given wafer',
      '#Power'
    ),
    rows: chosen.flatMap((ledger) => {
      const cases = ofLedger(finished, ledger)
      return [OURS, ...rivalsOf(cases)].map((name) => [
        cell(ledgerWords[ledger]),
        cell(name, name === OURS ? 'strong' : undefined),
        cell(measuredWords('chip-gain', statisticOf(cases, chipGainIn(results, name), geometricMean))),
        cell(name === OURS ? '—' : measuredWords('speedup', statisticOf(cases, speedupIn([name]), geometricMean))),
        cell(name === OURS ? '—' : measuredWords('speedup', statisticOf(cases, onReference(name), geometricMean))),
        cell(power(cases, name))
      ])
    })
  }
}

/** Our certified gap by chip, and what the best designs leave the bound by. */
export function gapTable({ finished }: StudyResults): Table {
  const cases = ofLedger(finished, 'same-chip').filter(({ certificate }) => certificate)
  const byChip = Map.groupBy(cases, ({ setting }) => setting.chip)
  return {
    caption: 'Certified gap of our best design to the bound on all mappings of the space, by closed forms',
    columns: columns('Chip', '#Cases', '#Median', '#Worst', 'What binds'),
    rows: [...byChip].map(([chip, own]) => {
      const gaps = own.map(({ certificate }) => certificate!.gap)
      const binding = [...Map.groupBy(own, ({ certificate }) => certificate!.binding)]
        .sort(([, a], [, b]) => b.length - a.length)
        .map(([name, some]) => `${name} ${some.length}`)
      return [
        cell(chip),
        cell(String(own.length)),
        cell(formatShare(median(gaps))),
        cell(formatShare(Math.max(...gaps))),
        cell(binding.join(', '))
      ]
    })
  }
}

/** Cases in which somebody's design was faster than what our search had found by its other levels, and it took that in the end. */
export function takenTable({ finished }: StudyResults): Table {
  const taken = finished.flatMap((one) => {
    const ours = one.contenders.get(OURS)
    return ours?.taken ? [{ one, taken: ours.taken }] : []
  })
  const beaten = finished.filter((one) => beatenIn(one) === 1).length
  return {
    caption:
      `Cases in which a baseline's design was faster, event by event, than what our search had found by closed forms and shared links, and was taken at its last level: ` +
      `${taken.length} of ${finished.length}; cases in which a baseline stays ahead: ${beaten}`,
    columns: columns('Case', 'Taken from', '#Faster by', '#Run'),
    rows: taken.map(({ one, taken: { from, ratio } }) => {
      const { model, chip, training, ledger, overlap } = one.setting
      return [
        cell(
          `${model} on ${chip}, ${training.globalBatch} × ${training.sequenceLength}, ${training.attention}, ${ledger}${overlap === undefined ? '' : `, overlap ${overlap}`}`
        ),
        cell(from),
        cell(Number.isFinite(ratio) ? signedShare(ratio - 1) : 'ours did not fit'),
        cell(String(one.run))
      ]
    })
  }
}
