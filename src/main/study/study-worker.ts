import type { Study, StudyCase } from '../../core/study/study-case.ts'
import { runCase } from '../../core/study/run-case.ts'
import { Problem } from '../../core/problem.ts'
import type { CaseResult } from '../../core/study/case-result.ts'

/** What a worker is told: first the study, then one case after the other. */
export type ToStudyWorker = { readonly study: Study } | { readonly one: StudyCase }
export type FromStudyWorker =
  { readonly result: CaseResult } | { readonly failed: string; readonly code: Problem['code'] | undefined }

/** Of all threads of this process: what else the machine does is not what a contender takes. */
const clock_s = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}
let study: Study

const answer = async (one: StudyCase): Promise<FromStudyWorker> => {
  try {
    return { result: await runCase(study, one, clock_s) }
  } catch (error) {
    return {
      failed: error instanceof Error ? error.message : String(error),
      code: error instanceof Problem ? error.code : undefined
    }
  }
}

process.on('message', (message: ToStudyWorker) => {
  if ('study' in message) study = message.study
  else
    void answer(message.one).then((reply) =>
      process.send!(reply, undefined, undefined, (error) => {
        if (error) process.exit(0)
      })
    )
})
// Who is to be answered is gone. While a case runs nobody hears this, and the answer finds it out.
process.on('disconnect', () => process.exit(0))
