import { describe, expect, test } from 'vitest'
import { etaWords } from '../../src/renderer/components/job-words.ts'
import type { JobState } from '../../src/contract/jobs-contract.ts'

/** Ten to three in the afternoon, where the test runs. */
const now = new Date(2026, 10, 29, 14, 50).getTime()
const running = (given: Partial<JobState>): string =>
  etaWords({ status: 'running', elapsed_s: 0, budget_s: undefined, ...given } as JobState, now)
const range = (low_s: number, high_s: number): Pick<JobState, 'remaining'> => ({
  remaining: { kind: 'range', low_s, high_s }
})

describe('when a search ends', () => {
  test('is a range of a clock of 24 hours, with seconds where it is near and with the day where that is another', () => {
    expect(running(range(1200, 3000))).toBe('ends between 15:10 and 15:40')
    expect(running(range(90, 200))).toBe('ends between 14:51:30 and 14:53:20')
    expect(running(range(8 * 3600, 11 * 3600))).toBe('ends between 22:50 and 2026-11-30 01:50')
  })

  test('is a range that its time limit cuts off, or is that limit with what the rest would take', () => {
    expect(running({ ...range(1200, 3000), budget_s: 3600, elapsed_s: 60 })).toBe('ends between 15:10 and 15:40')
    expect(running({ ...range(1200, 3000), budget_s: 2460, elapsed_s: 60 })).toBe(
      'ends between 15:10 and 15:30, its time limit'
    )
    expect(running({ ...range(7200, 10800), budget_s: 2460, elapsed_s: 60 })).toBe(
      'its time limit ends it at 15:30; the whole space would take another 2 h to 3 h'
    )
  })

  test('is its time limit where there is no pace to go by', () => {
    const remaining = { kind: 'unknown', reason: 'no estimate yet: it has just begun' } as const
    expect(running({ remaining })).toBe('no estimate yet: it has just begun')
    expect(running({ remaining, budget_s: 3600 })).toBe(
      'no estimate yet: it has just begun; its time limit ends it at 15:50'
    )
  })
})
