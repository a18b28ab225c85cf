import { certificateSentence } from '../../../core/report/certificate-sentence.ts'
import { wafersRemark, type ExplorationRecord } from '../../../core/report/exploration-record.ts'
import {
  formatBytes_B,
  formatIn,
  formatPower_W,
  formatShare,
  formatThroughput_tokensPerSecond,
  formatTime_s
} from '../../../core/format/format-quantity.ts'
import { mappingSentence } from '../../../core/report/describe-mapping.ts'
import type { Table } from '../../../core/report/document.ts'
import { frontTable, policyTable, sharedLinksSentence } from '../../../core/report/sections.ts'
import { defectsOfRun, waferSentence } from '../../../core/report/wafer-blocks.ts'
import { finalistsSentence, rungsSentence, waferBoundSentence } from '../../../core/report/finalists-table.ts'
import { robustSentence, robustTable } from '../../../core/report/robust-table.ts'
import { shadowPricesSentence, shadowPricesTable } from '../../../core/report/shadow-prices-table.ts'
import { brokenBudget } from '../../../core/search/limits.ts'
import { workloadsOf } from '../../../core/search/point-source.ts'
import { familyMembersTable, familyWafersTable } from '../../../core/report/family-table.ts'
import type { ShadowPrices } from '../../../core/search/shadow-prices.ts'
import { textTable } from '../../../core/report/tables.ts'

const FRONT_ROWS = 12
const CELL_WIDTH = 44

/** The table with long cells cut, which a page wraps and a terminal cannot. */
const brief = (table: Table): Table => ({
  ...table,
  rows: table.rows.map((row) =>
    row.map((one) => (one.text.length > CELL_WIDTH ? { ...one, text: `${one.text.slice(0, CELL_WIDTH - 1)}…` } : one))
  )
})

/** What an exploration found, for a terminal: the best design, the policies, the front of wafers, what more is worth. */
export function summaryText(record: ExplorationRecord, prices?: ShadowPrices): string {
  const { run, best } = record
  const { chip } = run.inputs
  const lines = workloadsOf(run.inputs).map(
    ({ model, training }) =>
      `${model.name} on ${chip.title || chip.name}, global batch ${training.globalBatch}, sequence ${training.sequenceLength}`
  )
  const family = run.findings?.family
  const defects = defectsOfRun(record)
  if (defects) lines.push(`Wafer        ${waferSentence(defects, chip)}`)
  const whyNothing = !best && run.status === 'finished' ? run.failure : undefined
  if (best || whyNothing) lines.push('')
  if (whyNothing) lines.push(`Nothing fits  ${whyNothing}`)
  if (best) {
    const { evaluation } = best
    if (best.source === 'architecture')
      lines.push(
        `Wafer        ${best.label}; ${chip.name} itself ${family && !brokenBudget(chip) ? 'does not take all workloads' : 'is over its budget'}`
      )
    if (family) lines.push(`Workload     ${family.workloads[0]!.name}, the first of ${family.workloads.length}`)
    lines.push(
      `Best design  ${formatThroughput_tokensPerSecond(evaluation.tokensPerSecond)} · ${formatTime_s(evaluation.iterationTime_s)} per step · MFU ${formatShare(evaluation.mfu)} · peak ${formatBytes_B(evaluation.memory_B.peak)} of ${formatBytes_B(evaluation.memory_B.capacity)} per die · ${formatPower_W(evaluation.power_W.low)}–${formatPower_W(evaluation.power_W.high)}`,
      `Mapping      ${mappingSentence(best.mapping, best.chip.kind)}`
    )
  }
  if (best?.chip.kind === 'wafer' && best.chip.power.cap_W !== null) {
    const { cap_W } = best.chip.power
    if (best.evaluation.power_W.high > cap_W)
      lines.push(
        `Power        up to ${formatPower_W(best.evaluation.power_W.high)} at the high end of published energies; the limit of ${formatPower_W(cap_W)} is held at their low end`
      )
  }
  if (run.certificate) {
    const of = family ? 'as a weighted geometric mean over all workloads, ' : ''
    lines.push(`Certificate  ${of}${certificateSentence(run.certificate)}; largest loss: ${run.certificate.binding}`)
  }
  const shared = run.certificate?.sharedLinks
  if (shared) lines.push(`Links        ${sharedLinksSentence(shared)}`)
  const bound = run.certificate?.objective
  if (bound)
    lines.push(
      `${bound.objective}: ${formatIn(bound.best, bound.unit)}; no mapping in the space reaches better than ${formatIn(bound.bound, bound.unit)}: within ${formatShare(bound.gap)}`
    )
  for (const { message, fix } of record.verdicts.filter(({ ok, waived }) => !ok && !waived))
    lines.push(`Limit broken by the given chip  ${message}; ${fix}`)
  const wafers = wafersRemark(record)
  if (wafers !== undefined) lines.push(wafers)
  const mappings = brief(policyTable(record))
  if (mappings.rows.length > 0 && !family) lines.push('', textTable(mappings).trimEnd())
  if (family)
    lines.push(
      '',
      textTable(familyMembersTable(family)).trimEnd(),
      ...(family.wafers.length > 0 ? ['', textTable(brief(familyWafersTable(family, FRONT_ROWS))).trimEnd()] : [])
    )
  const front = family ? { ...frontTable(record), rows: [] } : frontTable(record)
  if (front.rows.length > 0) {
    const shown = { ...front, rows: front.rows.slice(0, FRONT_ROWS) }
    lines.push('', textTable(shown).trimEnd())
    if (front.rows.length > FRONT_ROWS)
      lines.push(`… and ${front.rows.length - FRONT_ROWS} more on the front; a report as a page (HTML) has them all`)
  }
  const rungs = run.findings && rungsSentence(run.findings)
  if (rungs !== undefined) lines.push('', `Rungs        ${rungs}`)
  const waferBound = run.findings?.waferBound
  if (waferBound) lines.push(`Bounds       ${waferBoundSentence(waferBound)}`)
  const finalists = run.findings?.finalists
  if (finalists) lines.push(`Levels       ${finalistsSentence(finalists)}`)
  const robust = run.findings?.robust
  if (robust) lines.push('', textTable(brief(robustTable(robust))).trimEnd(), robustSentence(robust))
  if (prices) {
    const worth = shadowPricesSentence(prices)
    lines.push('', textTable(shadowPricesTable(prices)).trimEnd(), ...(worth === undefined ? [] : [worth]))
  }
  return `${lines.join('\n')}\n`
}
