import type { ExplorationSpace } from '../search/exploration-space.ts'
import type { Table } from './document.ts'
import { familyWafersTable } from './family-table.ts'
import { formatShare } from '../format/format-quantity.ts'
import { robustSentence, robustTable } from './robust-table.ts'
import type { DesignPoint, RunRecord } from './run-record.ts'

/** A ranking of wafers: what it is by, the wafers, and which point a cell stands for, by row and column. */
export interface WaferRanking {
  readonly title: string
  readonly sentence: string
  /** Undefined where the run has not come to it. */
  readonly ranked: { readonly table: Table; readonly points: readonly (readonly (number | undefined)[])[] } | undefined
}

type Ranked = Pick<RunRecord, 'inputs' | 'findings' | 'status'>

const notYet = (status: RunRecord['status'], when: string): string =>
  status === 'running'
    ? `The run is under way; wafers are ranked so ${when}.`
    : `The run ended before its wafers were ranked so, which comes ${when}; resume it to have them ranked.`

/** For several workloads: the joint score of each wafer, and what it reaches of each. */
function familyRanking({ inputs, findings, status }: Ranked, points: readonly DesignPoint[]): WaferRanking | undefined {
  const { family: asked } = (inputs.space ?? {}) as Partial<ExplorationSpace>
  if (!asked) return undefined
  const title = `Ranked for ${asked.length} workloads`
  const total = asked.reduce((sum, { weight }) => sum + weight, 0)
  const weights = asked.map(({ name, weight }) => `${name} ${formatShare(weight / total)}`).join(', ')
  const joint = `All is what a wafer reaches of the best known of each workload, as a geometric mean weighted ${weights}.`
  const family = findings?.family
  if (!family || family.wafers.length === 0)
    return { title, sentence: `${joint} ${notYet(status, 'when all workloads are mapped')}`, ranked: undefined }
  const table = familyWafersTable(family)
  return {
    title,
    sentence: joint,
    ranked: {
      table,
      points: family.wafers.slice(0, table.rows.length).map(({ chip, members }) => {
        const ofMembers = members.map(
          ({ mapping }, at) =>
            points.find(
              (one) =>
                one.chip === chip &&
                one.mapping === mapping &&
                one.workload === (at === 0 ? undefined : family.workloads[at]!.name)
            )?.point
        )
        return [ofMembers[0], ...ofMembers]
      })
    }
  }
}

/** By what wafers reach however they turn out. */
function robustRanking({ inputs, findings, status }: Ranked, points: readonly DesignPoint[]): WaferRanking | undefined {
  const { robust: asked, family } = (inputs.space ?? {}) as Partial<ExplorationSpace>
  if (!asked) return undefined
  const title = asked.for === 'worst' ? 'Ranked by the worst scenario' : 'Ranked by the mean of the scenarios'
  const robust = findings?.robust
  const ofAll = family ? ' A scenario counts with the weighted geometric mean of what the workloads reach in it.' : ''
  if (!robust) return { title, sentence: notYet(status, 'last of all'), ranked: undefined }
  return {
    title,
    sentence: `${robustSentence(robust)}${ofAll}`,
    ranked: {
      table: robustTable(robust),
      points: robust.wafers.map(({ chip, mapping }) => [
        points.find((one) => one.chip === chip && one.mapping === mapping && one.workload === undefined)?.point
      ])
    }
  }
}

/** How a run ranks its wafers where throughput on one wafer alone does not say it: for all workloads, by what they withstand. */
export const waferRankings = (run: Ranked, points: readonly DesignPoint[]): readonly WaferRanking[] =>
  [familyRanking(run, points), robustRanking(run, points)].filter((one) => one !== undefined)
