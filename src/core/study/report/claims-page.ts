import type { Chart } from '../../report/charts/chart.ts'
import type { Table } from '../../report/document.ts'
import type { StudyResults } from '../study-results.ts'
import { briefAnswers } from './brief-answers.ts'
import { claimTable } from './claims.ts'
import { claimChart, marginChart } from './claims-charts.ts'
import {
  ablationTable,
  chipTable,
  gapTable,
  marginTable,
  memoryTable,
  stepTable,
  takenTable,
  unfitTable
} from './margins.ts'
import { overlapTable, searchedOverlapTable } from './overlap-tables.ts'
import { judgedPredictions, predictionTable } from './predictions.ts'

/** A chapter: words in Markdown, then tables, then figures. */
export interface ClaimsChapter {
  readonly title: string
  readonly text: string
  readonly tables: readonly Table[]
  readonly charts: readonly { readonly name: string; readonly chart: Chart }[]
}

/** What a study says, in chapters; those about what was not run are left out. */
export function claimsPage(results: StudyResults): readonly ClaimsChapter[] {
  const { study, cases, finished } = results
  const judged = judgedPredictions(results)
  const part = (
    title: string,
    text: string,
    tables: readonly Table[],
    charts: ClaimsChapter['charts'] = []
  ): ClaimsChapter => ({
    title,
    text,
    tables: tables.filter(({ rows }) => rows.length > 0),
    charts
  })
  const missing = cases.length - finished.length
  const brief = part(
    'In brief',
    [
      ...(missing > 0 ? [`**${missing} of ${cases.length} cases are not done**; what follows is of the others.`] : []),
      ...briefAnswers(results).map((answer) => `- ${answer}`)
    ].join('\n'),
    []
  )
  const hasTuned = study.spec.tuned.length > 0
  const chapters = [
    part('Predictions', '', judged.length > 0 ? [predictionTable(judged)] : []),
    part(
      'The published numbers',
      'Their settings are not published, so each is looked for in all of them. An interval is of pairs of model and chip drawn anew; without two pairs there is none, and a number counts as found within a tenth.',
      study.spec.claims.map((claim) => claimTable(results, claim)),
      study.spec.claims.map((claim) => ({ name: `claim-${claim.name}`, chart: claimChart(results, claim) }))
    ),
    part(
      'Our margin over the best tuned baseline',
      '',
      hasTuned ? [marginTable(results)] : [],
      hasTuned ? [{ name: 'margin', chart: marginChart(results) }] : []
    ),
    part(
      'What fits, and in how much memory',
      'A ratio counts only where both fit; so the table before it says how often somebody does not.',
      [unfitTable(results), memoryTable(results)]
    ),
    part('Where the time goes', '', [stepTable(results)]),
    part(
      'What each part of the search is worth',
      'Fixed architecture is the next chapter: it is the same search on the given wafer.',
      [ablationTable(results)]
    ),
    part(
      'Choosing the wafer as well',
      'Everybody is tried on the same wafers, drawn among those that can be built under the limits, then on three times as many that are bred from its own best, and at last on the wafer that we choose; ours is then searched for thoroughly on the one that looks best, and on that of the fastest baseline. Ledgers are never mixed.',
      [chipTable(results)]
    ),
    part('Certified gap', '', [gapTable(results)]),
    part(
      'How much communication hides',
      'A mapping that was found where all of it hides spends communication freely; where less hides, both it and the others are another matter when the search knows.',
      hasTuned ? [overlapTable(results), searchedOverlapTable(results)] : []
    ),
    part(
      'Where a baseline is ahead',
      'Whatever a baseline may do is in our space, so each of these is something our search has to learn.',
      [takenTable(results)]
    )
  ]
  return [brief, ...chapters.filter(({ tables }) => tables.length > 0)]
}
