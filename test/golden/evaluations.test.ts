import { describe, expect, it } from 'vitest'
import golden from './evaluations.json' with { type: 'json' }
import { goldenEvaluations } from './golden-evaluations.ts'

describe(`evaluations of every preset pair, as they were after commit ${golden.madeAfterCommit}`, () => {
  const now = goldenEvaluations()
  it('cover the same pairs', () => {
    expect(Object.keys(now)).toEqual(Object.keys(golden.evaluations))
  })
  it.each(Object.entries(golden.evaluations))('%s', (pair, then) => {
    expect(now[pair]).toEqual(then)
  })
})
