import type { ChipSpec } from '../chip/chip-spec.ts'
import { contentHash } from '../content-hash.ts'
import type { ModelSpec } from '../workload/model-spec.ts'
import type { TrainingSpec } from '../workload/training-spec.ts'
import type { Ledger, StudyGrid, StudySpec } from './study-spec.ts'
import { isInShard, type Shard } from '../shard.ts'

/** A study with the specs that it names: all that its results depend on. Plain JSON data. */
export interface Study {
  /** Of the program, another version of which may give other numbers. */
  readonly version: string
  readonly spec: StudySpec
  readonly models: Readonly<Record<string, ModelSpec>>
  readonly chips: Readonly<Record<string, ChipSpec>>
}

/** One setting in which every contender is run: the piece of a study that is done, kept and divided as a whole. */
export interface StudyCase {
  readonly ledger: Ledger
  readonly model: string
  readonly chip: string
  readonly training: TrainingSpec
  readonly seed: number
  /** The share of communication that hides, in place of the chip's own; absent for the chip's own. */
  readonly overlap?: number
  readonly policies: readonly string[]
  readonly ablations: readonly string[]
}

const keyOf = ({ ledger, model, chip, training, seed, overlap }: StudyCase): string =>
  [
    ledger,
    model,
    chip,
    `b${training.globalBatch}`,
    `s${training.sequenceLength}`,
    training.attention,
    `o${training.optimizerBytesPerParameter}`,
    `seed${seed}`,
    ...(overlap === undefined ? [] : [`overlap${overlap}`])
  ].join('/')

/** The name of a case within its study: its setting, without who is run. */
export const caseKey = keyOf

function* casesOfGrid(grid: StudyGrid): Generator<StudyCase> {
  const { policies, ablations } = grid
  for (const ledger of grid.ledgers)
    for (const chip of grid.chips)
      for (const model of grid.models)
        for (const sequenceLength of grid.sequenceLengths)
          for (const globalBatch of grid.globalBatches)
            for (const attention of grid.attention)
              for (const optimizerBytesPerParameter of grid.optimizerBytesPerParameter)
                for (const seed of grid.seeds)
                  for (const overlap of grid.overlaps ?? [undefined])
                    yield {
                      ledger,
                      model,
                      chip,
                      training: {
                        globalBatch,
                        sequenceLength,
                        attention,
                        precision: 'bf16',
                        optimizerBytesPerParameter
                      },
                      seed,
                      ...(overlap !== undefined && { overlap }),
                      policies,
                      ablations
                    }
}

const union = (some: readonly string[], more: readonly string[]): readonly string[] => [...new Set([...some, ...more])]

/** Every case of these grids once, in their order; where grids meet, all that they name is run. */
export function casesOf(grids: readonly StudyGrid[]): readonly StudyCase[] {
  const cases = new Map<string, StudyCase>()
  for (const grid of grids)
    for (const one of casesOfGrid(grid)) {
      const key = keyOf(one)
      const known = cases.get(key)
      cases.set(
        key,
        known
          ? {
              ...known,
              policies: union(known.policies, one.policies),
              ablations: union(known.ablations, one.ablations)
            }
          : one
      )
    }
  return [...cases.values()]
}

/** The chip of a case, with the share of hidden communication that the case asks for. */
export function chipOf({ chips }: Study, { chip: name, overlap }: StudyCase): ChipSpec {
  const chip = chips[name]!
  if (overlap === undefined) return chip
  const { gradientOverlap: _own, ...execution } = chip.execution
  return { ...chip, execution: { ...execution, overlap } }
}

/** The forms that a study has: the whole one and, where it is stated, the smaller one. */
export const formsOf = ({ grids, reduced }: StudySpec): readonly (readonly StudyCase[])[] => [
  casesOf(grids),
  ...(reduced ? [casesOf(reduced)] : [])
]

/** What a shard does of a list of cases; which it is in changes nothing in a case's result. */
export const casesOfShard = <Item>(cases: readonly Item[], shard: Shard): readonly Item[] =>
  cases.filter((_one, index) => isInShard(index, shard))

/** Equal for a case of one study and a case of another exactly when they must give the same result. */
export function caseHash(study: Study, one: StudyCase): string {
  const { overlaps, outer, caps } = study.spec
  return contentHash({
    version: study.version,
    one,
    model: study.models[one.model],
    chip: study.chips[one.chip],
    overlaps,
    ...(one.ledger !== 'same-chip' && { outer, caps })
  })
}

/** Equal for two studies exactly when they must give the same results, the names of their files aside. */
export const studyHash = (study: Study): string => contentHash(study)
