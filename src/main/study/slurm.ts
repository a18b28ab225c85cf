import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { Problem } from '../../core/problem.ts'

const run = promisify(execFile)

/** What a job array is submitted with. */
export interface ArrayJob {
  readonly name: string
  /** Numbers of the tasks. */
  readonly tasks: readonly number[]
  /** Tasks that may run at once; no limit when absent. */
  readonly most?: number | undefined
  readonly partition?: string | undefined
  /** File of what a task writes, with Slurm's own %A and %a. */
  readonly log: string
  /** Shell command of a task; its number is in `$SLURM_ARRAY_TASK_ID`. */
  readonly command: string
  readonly directory: string
}

/** A task that Slurm still knows: waiting or running. */
export interface QueuedTask {
  readonly state: string
  /** Why it waits, as Slurm says. */
  readonly reason: string
}

/** Slurm's own commands, as far as a study needs them. */
export interface Slurm {
  /** @returns the job's number @throws Problem `engine-failed` with Slurm's words */
  submit(job: ArrayJob): Promise<string>
  /** Tasks of a job that wait or run; none when it is over or unknown. */
  queued(job: string): Promise<readonly QueuedTask[]>
  cancel(job: string): Promise<void>
}

const wordsOf = (error: unknown): string => {
  const { stderr, code, message } = error as { stderr?: string; code?: unknown; message?: string }
  if (code === 'ENOENT') return 'its commands are not installed on this machine'
  return (stderr?.trim() || message) ?? String(error)
}

/** Slurm forgets a job minutes after its end, and says then that its number is invalid. */
const isForgotten = (error: unknown): boolean => /invalid job id/i.test(wordsOf(error))

/** 1,2,3,7 as 1-3,7. */
export function taskRanges(tasks: readonly number[]): string {
  const ranges: [number, number][] = []
  for (const task of [...tasks].sort((a, b) => a - b)) {
    const last = ranges.at(-1)
    if (last && last[1] === task - 1) last[1] = task
    else ranges.push([task, task])
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',')
}

export const slurm: Slurm = {
  async submit({ name, tasks, most, partition, log, command, directory }) {
    const array = `${taskRanges(tasks)}${most === undefined ? '' : `%${most}`}`
    try {
      const { stdout } = await run('sbatch', [
        '--parsable',
        '--requeue',
        '--open-mode=append',
        `--job-name=${name}`,
        `--array=${array}`,
        `--output=${log}`,
        `--chdir=${directory}`,
        ...(partition === undefined ? [] : [`--partition=${partition}`]),
        `--wrap=${command}`
      ])
      // With several clusters the answer is `number;cluster`.
      return stdout.trim().split(';')[0]!
    } catch (error) {
      throw new Problem('engine-failed', `Slurm did not take the job: ${wordsOf(error)}`, 'runner')
    }
  },
  async queued(job) {
    try {
      const { stdout } = await run('squeue', ['--noheader', '--array', `--jobs=${job}`, '--format=%T|%r'])
      return stdout
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => {
          const [state = '', reason = ''] = line.split('|')
          return { state, reason }
        })
    } catch (error) {
      if (isForgotten(error)) return []
      throw new Problem('engine-failed', `Slurm does not answer: ${wordsOf(error)}`, 'runner')
    }
  },
  async cancel(job) {
    await run('scancel', [job]).catch(() => undefined)
  }
}
