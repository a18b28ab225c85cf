import { cell, columns, type Table } from '../../src/core/report/document.ts'
import { OURS } from '../../src/core/study/case-result.ts'
import { runCase } from '../../src/core/study/run-case.ts'
import { casesOf } from '../../src/core/study/study-case.ts'
import { modernPolicies } from '../../src/core/policies/modern.ts'
import { studyFrom } from '../../src/main/study/study-input.ts'

/** Cases that are timed: a small and a large model, with few and with many sequences. */
const TIMED = 4

const clock_s = (): number => performance.now() / 1000
const two = (value: number): string => String(Number(value.toPrecision(3)))

/** Where the seconds of a case of the shipped study go: our search, those that search as we do, those with rules, judging event by event. */
export async function studyCases(): Promise<Table> {
  const study = studyFrom('tmac-claims', process.cwd())
  const cases = casesOf(study.spec.reduced!).filter(({ ablations }) => ablations.length === 0)
  const spread = Array.from({ length: TIMED }, (_, index) => cases[Math.floor((index * 16) / TIMED)]!)
  const modern = new Set(modernPolicies.map(({ name }) => name))
  const rows = []
  for (const one of spread) {
    const begun = clock_s()
    const { contenders } = await runCase(study, one, clock_s)
    const whole_s = clock_s() - begun
    const sum = (counts: (name: string) => boolean): number =>
      contenders.reduce((total, { contender, took_s }) => total + (counts(contender) ? took_s : 0), 0)
    const ours_s = sum((name) => name === OURS)
    const modern_s = sum((name) => modern.has(name))
    const rules_s = sum((name) => name !== OURS && !modern.has(name))
    const judged_s = whole_s - ours_s - modern_s - rules_s
    rows.push([
      cell(`${one.model} on ${one.chip}, ${one.training.globalBatch} sequences`),
      ...[whole_s, ours_s, modern_s, rules_s, judged_s, (2 * 3600) / whole_s].map((value) => cell(two(value)))
    ])
  }
  return {
    caption: 'Cases of the shipped study, seconds of one core; the last column is of two cores',
    columns: columns(
      'Case',
      '#Whole',
      '#Our search',
      '#Five that search',
      '#Ten with rules',
      '#Judging by event',
      '#Cases an hour'
    ),
    rows
  }
}
