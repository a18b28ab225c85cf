import { Problem } from '../../../core/problem.ts'
import { exitCodes, type CommandContext, type ExitCode, type Invocation } from '../command.ts'
import { flagOption } from '../option-values.ts'
import { answerLines } from './answer-lines.ts'
import { evaluationText } from './evaluation-text.ts'
import { isolationNote } from '../isolation-note.ts'
import { notes } from '../notes.ts'
import { evaluator } from './evaluator.ts'
import { requestFromOptions } from './request-from-options.ts'

/** Members of a request that an option of another name gives. */
const optionOfMember: Readonly<Record<string, string>> = {
  'training.globalBatch': 'global-batch',
  'training.microBatch': 'micro-batch',
  'training.sequenceLength': 'seq-length'
}

/** A Problem whose path names a member of a request, told in the words of the command line. */
export function inOptions(error: unknown): unknown {
  if (!(error instanceof Problem) || error.code === 'usage') return error
  const option = optionOfMember[error.path]
  return option ? new Problem(error.code, error.message, option) : error
}

function evaluateOne({ values, json }: Invocation, context: CommandContext) {
  try {
    const request = requestFromOptions(values, context.cwd)
    if (request.timeline && !json)
      throw new Problem(
        'usage',
        "'--timeline' tells every event as JSON; add '--json', or leave '--timeline' out",
        'timeline'
      )
    const answer = evaluator(context.cwd)(request)
    return { ...answer, text: json ? `${JSON.stringify(answer.evaluation)}\n` : evaluationText(answer) }
  } catch (error) {
    throw inOptions(error)
  }
}

/** Answers the options of one call, or the requests on standard input. */
export async function runEvaluate(invocation: Invocation, context: CommandContext): Promise<ExitCode> {
  if (flagOption(invocation.values, 'jsonl')) {
    const other = Object.keys(invocation.values).find((name) => name !== 'jsonl' && name !== 'json')
    if (other)
      throw new Problem(
        'usage',
        `'--${other}' does not go with '--jsonl': every line of the input states its own`,
        other
      )
    await answerLines(context)
    return exitCodes.done
  }
  const { evaluation, machine, text } = evaluateOne(invocation, context)
  await context.out(text)
  const { collectives } = evaluation.mapping
  // Without --json the text itself says so.
  const isolation = invocation.json ? isolationNote(machine.defects?.map, machine.chip) : undefined
  if (isolation !== undefined) notes(context.err, true)(isolation)
  if (invocation.json && machine.chip.kind === 'cluster' && collectives !== 'best')
    notes(
      context.err,
      true
    )(
      `The mapping says collectives: ${collectives}, which changes nothing here: behind switches all are priced as the ring that was measured`
    )
  if (evaluation.feasible) return exitCodes.done
  const worst = evaluation.violations.reduce((a, b) => (b.value / b.limit > a.value / a.limit ? b : a))
  const others = evaluation.violations.length - 1
  context.err(
    `tmac: not feasible: ${worst.message}${others > 0 ? ` (${others} other ${others === 1 ? 'limit is' : 'limits are'} broken, less badly)` : ''}\n`
  )
  return exitCodes.infeasible
}
