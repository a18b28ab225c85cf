import type { Alternative, FrameworkAnswer } from '../../contract/evaluation-contract.ts'
import { writeTrace } from '../../core/export/chrome/write-trace.ts'
import { preparedStep } from '../../core/export/prepared-step.ts'
import type { FrameworkName } from '../../core/frameworks/framework.ts'
import { frameworkFiles } from '../../core/frameworks/framework-files.ts'
import { contentHash } from '../../core/content-hash.ts'
import { Problem } from '../../core/problem.ts'
import { networkFor, evaluateAt } from '../../core/simulator/evaluate-level.ts'
import {
  linkFlows,
  stepInsight,
  timelineDetail,
  timelineInsight,
  type MappedStep
} from '../../core/simulator/insight/step-insight.ts'
import { machineOf, type Machine } from '../../core/simulator/machine.ts'
import { damagedMachine } from '../../core/simulator/machine-defects.ts'
import { buildWorkload, type Workload } from '../../core/workload/workload.ts'
import { remembered } from '../input/remembered.ts'
import type { AnswerTo, Question, StepQuestion, Situation } from './questions.ts'

/** Situations of which the workload and the machine are kept ready. */
const REMEMBERED = 16
/** Operators and collectives that a timeline's part shows at most, and flows that a link lists. */
const MOST_DETAIL = 20_000
const MOST_FLOWS = 100

const workloadFor = remembered(REMEMBERED, ({ model, training }: Situation): Workload => buildWorkload(model, training))
const machineFor = remembered(REMEMBERED, ({ chip, defects }: Situation): Machine => {
  const machine = machineOf(chip)
  return defects ? damagedMachine(machine, defects) : machine
})

function stepOf(situation: Situation): MappedStep {
  const { model, training, chip, defects, mapping } = situation
  return {
    workload: workloadFor(JSON.stringify([model, training]), situation),
    machine: machineFor(JSON.stringify([chip, defects]), situation),
    mapping
  }
}

function alternative(step: MappedStep): Alternative {
  try {
    const { iterationTime_s, memory_B, feasible } = evaluateAt('analytic', step.workload, step.machine, step.mapping)
    return { iterationTime_s, peak_B: memory_B.peak, feasible }
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return { fault: { code: error.code, message: error.message, path: error.path } }
  }
}

function traceText({ workload, machine, mapping }: MappedStep, program: string): string {
  const step = preparedStep(workload, machine, mapping, networkFor(machine))
  const pieces: string[] = []
  writeTrace(step, { everyDie: false }, undefined, { program, mapping: contentHash(mapping) }, (text) =>
    pieces.push(text)
  )
  return pieces.join('')
}

function frameworkAnswer(
  { workload, machine, mapping }: MappedStep,
  name: FrameworkName,
  program: string
): FrameworkAnswer {
  const { files, made } = frameworkFiles(name, workload, machine, mapping, { program })
  const { design, exported, lost } = made
  return {
    files,
    lost: lost.map(({ gene }) => gene),
    designTime_s: design.iterationTime_s,
    exportedTime_s: exported.iterationTime_s,
    feasible: exported.feasible
  }
}

const answers: { readonly [Kind in StepQuestion]: (step: MappedStep, question: Question<Kind>) => AnswerTo<Kind> } = {
  step: (step, { level }) => stepInsight(step, level),
  timeline: (step) => timelineInsight(step),
  detail: (step, { span }) => timelineDetail(step, span, MOST_DETAIL),
  flows: (step, { link }) => linkFlows(step, link, MOST_FLOWS),
  trace: (step, { program }) => traceText(step, program),
  framework: (step, { framework, program }) => frameworkAnswer(step, framework, program),
  alternatives: (step, { mappings }) => mappings.map((mapping) => alternative({ ...step, mapping }))
}

/** @throws Problem what the input breaks */
export function answerQuestion<Kind extends StepQuestion>(question: Question<Kind>): AnswerTo<Kind> {
  const answer = answers[question.kind] as (step: MappedStep, question: Question<Kind>) => AnswerTo<Kind>
  return answer(stepOf(question.situation), question)
}
