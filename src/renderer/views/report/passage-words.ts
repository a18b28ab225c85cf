import type { passageKinds } from '../../../core/report/report-spec.ts'

/** Passages on a run as a person chooses them. */
export const passageWords: Readonly<Record<(typeof passageKinds)[number], string>> = {
  headline: 'Numbers that sum a run up',
  result: 'What was found and proved',
  wafer: 'The wafer as it is',
  counted: 'What is counted beside',
  chip: 'The chip, number by number',
  notes: 'How to read the numbers'
}
