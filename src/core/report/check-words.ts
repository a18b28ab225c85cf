import { policyTitle } from '../policies/policy-titles.ts'
import {
  bestBaseline,
  hardestWorkload,
  leastOveruse,
  spaceSize,
  type CheckFindings,
  type CheckVerdict
} from '../search/check-findings.ts'
import { MOST_WAFERS } from '../search/robust-ranking.ts'
import type { SampleResult } from '../search/sample.ts'
import type { Fact } from './document.ts'
import { limitWords } from './field-words.ts'
import { formatDuration_s } from '../format/format-duration.ts'
import { formatCount, formatMagnitude, formatNumber } from '../format/format-number.ts'
import { formatBytes_B, formatRatio, formatShare, formatTime_s } from '../format/format-quantity.ts'

const percent = (part: number, whole: number): string => formatShare(whole > 0 ? part / whole : 0)

const verdictWords: Readonly<Record<CheckVerdict, string>> = {
  fits: 'Mappings fit.',
  tight: 'Memory is tight, and designs that fit are rare.',
  'no fit seen': 'Nothing that was tried fits; a search may find nothing.',
  impossible: 'No mapping can fit.'
}

/** By how much memory binds, where it does: '0 of 1,000 drawn mappings fit; memory binds, at least 1.70× over'. */
export function bindingSentence(findings: CheckFindings): string {
  const { proved, sample } = findings
  if (proved) return proved.message
  if (sample.drawn === 0) return 'The space holds no legal mapping; free more of it.'
  const count = `${formatCount(sample.feasible)} of ${formatCount(sample.drawn)} drawn mappings fit`
  if (sample.feasible === sample.drawn) return `${count}.`
  const over = leastOveruse(findings)
  return over > 1
    ? `${count}; memory binds, at least ${formatRatio(over)} over.`
    : `${count}; memory binds for the rest.`
}

/** Of several workloads it speaks of the one that is hardest to fit. */
export function checkHeadline(checked: CheckFindings): string {
  const { verdict, name, findings } = hardestWorkload(checked)
  const whose = name === undefined ? '' : `${name}: `
  return `${verdictWords[verdict]} ${whose}${bindingSentence(findings)}`
}

/** How many of the mappings drawn do not fit, of each workload. */
function fitFacts({ sample, workloads }: CheckFindings): readonly Fact[] {
  const fact = (name: string, of: SampleResult | undefined): Fact =>
    of
      ? {
          name,
          value: percent(of.drawn - of.feasible, of.drawn),
          note: `of ${formatCount(of.drawn)} drawn at random`
        }
      : { name, value: 'not known yet', note: 'the time did not suffice' }
  return workloads ? workloads.map((one) => fact(`Do not fit, ${one.name}`, one.sample)) : [fact('Do not fit', sample)]
}

function scenarioFacts({ scenarios }: CheckFindings): readonly Fact[] {
  if (scenarios === undefined) return []
  return [
    {
      name: 'Scenarios of a wafer',
      value: formatCount(scenarios),
      note: `for each of the best ${MOST_WAFERS} at most: mappings moved, or searched for anew where none fits`
    }
  ]
}

function waferFact({ wafers }: CheckFindings): readonly Fact[] {
  if (!wafers) return []
  const reasons = Object.entries(wafers.broken)
    .sort(([, a], [, b]) => b - a)
    .map(([limit, count]) => `${limitWords(limit)} ${percent(count, wafers.looked)}`)
  const { space, possible, ruledOutBy, toLookAt, looking_s } = wafers
  const ruledOut =
    ruledOutBy.length === 0
      ? ''
      : `values that no wafer can be built with are ruled out by ${ruledOutBy.map(limitWords).join(', ')}`
  const left = possible !== null && possible !== space ? `${formatCount(possible)} are left: ` : ''
  return [
    {
      name: 'Wafers of the space',
      value: space === null ? 'beyond number' : formatMagnitude(space),
      note: [space === null ? 'a gene is any number of a range' : '', `${left}${ruledOut}`].filter(Boolean).join('; ')
    },
    {
      name: 'Wafers looked at',
      value: toLookAt === space ? 'all' : formatCount(toLookAt),
      note: `about ${formatTime_s(looking_s)}, mapping searches of the best left out`
    },
    {
      name: 'Wafers within every limit',
      value: percent(wafers.buildable, wafers.looked),
      note:
        reasons.length > 0
          ? `of ${formatCount(wafers.looked)} drawn; over: ${reasons.join(', ')}`
          : `of ${formatCount(wafers.looked)}`
    }
  ]
}

function durationFact({ longest_s, combinationsPerSecond, mostCombinations }: CheckFindings): Fact {
  if (longest_s === undefined || combinationsPerSecond === undefined)
    return {
      name: 'Runs to its end in',
      value: 'not known yet',
      note: 'the first combination took longer than the check'
    }
  return {
    name: 'Runs to its end in',
    value: `at most about ${longest_s < 1 ? formatTime_s(longest_s) : formatDuration_s(longest_s)}`,
    note: `${formatCount(mostCombinations)} combinations at ${formatNumber(combinationsPerSecond)} per second; bounds usually end it sooner`
  }
}

/** What a check found, for a list of facts. */
export function checkFacts(findings: CheckFindings): readonly Fact[] {
  const best = bestBaseline(findings)
  const { baselines, untried } = findings
  const tried =
    baselines.length === 0
      ? untried.length === 0
        ? 'no policy is compared with'
        : 'no policy was tried in the time'
      : `${baselines.filter(({ failure }) => failure === undefined).length} of ${baselines.length} policies fit`
  return [
    {
      name: 'Size of the space',
      value: `${formatMagnitude(spaceSize(findings))} mappings`,
      note: 'one plan for each kind of layer'
    },
    ...fitFacts(findings),
    best
      ? {
          name: 'Best baseline',
          value: `${formatTime_s(best.iterationTime_s!)} per step`,
          note: `${policyTitle(best.policy)}: ${formatShare(best.mfu!)} MFU, ${formatBytes_B(best.peak_B!)} of ${formatBytes_B(best.capacity_B!)} per die; ${tried}`
        }
      : { name: 'Best baseline', value: baselines.length === 0 ? 'none' : 'none fits', note: tried },
    ...waferFact(findings),
    ...scenarioFacts(findings),
    {
      name: 'Evaluations on this machine',
      value: `${formatCount(Math.round(findings.evaluationsPerSecond))} per second`,
      ...(untried.length > 0 && { note: `no time for ${untried.map(policyTitle).join('; ')}` })
    },
    durationFact(findings)
  ]
}
