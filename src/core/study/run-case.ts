import type { ChipSpec } from '../chip/chip-spec.ts'
import { policyNamed } from '../policies/policies.ts'
import type { PolicyOutcome } from '../policies/policy.ts'
import { ablationNamed } from '../search/ablations.ts'
import type { Certificate, ExplorationInputs, ExplorationOutcome } from '../search/exploration.ts'
import { ExplorationSpace } from '../search/exploration-space.ts'
import { explore, taskFrame } from '../search/explore.ts'
import type { ResultOf, Task, TaskFrame, TaskResults } from '../search/tasks.ts'
import { runTask } from '../search/tasks.ts'
import { stepBound } from '../simulator/bounds.ts'
import { machineOf } from '../simulator/machine.ts'
import { buildWorkload } from '../workload/workload.ts'
import { ablationContender, CHOSEN, OURS, SEARCH_ALONE, type CaseResult } from './case-result.ts'
import { chosenWafer, outerSpace, tryWafers, type Tried } from './outer-search.ts'
import { settle, type Choice } from './settle.ts'
import { caseKey, chipOf, type Study, type StudyCase } from './study-case.ts'

/** Seconds of work since some moment; who runs a case says by which clock. */
export type Clock = () => number

/** A task with its result and what it took. */
interface TakenTask {
  readonly task: Task
  readonly result: TaskResults[Task['kind']]
  readonly took_s: number
}

/**
 * Tasks in this thread, one after the other, with what each took. What is asked for again, as the same search with another ablation beside
 * it, is not done again: it has the result and the seconds of the first time.
 */
class TaskRunner {
  readonly took: TakenTask[] = []
  readonly #done = new Map<string, TakenTask>()
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  run<Kind extends Task['kind']>(frame: TaskFrame, task: Extract<Task, { kind: Kind }>): ResultOf<Kind> {
    // Whether finalists share links is asked of them, not in any task.
    const key = JSON.stringify([frame.chip, { ...frame.space, sharedLinks: true }, task])
    let done = this.#done.get(key)
    if (!done) {
      const begun = this.#clock()
      const result = runTask(frame, task)
      this.#done.set(key, (done = { task, result, took_s: this.#clock() - begun }))
    }
    this.took.push(done)
    return done.result as ResultOf<Kind>
  }
}

/** What an exploration of one chip depends on, for one case. */
export function inputsOf(study: Study, one: StudyCase, chip: ChipSpec = chipOf(study, one)): ExplorationInputs {
  return {
    model: study.models[one.model]!,
    chip,
    training: one.training,
    // A cap is the ledger's matter: a wafer that it forbids is not among those to choose from.
    space: ExplorationSpace.parse({ architecture: null, powerCap_W: null }),
    policies: one.policies,
    objective: 'throughput',
    seed: one.seed
  }
}

/** Moves of the annealing count as designs looked at, as do combinations that were solved. */
const evaluationsOf = ({ task, result }: TakenTask): number =>
  task.kind === 'polish' ? task.moves : task.kind === 'search' ? (result as ResultOf<'search'>).solved : 0

/** Our search on one chip, from the policies' best as from its own. */
async function ours(
  inputs: ExplorationInputs,
  runner: TaskRunner
): Promise<{ readonly outcome: ExplorationOutcome; readonly choice: Choice }> {
  const frame = taskFrame(inputs)
  const before = runner.took.length
  const outcome = await explore(inputs, {
    run: async <Kind extends Task['kind']>(tasks: readonly Extract<Task, { kind: Kind }>[]) =>
      tasks.map((task) => runner.run<Kind>(frame, task)),
    keep: () => undefined,
    progress: () => undefined
  })
  const own = runner.took.slice(before).filter(({ task }) => task.kind !== 'policy')
  return {
    outcome,
    choice: {
      contender: OURS,
      source: 'search',
      label: 'TMAC',
      chip: outcome.best?.chip ?? frame.chip,
      mapping: outcome.best?.mapping,
      failure: outcome.infeasibility?.message,
      attempt: undefined,
      evaluations: own.reduce((sum, one) => sum + evaluationsOf(one), 0),
      took_s: own.reduce((sum, { took_s }) => sum + took_s, 0)
    }
  }
}

const policyChoice = (policy: string, chip: ChipSpec, result: PolicyOutcome, took_s: number): Choice => {
  const fits = result.failure === undefined
  return {
    contender: policy,
    source: `policy:${policy}`,
    label: policyNamed(policy).title,
    chip,
    mapping: fits ? result.evaluation?.mapping : undefined,
    failure: result.failure,
    attempt: fits ? undefined : result.evaluation,
    evaluations: result.evaluations,
    took_s
  }
}

/** Our search with something taken away, on one chip, without what policies found to start from, which would give it back. */
async function ablated(name: string, inputs: ExplorationInputs, runner: TaskRunner): Promise<Choice> {
  const { title, space, exploration } = ablationNamed(name)
  const workload = buildWorkload(inputs.model, inputs.training)
  const given = inputs.space as ExplorationSpace
  const mapping = space(workload, machineOf(inputs.chip))
  const restricted = ExplorationSpace.parse({ ...given, mapping, ...exploration })
  const { choice } = await ours({ ...inputs, policies: [], space: restricted }, runner)
  const contender = ablationContender(name)
  return { ...choice, contender, source: contender, label: title }
}

/** What ablations are set against, and each of them. */
async function ablationsOf(names: readonly string[], inputs: ExplorationInputs, runner: TaskRunner): Promise<Choice[]> {
  if (names.length === 0) return []
  const { choice } = await ours({ ...inputs, policies: [] }, runner)
  const choices: Choice[] = [{ ...choice, contender: SEARCH_ALONE, source: SEARCH_ALONE, label: 'Nothing taken away' }]
  for (const name of names) choices.push(await ablated(name, inputs, runner))
  return choices
}

async function onGivenChip(
  study: Study,
  one: StudyCase,
  runner: TaskRunner
): Promise<{ readonly choices: readonly Choice[]; readonly certificate: Certificate | undefined }> {
  const inputs = inputsOf(study, one)
  const { chip } = taskFrame(inputs)
  const { outcome, choice } = await ours(inputs, runner)
  const policies = runner.took.flatMap(({ task, result, took_s }) =>
    task.kind === 'policy' ? [policyChoice(task.policy, chip, result as PolicyOutcome, took_s)] : []
  )
  const ablations = await ablationsOf(one.ablations, inputs, runner)
  return { choices: [choice, ...policies, ...ablations], certificate: outcome.certificate }
}

/** What is said of everybody where there is no wafer to choose. */
function withoutWafers(study: Study, one: StudyCase): readonly Choice[] {
  const failure = `no wafer around '${one.chip}' can be built under the limits of this ledger`
  const nobody = { mapping: undefined, failure, attempt: undefined, evaluations: 0, took_s: 0 }
  const chip = chipOf(study, one)
  return [
    { contender: OURS, source: 'search', label: 'TMAC', chip, ...nobody },
    ...one.policies.map((policy) => ({
      contender: policy,
      source: `policy:${policy}`,
      label: policyNamed(policy).title,
      chip,
      ...nobody
    }))
  ]
}

/** Every contender on the wafer that suits it best, of those that all of them are tried on and of those that it breeds from there. */
async function onChosenWafers(
  study: Study,
  one: StudyCase,
  runner: TaskRunner
): Promise<{ readonly choices: readonly Choice[]; readonly certificate: undefined }> {
  const space = outerSpace(study, one)
  if (!space || (!space.given && space.drawn.length === 0))
    return { choices: withoutWafers(study, one), certificate: undefined }
  const workload = buildWorkload(study.models[one.model]!, one.training)
  const frameOf = (chip: ChipSpec): TaskFrame => taskFrame(inputsOf(study, { ...one, policies: [] }, chip))
  const leastStep_s = (chip: ChipSpec): number => stepBound(workload, machineOf(chip)).iterationTime_s
  const tryPolicy = (policy: string, chip: ChipSpec): Choice & Tried => {
    const frame = frameOf(chip)
    const result = runner.run<'policy'>(frame, { kind: 'policy', policy })
    const peak_B = result.evaluation?.memory_B.peak
    return {
      ...policyChoice(policy, frame.chip, result, runner.took.at(-1)!.took_s),
      cost_s: timeOf(result),
      overfull: peak_B === undefined ? undefined : peak_B / machineOf(chip).capacity_B
    }
  }
  const quick = tryWafers(space, one.seed, leastStep_s, (chip) => {
    const frame = frameOf(chip)
    const { best } = runner.run<'search'>(frame, { kind: 'search', effort: 'quick' })
    return {
      chip: frame.chip,
      cost_s: best?.iterationTime_s ?? Infinity,
      overfull: undefined,
      took: runner.took.at(-1)!
    }
  })
  const first = quick.reduce((best, next) => (next.cost_s < best.cost_s ? next : best))
  // What one finds good all may have: others are tried on our wafer, and we on that of the fastest of them.
  const policies = one.policies.map((policy) =>
    chosenWafer([
      ...tryWafers(space, one.seed, leastStep_s, (chip) => tryPolicy(policy, chip)),
      tryPolicy(policy, first.chip)
    ])
  )
  const fastest = policies.filter(({ mapping }) => mapping).sort((a, b) => a.cost_s - b.cost_s)[0]
  const chips = [...new Map([first.chip, ...(fastest ? [fastest.chip] : [])].map((chip) => [chip.name, chip])).values()]
  const thorough: (Choice & { readonly cost_s: number })[] = []
  for (const chip of chips) {
    const start = fastest && fastest.chip.name === chip.name ? [fastest.contender] : []
    const { choice, outcome } = await ours(inputsOf(study, { ...one, policies: start }, chip), runner)
    thorough.push({ ...choice, cost_s: outcome.best?.evaluation.iterationTime_s ?? Infinity })
  }
  const best = chosenWafer(thorough)
  return {
    choices: [
      {
        ...best,
        evaluations: best.evaluations + quick.reduce((sum, { took }) => sum + evaluationsOf(took), 0),
        took_s: best.took_s + quick.reduce((sum, { took }) => sum + took.took_s, 0)
      },
      ...policies
    ].map((choice) => ({ ...choice, source: CHOSEN })),
    certificate: undefined
  }
}

const timeOf = ({ evaluation, failure }: PolicyOutcome): number =>
  evaluation && failure === undefined ? evaluation.iterationTime_s : Infinity

/** Relative difference by which one design is surely faster than another: equal ones agree to less. */
const FASTER = 1e-6

type Settled = ReturnType<typeof settle>

/**
 * The last level of our search: event by event among its own finalist and what the policies found, all of which is in its space.
 * Nothing changes where its own is the fastest.
 */
function withLastLevel(settled: readonly Settled[]): readonly Settled[] {
  const [mine, ...others] = settled
  const rivals = others.filter(({ result, point }) => point && !result.contender.startsWith('ablation:'))
  const time_s = ({ result }: Settled): number => result.metrics?.iterationTime_s ?? Infinity
  const fastest = rivals.reduce<Settled | undefined>(
    (best, one) => (!best || time_s(one) < time_s(best) ? one : best),
    undefined
  )
  if (!fastest || time_s(fastest) >= time_s(mine!) * (1 - FASTER)) return settled
  const { contender, evaluations, took_s } = mine!.result
  const { metrics, contender: from } = fastest.result
  const taken = { from, ratio: time_s(mine!) / time_s(fastest) }
  const { source, label } = mine!.point ?? { source: 'search', label: 'TMAC' }
  return [
    {
      result: { contender, metrics, failure: undefined, attempt: undefined, taken, evaluations, took_s },
      point: { ...fastest.point!, source, label }
    },
    ...others
  ]
}

/**
 * Runs every contender of a case and judges what each settles on, event by event. Same study, same case, same result, but for the
 * seconds that it took.
 */
export async function runCase(study: Study, one: StudyCase, clock: Clock): Promise<CaseResult> {
  const runner = new TaskRunner(clock)
  const { choices, certificate } = await (one.ledger === 'same-chip' ? onGivenChip : onChosenWafers)(study, one, runner)
  const workload = buildWorkload(study.models[one.model]!, one.training)
  const settled = withLastLevel(choices.map((choice) => settle(choice, workload, study.spec.overlaps)))
  return {
    key: caseKey(one),
    contenders: settled.map(({ result }) => result),
    certificate,
    points: Object.fromEntries(settled.flatMap(({ result, point }) => (point ? [[result.contender, point]] : [])))
  }
}
