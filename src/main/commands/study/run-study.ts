import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import packageFile from '../../../../package.json' with { type: 'json' }
import { textTable } from '../../../core/report/tables.ts'
import { briefAnswers } from '../../../core/study/report/brief-answers.ts'
import { judgedPredictions, predictionTable } from '../../../core/study/report/predictions.ts'
import { inputsOf } from '../../../core/study/run-case.ts'
import { caseKey, casesOfShard, formsOf, studyHash, type StudyCase } from '../../../core/study/study-case.ts'
import { doneKeys, studyResults, type CaseRecord, type StudyResults } from '../../../core/study/study-results.ts'
import { projectFormat } from '../../projects/migrations.ts'
import { openProject } from '../../projects/open-project.ts'
import type { ProjectStore } from '../../projects/project-store.ts'
import { openShard, readShard, refuseForeignShard } from '../../study/shard-file.ts'
import { slurm } from '../../study/slurm.ts'
import { runOnSlurm } from '../../study/slurm-runner.ts'
import { runStudyCases, type StudyRun } from '../../study/study-runner.ts'
import { commandLine } from '../command-line-text.ts'
import { exitCodes, type CommandContext, type ExitCode, type Invocation } from '../command.ts'
import { notes } from '../notes.ts'
import { flagOption, requiredText, textOption } from '../option-values.ts'
import { checkResultFile, makeFolderOf } from '../write-result-file.ts'
import { arrayOption, mergeOption, studyOptions, type StudyOptions } from './study-options.ts'
import { writeClaims } from './write-claims.ts'

/** A study in a sitting: what was asked, and whom it is told. */
interface Sitting extends StudyOptions {
  readonly invocation: Invocation
  readonly context: CommandContext
  /** Of Ctrl-C and of the budget. */
  readonly signal: AbortSignal
  readonly note: (text: string) => void
}

const startedBy = ({ values, positionals }: Invocation) => ({
  command: commandLine(`study ${positionals[0]}`, values),
  versions: { tmac: packageFile.version, node: process.versions.node, schema: projectFormat }
})

/** Runs cases in this machine's processes, tells of each, and gives whether all were run. */
function runHere({ study, workers, signal, note }: Sitting, cases: readonly StudyCase[], keep: StudyRun['onFinished']) {
  const begun = performance.now()
  let done = 0
  return runStudyCases({
    study,
    cases,
    workers,
    signal,
    onFinished: (one, result) => {
      keep(one, result)
      done++
      const elapsed_s = (performance.now() - begun) / 1000
      const left_min = ((elapsed_s / done) * (cases.length - done)) / 60
      note(
        `${done} of ${cases.length}  ${caseKey(one)}  (${elapsed_s.toFixed(0)} s, about ${left_min.toFixed(1)} min left)`
      )
    },
    onRestart: (one, how) => note(`The process of ${caseKey(one)} ended unexpectedly (${how}); the case is begun again`)
  })
}

/** A shard's cases into its file. @returns whether all were run */
async function runShard(sitting: Sitting): Promise<boolean> {
  const { study, cases, shard, note } = sitting
  const { cwd } = sitting.context
  const output = requiredText(sitting.invocation.values, 'output', 'F.jsonl')
  makeFolderOf(output, cwd)
  const writer = openShard(output, cwd, study, shard!)
  try {
    const mine = casesOfShard(cases, shard!)
    const done = doneKeys(mine, readShard(output, cwd, study).results)
    const left = mine.filter((one) => !done.has(caseKey(one)))
    note(`Shard ${shard!.part} of ${shard!.of}: ${mine.length} cases, ${mine.length - left.length} done before`)
    return await runHere(sitting, left, (_one, result) => writer.keep(result))
  } finally {
    writer.close()
  }
}

/**
 * Takes the cases of shards into a project, each once. One that is there is taken again only where it is asked for and lacks somebody whom
 * the shard's has: it was run for another form of the study.
 */
function merge(
  store: ProjectStore,
  { study, cases: asked, invocation, context, note }: Sitting,
  files: readonly string[]
): void {
  const hash = studyHash(study)
  const every = [...formsOf(study.spec).flat(), ...asked]
  const cases = new Map(every.map((one) => [caseKey(one), one]))
  const records = store.studies.cases(hash)
  const there = new Set(records.map(({ key }) => key))
  const whole = new Set(doneKeys(asked, records))
  // A file that does not belong here is told before anything of the others is taken.
  for (const file of files) refuseForeignShard(file, context.cwd, study)
  for (const file of files) {
    const contents = readShard(file, context.cwd, study)
    let taken = 0
    for (const result of contents.results) {
      const one = cases.get(result.key)
      const isNowWhole = !whole.has(result.key) && doneKeys(asked, [result]).size > 0
      if (!one || (there.has(result.key) && !isNowWhole)) continue
      store.studies.keep(study, result, inputsOf(study, one), startedBy(invocation))
      there.add(result.key)
      if (isNowWhole) whole.add(result.key)
      taken++
    }
    const damage =
      contents.damagedLines > 0
        ? `; ${contents.damagedLines} damaged lines were left out, their cases count as not done`
        : ''
    note(`${file}: ${taken} cases taken, ${contents.results.length - taken} were there${damage}`)
  }
}

/** What the study says so far: on the screen, and in a page where one is wanted. */
async function tell(results: StudyResults, { invocation, context, note }: Sitting): Promise<void> {
  const { values, json } = invocation
  const answers = briefAnswers(results)
  const predictions = judgedPredictions(results)
  const { study, cases, finished } = results
  await context.out(
    json
      ? `${JSON.stringify({
          schema: 'tmac.study-results/1',
          study: studyHash(study),
          cases: cases.length,
          finished: finished.length,
          predictions,
          answers
        })}\n`
      : [
          `${finished.length} of ${cases.length} cases of '${study.spec.title}'`,
          ...answers,
          '',
          ...(predictions.length > 0 ? [textTable(predictionTable(predictions))] : [])
        ].join('\n')
  )
  const report = textOption(values, 'report')
  if (report === undefined) return
  writeClaims(results, report, context.cwd, textOption(values, 'project')!, startedBy(invocation).command)
  note(`Report   ${report}`)
}

/** Every case of the study with whether it is done. */
const list = ({ cases, context }: Sitting, done: ReadonlySet<string>): Promise<void> =>
  context.out(cases.map((one) => `${done.has(caseKey(one)) ? 'done' : 'open'}  ${caseKey(one)}\n`).join(''))

/** The study in its project. @returns whether nothing was cut short */
async function runInProject(sitting: Sitting): Promise<boolean> {
  const { study, cases, signal, note, runner, studyArguments, invocation, context } = sitting
  const { values } = invocation
  const { cwd } = context
  const project = requiredText(values, 'project', 'F.tmac')
  const listed = flagOption(values, 'list')
  const files = mergeOption(values, cwd)
  // To say what is open nothing needs to be made.
  if (listed && !files && !existsSync(resolve(cwd, project))) {
    await list(sitting, new Set())
    return true
  }
  const report = textOption(values, 'report')
  makeFolderOf(project, cwd)
  if (report !== undefined) {
    makeFolderOf(report, cwd)
    checkResultFile(report, cwd)
  }
  const hash = studyHash(study)
  const open = (): ProjectStore => openProject(resolve(cwd, project), { create: true })
  const doneIn = (store: ProjectStore): ReadonlySet<string> => doneKeys(cases, store.studies.cases(hash))
  /** What is not done here, but is in another study of the project: one that this has grown from, say. */
  const sharedIn = (store: ProjectStore): CaseRecord[] => {
    const done = doneIn(store)
    return store.studies.shared(
      study,
      cases.filter((one) => !done.has(caseKey(one)))
    )
  }
  let whole = true
  let done: ReadonlySet<string>
  {
    using store = open()
    if (files) merge(store, sitting, files)
    const shared = sharedIn(store)
    if (listed) {
      await list(sitting, new Set([...doneIn(store), ...shared.map(({ key }) => key)]))
      return true
    }
    if (shared.length > 0) {
      store.studies.share(study, shared)
      note(`${shared.length} cases are taken over from other studies of the project, where they depend on the same`)
    }
    done = doneIn(store)
    note(`${study.spec.title}: ${cases.length} cases, ${done.size} done before, study ${hash.slice(0, 12)}`)
    if (runner === 'local' && !files)
      whole = await runHere(
        sitting,
        cases.filter((one) => !done.has(caseKey(one))),
        (one, result) => store.studies.keep(study, result, inputsOf(study, one), startedBy(invocation))
      )
    if (runner === 'local' || files) {
      await tell(studyResults(study, cases, store.studies.cases(hash)), sitting)
      return whole
    }
  }
  // A job array may take days: the project is free meanwhile.
  const submitted = await runOnSlurm({
    slurm,
    study,
    cases,
    done,
    studyArguments,
    ...arrayOption(values, cases.length),
    partition: textOption(values, 'partition'),
    folder: resolve(cwd, textOption(values, 'folder') ?? `${project}.shards`),
    signal,
    note
  })
  using store = open()
  merge(store, sitting, submitted.files)
  await tell(studyResults(study, cases, store.studies.cases(hash)), sitting)
  return submitted.whole
}

/** Runs, merges, lists or divides a study. */
export async function runStudy(invocation: Invocation, context: CommandContext): Promise<ExitCode> {
  const options = studyOptions(invocation, context.cwd)
  const { budget_s } = options
  const signal =
    budget_s === undefined ? context.signal : AbortSignal.any([context.signal, AbortSignal.timeout(budget_s * 1000)])
  const sitting: Sitting = { ...options, invocation, context, signal, note: notes(context.err, invocation.json) }
  const whole = await (options.shard ? runShard(sitting) : runInProject(sitting))
  return whole || !context.signal.aborted ? exitCodes.done : exitCodes.interrupted
}
