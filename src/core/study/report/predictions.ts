import { cell, columns, type Table } from '../../report/document.ts'
import { measured, type Measured } from '../measure.ts'
import type { Prediction } from '../study-spec.ts'
import type { StudyResults } from '../study-results.ts'
import { measuredWords, valueWords } from './measured-words.ts'

/** What became of a prediction. */
export interface JudgedPrediction {
  readonly prediction: Prediction
  readonly measured: Measured
  readonly verdict: 'met' | 'missed' | 'nothing measured'
}

/** Every prediction of a study beside what was measured. */
export const judgedPredictions = (results: StudyResults): readonly JudgedPrediction[] =>
  results.study.spec.predictions.map((prediction) => {
    const found = measured(prediction.measure, results)
    const { atLeast = -Infinity, atMost = Infinity } = prediction
    const { value } = found
    const verdict = value === undefined ? 'nothing measured' : value >= atLeast && value <= atMost ? 'met' : 'missed'
    return { prediction, measured: found, verdict }
  })

function expected({ measure, atLeast, atMost }: Prediction): string {
  const words = (value: number): string => valueWords(measure.of, value)
  if (atLeast === undefined) return `at most ${words(atMost!)}`
  return atMost === undefined ? `at least ${words(atLeast)}` : `${words(atLeast)} to ${words(atMost)}`
}

export const predictionTable = (judged: readonly JudgedPrediction[]): Table => ({
  caption: 'What was said before the study ran, and what was measured (value, 95% interval, cases)',
  columns: columns('Prediction', 'Because', 'Expected', 'Measured', ''),
  rows: judged.map(({ prediction, measured: found, verdict }) => [
    cell(prediction.statement),
    cell(prediction.because),
    cell(expected(prediction)),
    cell(measuredWords(prediction.measure.of, found)),
    cell(verdict, verdict === 'met' ? 'good' : verdict === 'missed' ? 'bad' : 'quiet')
  ])
})
