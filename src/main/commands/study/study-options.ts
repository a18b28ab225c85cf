import { existsSync, readdirSync, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { Problem } from '../../../core/problem.ts'
import type { Shard } from '../../../core/shard.ts'
import { casesOf, type Study, type StudyCase } from '../../../core/study/study-case.ts'
import { studyFrom } from '../../study/study-input.ts'
import type { Invocation, OptionValues } from '../command.ts'
import { durationOption } from '../explore.ts'
import { choiceOption, flagOption, textOption, wholeOption } from '../option-values.ts'
import { MOST_SHARDS, shardOption } from '../shard-option.ts'
import { guardedInput } from '../../input/read-json-file.ts'

const MOST_WORKERS = 64
/** Cases of a shard when nobody says how many shards there are: minutes of work, so that a killed task loses little. */
const CASES_PER_SHARD = 8

/** What a person asked of a study. */
export interface StudyOptions {
  readonly study: Study
  /** As another process is told which study and which form of it. */
  readonly studyArguments: readonly string[]
  readonly cases: readonly StudyCase[]
  readonly shard: Shard | undefined
  readonly runner: 'local' | 'slurm'
  readonly workers: number
  readonly budget_s: number | undefined
}

/** Shards of a job array, and how many may run at once. @throws Problem `usage` for what is no array */
export function arrayOption(
  values: OptionValues,
  cases: number
): { readonly shards: number; readonly most: number | undefined } {
  const text = textOption(values, 'array')
  if (text === undefined) return { shards: Math.max(1, Math.ceil(cases / CASES_PER_SHARD)), most: undefined }
  const [, shards, most] = /^(\d+)(?:%(\d+))?$/.exec(text) ?? []
  if (shards !== undefined && Number(shards) >= 1 && Number(shards) <= MOST_SHARDS && most !== '0')
    return { shards: Number(shards), most: most === undefined ? undefined : Number(most) }
  throw new Problem(
    'usage',
    `option '--array' is '${text}'; it must be N or N%K, with N shards from 1 to ${MOST_SHARDS} and at most K of them at once`,
    'array'
  )
}

/** Files that '--merge' names; a folder stands for the shards in it. @throws Problem for a file that is not there, or a folder of none */
export const mergeOption = (values: OptionValues, cwd: string): readonly string[] | undefined =>
  textOption(values, 'merge')
    ?.split(',')
    .flatMap((name) => {
      const path = name.trim()
      return guardedInput(`shard '${path}'`, 'merge', () => {
        const full = resolve(cwd, path)
        if (!statSync(full).isDirectory()) return [path]
        const shards = readdirSync(full).filter((file) => file.endsWith('.jsonl'))
        if (shards.length === 0)
          throw new Problem(
            'bad-input',
            `folder '${path}' has no shards: no file in it ends in .jsonl; name the folder that they were written to`,
            'merge'
          )
        return shards.sort().map((file) => join(path, file))
      })
    })

/** @throws Problem of an option, or of the study */
export function studyOptions({ values, positionals }: Invocation, cwd: string): StudyOptions {
  const [given] = positionals
  if (given === undefined) throw new Problem('usage', "name a study: 'tmac-claims', or a file", 'study')
  const shard = shardOption(values)
  const runner = choiceOption(values, 'runner', ['local', 'slurm'] as const) ?? 'local'
  if (runner === 'local')
    for (const name of ['array', 'partition', 'folder'])
      if (textOption(values, name) !== undefined)
        throw new Problem('usage', `option '--${name}' belongs to '--runner slurm'; add that, or leave it out`, name)
  if (shard) {
    for (const name of ['project', 'report', 'merge', 'list'])
      if (values[name] !== undefined && values[name] !== false)
        throw new Problem(
          'usage',
          `'--shard' writes cases to a file and looks at no project; leave it or '--${name}' out`,
          name
        )
  } else if (textOption(values, 'output') !== undefined)
    throw new Problem('usage', "option '--output' belongs to '--shard'; add that, or leave it out", 'output')
  if (runner === 'slurm' && shard)
    throw new Problem('usage', "'--shard' is what a task of '--runner slurm' does; leave one of them out", 'shard')
  const workers = wholeOption(values, 'workers', 1, MOST_WORKERS) ?? Math.min(availableParallelism(), MOST_WORKERS)
  const budget_s = durationOption(values, 'budget')
  const reduced = flagOption(values, 'reduced')
  const study = studyFrom(given, cwd)
  if (reduced && !study.spec.reduced)
    throw new Problem('usage', `study '${study.spec.name}' has no smaller form; leave '--reduced' out`, 'reduced')
  const file = resolve(cwd, given)
  return {
    study,
    studyArguments: [existsSync(file) ? file : given, ...(reduced ? ['--reduced'] : [])],
    cases: casesOf(reduced ? study.spec.reduced! : study.spec.grids),
    shard,
    runner,
    workers,
    budget_s
  }
}
