import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import * as z from 'zod'
import { Problem } from '../../core/problem.ts'
import { caseKey, casesOfShard, studyHash, type Study, type StudyCase } from '../../core/study/study-case.ts'
import { doneKeys } from '../../core/study/study-results.ts'
import { readShard } from './shard-file.ts'
import type { Slurm } from './slurm.ts'

export interface SlurmRun {
  readonly slurm: Slurm
  readonly study: Study
  /** The whole study, or its smaller form: what shards are parts of. */
  readonly cases: readonly StudyCase[]
  /** Cases that need not be run. */
  readonly done: ReadonlySet<string>
  /** Arguments that name the study and its form to a task's own command. */
  readonly studyArguments: readonly string[]
  readonly shards: number
  /** Shards that may run at once. */
  readonly most: number | undefined
  readonly partition: string | undefined
  /** Where shards, logs and what was submitted are kept; every node must see it. */
  readonly folder: string
  readonly signal: AbortSignal
  readonly note: (text: string) => void
  readonly pollEvery_ms?: number
}

/** What was submitted; from it another login goes on. */
const Submitted = z.strictObject({
  schema: z.literal('tmac.study-submission/1'),
  study: z.string(),
  shards: z.int().positive(),
  job: z.string().nullable(),
  rounds: z.int().nonnegative()
})
type Submitted = z.output<typeof Submitted>

/** Rounds without a single case more after which a study is given up. */
const MOST_VAIN_ROUNDS = 3
const POLL_ms = 5000

const shellQuoted = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`
const cli = fileURLToPath(new URL('../cli.ts', import.meta.url))

/** What was submitted from this folder before, of the same study in as many shards. @throws Problem for another study's folder */
function formerSubmission(file: string, study: string, shards: number): Submitted | undefined {
  if (!existsSync(file)) return undefined
  const known = Submitted.safeParse(JSON.parse(readFileSync(file, 'utf8')))
  const refuse = (what: string): never => {
    throw new Problem('bad-input', `'${file}' ${what}; name another '--folder', or go on with what it is of`, 'folder')
  }
  if (!known.success) return refuse('does not say what was submitted')
  if (known.data.study !== study) return refuse('is of another study')
  if (known.data.shards !== shards) return refuse(`is of ${known.data.shards} shards, not ${shards}`)
  return known.data
}

/**
 * Runs a study as a job array: a task for each shard that has cases missing, watched until Slurm knows the job no more, then again for what
 * is still missing. What is kept are the shards and a line about the job, so that whoever starts the same command again finds the job, or
 * submits what a killed task, a lost node or a damaged shard left open.
 * @returns the shard files, with every case in them unless the signal came first
 * @throws Problem `engine-failed` when Slurm refuses, or after rounds that brought nothing
 */
export async function runOnSlurm(
  run: SlurmRun
): Promise<{ readonly files: readonly string[]; readonly whole: boolean }> {
  const { slurm, study, cases, done, shards, folder, signal, note } = run
  mkdirSync(join(folder, 'logs'), { recursive: true })
  const hash = studyHash(study)
  const stateFile = join(folder, 'submission.json')
  const fileOf = (part: number): string => join(folder, `shard-${part}-of-${shards}.jsonl`)
  const parts = Array.from({ length: shards }, (_, index) => index + 1)
  let state: Submitted = formerSubmission(stateFile, hash, shards) ?? {
    schema: 'tmac.study-submission/1',
    study: hash,
    shards,
    job: null,
    rounds: 0
  }
  const remember = (next: Submitted): void => {
    state = next
    writeFileSync(`${stateFile}.part`, `${JSON.stringify(state)}\n`)
    renameSync(`${stateFile}.part`, stateFile)
  }
  const missing = (): ReadonlyMap<number, number> =>
    new Map(
      parts.flatMap((part) => {
        const there = existsSync(fileOf(part)) ? readShard(fileOf(part), folder, study).results : []
        const mine = casesOfShard(cases, { part, of: shards })
        const known = new Set([...done, ...doneKeys(mine, there)])
        const open = mine.filter((one) => !known.has(caseKey(one))).length
        return open > 0 ? [[part, open] as const] : []
      })
    )
  const total = (open: ReadonlyMap<number, number>): number => [...open.values()].reduce((sum, count) => sum + count, 0)
  const files = (): readonly string[] => parts.map(fileOf).filter((file) => existsSync(file))
  const command = [
    'exec',
    ...[process.execPath, cli, 'study', ...run.studyArguments].map(shellQuoted),
    '--shard',
    `"$SLURM_ARRAY_TASK_ID/${shards}"`,
    '--output',
    `"$PWD/shard-$SLURM_ARRAY_TASK_ID-of-${shards}.jsonl"`,
    '--workers 1'
  ].join(' ')

  let vain = 0
  for (let open = missing(); open.size > 0;) {
    if (state.job === null) {
      const job = await slurm.submit({
        name: `tmac-${study.spec.name}`,
        tasks: [...open.keys()],
        most: run.most,
        partition: run.partition,
        log: join(folder, 'logs', '%A_%a.log'),
        command,
        directory: folder
      })
      remember({ ...state, job, rounds: state.rounds + 1 })
      note(`Slurm job ${job}: ${open.size} tasks for ${total(open)} cases; logs in ${join(folder, 'logs')}`)
    } else note(`Slurm job ${state.job}, submitted before: watching it`)
    if (!(await watched(run, state.job!))) return { files: files(), whole: false }
    const before = total(open)
    open = missing()
    vain = total(open) < before ? 0 : vain + 1
    remember({ ...state, job: null })
    if (open.size === 0) break
    if (vain >= MOST_VAIN_ROUNDS)
      throw new Problem(
        'engine-failed',
        `${total(open)} cases were not done in ${vain} rounds of Slurm jobs (shards ${[...open.keys()].slice(0, 8).join(', ')}${open.size > 8 ? ', …' : ''}); ` +
          `the logs in '${join(folder, 'logs')}' say why. What is done is kept, and the same command goes on`,
        'runner'
      )
    note(`${total(open)} cases are still missing in ${open.size} shards: submitting these again`)
  }
  return { files: files(), whole: !signal.aborted }
}

/** Waits until Slurm knows a job no more, telling of changes. @returns false when the signal came first; the job goes on */
async function watched({ slurm, signal, note, pollEvery_ms = POLL_ms }: SlurmRun, job: string): Promise<boolean> {
  let told = ''
  for (;;) {
    const tasks = await slurm.queued(job)
    if (tasks.length === 0) return true
    const running = tasks.filter(({ state }) => state === 'RUNNING').length
    const reasons = [...new Set(tasks.filter(({ state }) => state === 'PENDING').map(({ reason }) => reason))]
    const words = `${running} running, ${tasks.length - running} waiting${reasons.length > 0 ? ` (${reasons.join(', ')})` : ''}`
    if (words !== told) note(`Slurm job ${job}: ${words}`)
    told = words
    try {
      await sleep(pollEvery_ms, undefined, { signal })
    } catch {
      note(`Slurm job ${job} goes on by itself; the same command watches it again`)
      return false
    }
  }
}
