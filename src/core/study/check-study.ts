import { chipVerdicts } from '../chip/verdicts.ts'
import { nearest } from '../nearest.ts'
import { policyNamed } from '../policies/policies.ts'
import { Problem } from '../problem.ts'
import { ablationNamed } from '../search/ablations.ts'
import { buildWorkload } from '../workload/workload.ts'
import { ablationContender, OURS } from './case-result.ts'
import { contendersOf } from './measure.ts'
import { wafersOf } from './outer-search.ts'
import { matches } from './study-results.ts'
import { casesOf, type Study, type StudyCase } from './study-case.ts'
import type { StudyGrid, StudySpec, Where } from './study-spec.ts'

/** A problem of a study, under the path of what it is about. */
function under<Value>(path: string, check: () => Value): Value {
  try {
    return check()
  } catch (error) {
    throw error instanceof Problem ? new Problem(error.code, `study: ${path}: ${error.message}`, path) : error
  }
}

const gridsOf = (spec: StudySpec): readonly (readonly [string, StudyGrid])[] => [
  ...spec.grids.map((grid, index) => [`grids[${index}]`, grid] as const),
  ...(spec.reduced ?? []).map((grid, index) => [`reduced[${index}]`, grid] as const)
]

/** Ablations are of the search on the given chip: elsewhere they would never be run, and their cases never be done. */
function checkAblated(spec: StudySpec): void {
  for (const [path, { ablations, ledgers }] of gridsOf(spec)) {
    const other = ledgers.find((ledger) => ledger !== 'same-chip')
    if (other && ablations.length > 0)
      throw new Problem(
        'bad-input',
        `study: ${path}.ablations: ablations are run on the given chip, and this grid also runs the ledger '${other}'; give them a grid of their own with the ledger 'same-chip'`,
        `${path}.ablations`
      )
  }
}

/** Claims have figures, and predictions rows, by their names. */
function checkNames({ claims, predictions }: StudySpec): void {
  for (const [list, named] of Object.entries({ claims, predictions }))
    for (const [index, { name }] of named.entries()) {
      const first = named.findIndex((one) => one.name === name)
      if (first < index)
        throw new Problem(
          'bad-input',
          `study: ${list}[${index}].name: '${name}' is the name of ${list}[${first}], too; give each its own`,
          `${list}[${index}].name`
        )
    }
}

/** Everybody that the study's measures and claims speak of is run somewhere, and known. */
function checkMeasured(spec: StudySpec): void {
  const run = new Set([
    OURS,
    ...gridsOf(spec).flatMap(([, { policies, ablations }]) => [
      ...policies,
      ...ablations.map((name) => `ablation:${name}`)
    ])
  ])
  const asked = [
    ...spec.predictions.flatMap(({ measure }, index) =>
      contendersOf(measure).map((name) => [`predictions[${index}].measure`, name] as const)
    ),
    ...spec.claims.flatMap(({ over }, index) => over.map((name) => [`claims[${index}].over`, name] as const)),
    ...spec.tuned.map((name, index) => [`tuned[${index}]`, name] as const)
  ]
  for (const [path, name] of asked)
    if (!run.has(name)) {
      const guess = nearest(name, [...run])
      throw new Problem(
        'bad-input',
        `study: ${path}: no grid runs '${name}', so nothing could be said of it${guess ? `; did you mean '${guess}'?` : ''}`,
        path
      )
    }
}

/** Which value of what a measure looks at is none of the grids'. */
function strangeIn({ ledger, ...lists }: Where, cases: readonly StudyCase[]): string | undefined {
  const run: Readonly<Record<string, readonly (string | number)[]>> = {
    models: cases.map(({ model }) => model),
    chips: cases.map(({ chip }) => chip),
    globalBatches: cases.map(({ training }) => training.globalBatch),
    sequenceLengths: cases.map(({ training }) => training.sequenceLength),
    attention: cases.map(({ training }) => training.attention),
    overlap: cases.flatMap(({ overlap }) => overlap ?? [])
  }
  for (const [name, values] of Object.entries(lists))
    for (const value of [values ?? []].flat())
      if (!run[name]!.includes(value)) {
        const guess = typeof value === 'string' ? nearest(value, run[name] as readonly string[]) : undefined
        return `no grid has ${name} '${value}'${guess === undefined ? '' : `; did you mean '${guess}'?`}`
      }
  return cases.some((one) => one.ledger === ledger) ? undefined : `no grid runs the ledger '${ledger}'`
}

/** Every prediction speaks of cases that the study has. */
function checkPredicted({ predictions }: StudySpec, cases: readonly StudyCase[]): void {
  for (const [index, { measure }] of predictions.entries()) {
    const path = `predictions[${index}].measure.where`
    const strange = strangeIn(measure.where, cases)
    if (strange !== undefined) throw new Problem('bad-input', `study: ${path}: ${strange}`, path)
    const names = contendersOf(measure)
    const some = cases.filter((one) => matches(measure.where, one))
    const run = new Set([
      OURS,
      ...some.flatMap(({ policies, ablations }) => [...policies, ...ablations.map(ablationContender)])
    ])
    if (some.length === 0 || !names.some((name) => run.has(name)))
      throw new Problem(
        'bad-input',
        `study: ${path}: ${some.length === 0 ? 'no case of the grids is all of this' : `no grid runs ${names.map((name) => `'${name}'`).join(', ')} in these cases`}, so nothing could be said of it`,
        path
      )
  }
}

/** Caps that no wafer, or no less than every wafer, could keep. */
function checkCaps({ spec }: Study): void {
  const capped = gridsOf(spec).find(([, grid]) => grid.ledgers.includes('capped'))
  if (capped && !spec.caps)
    throw new Problem(
      'bad-input',
      `study: ${capped[0]} runs the ledger 'capped', but the study states no caps; give caps.powerCap_W, or leave the ledger out`,
      'caps'
    )
  if (!capped && spec.caps)
    throw new Problem(
      'bad-input',
      "study: caps are stated, but no grid runs the ledger 'capped'; add it to a grid's ledgers, or leave the caps out",
      'caps'
    )
}

/** Every model can be trained on every length that its grid names. @throws Problem of the first that cannot */
function checkTraining({ spec, models }: Study): void {
  for (const [path, grid] of gridsOf(spec))
    for (const { model, training } of casesOf([grid])) under(path, () => buildWorkload(models[model]!, training))
}

/** Every capped case has a wafer to choose. @throws Problem `bad-input` naming the cap that leaves none */
function checkWafers(study: Study, cases: readonly StudyCase[]): void {
  const asked = new Map(
    cases.filter(({ ledger }) => ledger !== 'same-chip').map((one) => [`${one.ledger} ${one.chip}`, one])
  )
  for (const one of asked.values()) {
    const chip = study.chips[one.chip]!
    if (chip.kind !== 'wafer')
      throw new Problem(
        'bad-input',
        `study: the ledger '${one.ledger}' explores wafers, and '${one.chip}' is a cluster; name a wafer, or the ledger 'same-chip'`,
        'chips'
      )
    const wafers = wafersOf(study, one)
    const { caps, outer } = study.spec
    // One wafer wanted is the given one; genes that somebody wrote down are wanted beside it.
    const onlyGiven = wafers.length === 1 && wafers[0]!.name === chip.name
    const isEmptySpace = onlyGiven && outer.space !== 'around' && outer.wafers > 1
    if (wafers.length > 0 && !isEmptySpace) continue
    const stated =
      one.ledger === 'capped' && caps
        ? ` under ${caps.powerCap_W} W${caps.costCap_usd === undefined ? '' : `, ${caps.costCap_usd} USD`} and a yield of at least ${caps.leastYield}`
        : ''
    const broken = chipVerdicts(chip).find(({ ok }) => !ok)
    throw new Problem(
      'bad-input',
      `study: no wafer ${isEmptySpace ? 'of outer.space around' : 'around'} '${one.chip}' can be built${stated}${broken ? ` (the given one: ${broken.message})` : ''}; ` +
        `loosen the caps, widen outer.space, or leave the chip out of the ledger '${one.ledger}'`,
      one.ledger === 'capped' ? 'caps' : 'outer.space'
    )
  }
}

/**
 * Refuses a study that could not be run or that could say nothing, before anything is run.
 * @throws Problem naming the place in the study, the value, and a fix
 */
export function checkStudy(study: Study): void {
  const { spec } = study
  for (const [path, { policies, ablations }] of gridsOf(spec)) {
    policies.forEach((name, index) => under(`${path}.policies[${index}]`, () => policyNamed(name)))
    ablations.forEach((name, index) => under(`${path}.ablations[${index}]`, () => ablationNamed(name)))
  }
  checkAblated(spec)
  checkNames(spec)
  checkTraining(study)
  checkMeasured(spec)
  checkCaps(study)
  const cases = casesOf(gridsOf(spec).map(([, grid]) => grid))
  checkPredicted(spec, cases)
  checkWafers(study, cases)
}
