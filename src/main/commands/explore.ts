import { trainingOptions } from './training-options.ts'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import packageFile from '../../../package.json' with { type: 'json' }
import type { ChipSpec } from '../../core/chip/chip-spec.ts'
import { Problem } from '../../core/problem.ts'
import type { ExplorationInputs } from '../../core/search/exploration.ts'
import type { ExplorationSpace } from '../../core/search/exploration-space.ts'
import { taskFrame } from '../../core/search/explore.ts'
import { spawnEngine } from '../host/spawn-engine.ts'
import { restartWords } from '../jobs/engine-failure.ts'
import { runExplorationJob, type Checkpoint, type FinishedJob } from '../jobs/exploration-job.ts'
import { projectFormat } from '../projects/migrations.ts'
import { commandLine } from './command-line-text.ts'
import { openProject } from '../projects/open-project.ts'
import type { ProjectStore } from '../projects/project-store.ts'
import type { RunWriter } from '../projects/run-writer.ts'
import { explorationRecord } from '../report/exploration-record.ts'
import {
  exitCodes,
  type Command,
  type CommandContext,
  type ExitCode,
  type Invocation,
  type OptionValues
} from './command.ts'
import { objectives } from './explore/exploration-inputs.ts'
import { givenInputs, tellShard } from './explore/explore-shards.ts'
import { withKnown } from './explore/known-option.ts'
import { progressBar } from './explore/progress-bar.ts'
import { summaryText } from './explore/summary.ts'
import { flagOption, textOption, wholeOption } from './option-values.ts'
import { isolationNote } from './isolation-note.ts'
import { notes } from './notes.ts'
import { shardOption } from './shard-option.ts'
import { checkResultFile, makeFolderOf, missingFolder } from './write-result-file.ts'

const MOST_WORKERS = 64

const options: Command['options'] = {
  model: { type: 'string', value: 'M', help: "a model's name (see 'tmac models'), a JSON file, or inline JSON" },
  chip: { type: 'string', value: 'C', help: "a chip's name (see 'tmac chips'), a JSON file, or inline JSON" },
  devices: { type: 'string', value: 'N', help: 'devices of a cluster' },
  ...trainingOptions,
  family: {
    type: 'string',
    value: 'FILE',
    help: 'several workloads that one chip is chosen for, each with a model, its training and a weight, as a JSON file or inline JSON; in place of --model and what is said of its training'
  },
  space: {
    type: 'string',
    value: 'FILE',
    help: 'what may be chosen: mappings and wafer genes, as a JSON file or inline JSON (all)'
  },
  exact: {
    type: 'boolean',
    help: 'prove the best mapping of the given chip in the space searched: minutes where it takes seconds to find it'
  },
  'fixed-chip': { type: 'boolean', help: 'map onto the chip as it is; do not explore wafers around it' },
  defects: {
    type: 'string',
    value: 'MAP',
    help: 'map the given wafer as it is: a file (see tmac defects), or drawn: sample:SEED as the chip is assembled, dies:SEED, bonds:SEED'
  },
  robust: {
    type: 'string',
    value: 'worst|mean',
    help: 'rank the best wafers by their worst scenario or by the mean of them, of --defect-samples, --constants or both'
  },
  'defect-samples': {
    type: 'string',
    value: 'N',
    help: 'scenarios of --robust: every wafer drawn so often with defects, by the yield model of its chip'
  },
  constants: { type: 'boolean', help: 'scenarios of --robust: the ends of the constants that are not known well' },
  policies: {
    type: 'string',
    value: 'LIST',
    help: "policies to compare with, or none (all that do not search themselves; see 'tmac policies')"
  },
  objective: {
    type: 'string',
    value: objectives.join('|'),
    help: 'what every search is for, of mappings and of wafers (throughput)'
  },
  from: {
    type: 'string',
    value: 'RUN|F.tmac:RUN',
    help: 'a run of the same model, of the project or of another, whose best designs are known from the beginning: what is found is no worse on the same chip'
  },
  budget: { type: 'string', value: '60s', help: 'end with what there is after this long: 90s, 5m, 2h (no limit)' },
  seed: { type: 'string', value: 'N', help: 'of everything drawn at random (1)' },
  workers: { type: 'string', value: 'N', help: 'worker threads (one per core); results do not depend on it' },
  'power-cap': {
    type: 'string',
    value: 'W|none',
    help: 'hard limit of every wafer in watts, given or explored, at full rate and the low end of published energies; none waives it (the chip keeps its own cap or waiver, explored wafers its cap, or 15000 where it waives one)'
  },
  project: { type: 'string', value: 'F.tmac', help: 'where the run is kept (nowhere, unless named)' },
  resume: {
    type: 'boolean',
    help: 'go on with the run of the same inputs in the project that was cut short, by its budget too'
  },
  shard: {
    type: 'string',
    value: 'I/N',
    help: 'do part I of N of the wafers, and leave a run in the project that --merge goes on from'
  },
  merge: {
    type: 'string',
    value: 'LIST',
    help: 'go on from shards done elsewhere, projects separated by commas: with what they have, the rest is done; the inputs are theirs'
  },
  report: { type: 'string', value: 'F.html', help: 'write a self-contained report' }
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 }

/** Seconds of a duration such as 90s, 5m or 2h. @throws Problem `usage` */
export function durationOption(values: OptionValues, name: string): number | undefined {
  const text = textOption(values, name)
  if (text === undefined) return undefined
  const [, number, unit] = /^(\d+(?:\.\d+)?)([smh]?)$/.exec(text) ?? []
  const seconds = Number(number) * UNITS[unit || 's']!
  if (seconds > 0 && seconds <= 7 * 24 * 3600) return seconds
  throw new Problem(
    'usage',
    `option '--${name}' is '${text}'; it must be a time of at most 7 days, as 90s, 5m or 2h`,
    name
  )
}

function openRun(
  store: ProjectStore,
  inputs: ExplorationInputs,
  values: OptionValues,
  command: string,
  shards: Checkpoint | undefined
): RunWriter {
  if (flagOption(values, 'resume')) {
    const unfinished = store.resumable(inputs)
    if (!unfinished)
      throw new Problem(
        'usage',
        `'${textOption(values, 'project')}' has no unfinished run of these inputs; leave '--resume' out to start one`,
        'resume'
      )
    return store.resumeRun(unfinished.id)
  }
  const versions = { tmac: packageFile.version, node: process.versions.node, schema: projectFormat }
  const writer = store.startRun(inputs, { command, versions })
  if (shards) writer.checkpoint(shards)
  return writer
}

async function answer(
  store: ProjectStore,
  runId: number,
  { outcome, ended }: FinishedJob,
  { values, json }: Invocation,
  context: CommandContext
): Promise<ExitCode> {
  const record = explorationRecord(store, runId)
  if (json)
    await context.out(
      `${JSON.stringify({
        schema: 'tmac.exploration/1',
        run: runId,
        ended,
        best: outcome.best,
        certificate: outcome.certificate,
        findings: outcome.findings,
        policies: outcome.policies,
        failedPolicies: outcome.failedPolicies,
        front: outcome.front,
        prices: outcome.prices,
        infeasibility: outcome.infeasibility,
        statistics: outcome.statistics
      })}\n`
    )
  else await context.out(summaryText(record, outcome.prices))
  // The result is told before anything else can fail.
  const report = textOption(values, 'report')
  const project = textOption(values, 'project')
  if (report !== undefined) {
    // What draws takes long to load; who wants no report does not wait for it.
    const { writeRunReport } = await import('./report/write-built-report.ts')
    await writeRunReport(store, runId, { output: report, cwd: context.cwd, isKept: project !== undefined })
  }
  const note = notes(context.err, json)
  if (project !== undefined) note(`Project  ${project} (run ${runId})`)
  if (report !== undefined) note(`Report   ${report}`)
  if (ended === 'budget' && project !== undefined)
    note('The budget ended this run; the same command with --resume goes on')
  if (ended === 'stopped') {
    note(
      project === undefined
        ? 'Stopped; this is what had been found. With --project a run can be resumed'
        : 'Stopped; what was found is kept. The same command with --resume goes on'
    )
    return exitCodes.interrupted
  }
  if (outcome.best) return exitCodes.done
  const reason =
    outcome.infeasibility?.message ?? outcome.failedPolicies[0]?.reason ?? 'no mapping was tried before the end'
  context.err(`tmac: nothing feasible${ended === 'budget' ? ' within the budget' : ''}: ${reason}\n`)
  return exitCodes.infeasible
}

/** What an engine that died left, and how to go on. */
const withWayOn = ({ message }: Problem, project: string | undefined): Problem =>
  new Problem(
    'engine-failed',
    project === undefined
      ? `${message}; nothing is kept without '--project'`
      : `${message}; what was found is kept in '${project}', and the same command with '--resume' goes on`
  )

async function run(invocation: Invocation, context: CommandContext): Promise<ExitCode> {
  const { values, json } = invocation
  const { inputs: ownInputs, checkpoint: shards } = givenInputs(values, context.cwd)
  const inputs = withKnown(ownInputs, values, context.cwd)
  const shard = shardOption(values)
  const note = notes(context.err, json)
  const map = textOption(values, 'defects')
  if (map !== undefined && !(inputs.space as ExplorationSpace).defects)
    note(`Nothing is broken on the wafer '${map}': it is explored as a whole one`)
  const isolation = json
    ? isolationNote((inputs.space as ExplorationSpace).defects, inputs.chip as ChipSpec)
    : undefined
  if (isolation !== undefined) note(isolation)
  const budget_s = durationOption(values, 'budget')
  const workers = wholeOption(values, 'workers', 1, MOST_WORKERS) ?? Math.min(availableParallelism(), MOST_WORKERS)
  const named = textOption(values, 'project')
  if (named === undefined && flagOption(values, 'resume'))
    throw new Problem('usage', "'--resume' needs the project that has the unfinished run: --project F.tmac", 'resume')
  if (shard && named === undefined)
    throw new Problem('usage', "'--shard' needs the project that keeps the shard: --project F.tmac", 'shard')
  if (shard && !taskFrame(inputs).architecture)
    throw new Problem('usage', "'--shard' divides explored wafers, and this exploration has none", 'shard')
  const report = textOption(values, 'report')
  for (const file of [report, flagOption(values, 'resume') ? undefined : named]) {
    const folder = file === undefined ? undefined : missingFolder(file, context.cwd)
    if (folder === undefined) continue
    makeFolderOf(file!, context.cwd)
    note(`Folder   ${folder} (made for ${file})`)
  }
  if (report !== undefined) checkResultFile(report, context.cwd)
  const folder = named === undefined ? mkdtempSync(join(tmpdir(), 'tmac-')) : undefined
  try {
    using store = openProject(folder ? join(folder, 'run.tmac') : resolve(context.cwd, named!), {
      create: !flagOption(values, 'resume')
    })
    const writer = openRun(store, inputs, values, commandLine('explore', values), shards)
    const bar = progressBar(context.err, context.isTTY, json)
    try {
      const finished = await runExplorationJob({
        inputs,
        run: writer,
        workers,
        spawn: spawnEngine,
        onProgress: bar.show,
        onRestart: (how) => note(restartWords(how)),
        budget_s,
        signal: context.signal,
        shard
      })
      bar.clear()
      if (finished.ended === 'shard') return await tellShard(writer.id, finished.early, invocation, context)
      return await answer(store, writer.id, finished, invocation, context)
    } catch (error) {
      throw error instanceof Problem && error.code === 'engine-failed' ? withWayOn(error, named) : error
    } finally {
      bar.clear()
    }
  } finally {
    if (folder) rmSync(folder, { recursive: true, force: true })
  }
}

export const command: Command = {
  usage: [
    '--model M --chip C --global-batch N --seq-length S [options]',
    '--family FILE --chip C [options]',
    '--merge A.tmac,B.tmac --project ALL.tmac [options]'
  ],
  description:
    'Finds how to train a model on a chip: tensor partition and recomputation of every operator, pipeline, data parallelism, placement on the ' +
    'die grid, and better wafers around the given one; next to what other systems would do, with a bound on what is possible. ' +
    'With --family every workload is mapped, and wafers are compared by the weighted geometric mean of what each workload reaches of its best known.',
  options,
  run
}
