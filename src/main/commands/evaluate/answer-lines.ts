import { EvaluateRequest } from '../../../contract/evaluate-request.ts'
import { parseInput, Problem } from '../../../core/problem.ts'
import { decodeText } from '../../input/decode-text.ts'
import { readJson, type JsonReading } from '../../input/parse-json.ts'
import type { CommandContext } from '../command.ts'
import { evaluator, type Answer } from './evaluator.ts'
import { idOf, recognisedId } from './request-id.ts'
import { inputLines, type InputLine } from './input-lines.ts'

const MEBI = 2 ** 20
const LONGEST_LINE_B = 16 * MEBI
/** Characters of answers written at once. */
const BATCH = 2 ** 16

/** Reads a line; of one that is not JSON the id that it states all the same is told before the Problem is thrown. */
function readRequest(text: string, tellId: (id: unknown) => void): JsonReading {
  try {
    return readJson(text, 'the line')
  } catch (error) {
    tellId(recognisedId(text))
    throw error
  }
}

/** The answer to one line. */
function answerLine(line: InputLine, answer: (request: EvaluateRequest) => Answer): string {
  let id: unknown = null
  try {
    if (line === 'too-long')
      throw new Problem('bad-input', `the line is larger than ${LONGEST_LINE_B / MEBI} MiB, which no request is`)
    const text = decodeText(line, 'the line')
    if (text.trim() === '')
      throw new Problem('bad-input', 'the line is blank; every line of the input is one request, as a JSON object')
    const { value, refusal } = readRequest(text, (recognised) => (id = recognised))
    id = idOf(value)
    if (refusal) throw refusal
    const { evaluation } = answer(parseInput(EvaluateRequest, value, 'request'))
    return `{"id":${JSON.stringify(id)},${JSON.stringify(evaluation).slice(1)}`
  } catch (error) {
    const { code, message, path } =
      error instanceof Problem
        ? error
        : { code: 'fault', message: `a fault of this program: ${String(error)}`, path: '' }
    return JSON.stringify({ id, error: { code, message, path } })
  }
}

/**
 * Answers requests, one JSON object per line of the input, with one line each in the same order, so that line n answers line n. A line
 * that cannot be answered, a blank one too, gets `{"id","error":{"code","message","path"}}`; a line feed at the very end starts no line.
 */
export async function answerLines(context: CommandContext): Promise<void> {
  const answer = evaluator(context.cwd)
  let pending = ''
  const flush = async (): Promise<void> => {
    const text = pending
    pending = ''
    if (text !== '') await context.out(text)
  }
  for await (const lines of inputLines(context.input(), LONGEST_LINE_B)) {
    for (const line of lines) {
      pending += `${answerLine(line, answer)}\n`
      if (pending.length >= BATCH) await flush()
    }
    await flush()
    if (context.signal.aborted) return
  }
}
