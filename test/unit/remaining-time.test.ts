import { array, assert, double, property, tuple } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { paceAfter, paceFrom, remainingTime, type Pace } from '../../src/core/search/remaining-time.ts'

const observed = (steps: readonly (readonly [number, number])[]): Pace =>
  steps.reduce((pace, [elapsed_s, share]) => paceAfter(pace, elapsed_s, share), paceFrom())

describe('how long a job still takes', () => {
  test('lies around what is left over its rate, when that is even', () => {
    const steps = Array.from({ length: 40 }, (_, index) => [index + 1, (index + 1) / 100] as const)
    const remaining = remainingTime(observed(steps))
    expect(remaining).toMatchObject({ kind: 'range' })
    if (remaining.kind === 'range') {
      expect(remaining.low_s).toBeCloseTo(50, 6)
      expect(remaining.high_s).toBeCloseTo(72, 6)
    }
  })

  test('is a finite range around which no bound is crossed, whatever monotone course it took', () =>
    assert(
      property(
        array(tuple(double({ min: 0.1, max: 4, noNaN: true }), double({ min: 1e-4, max: 1, noNaN: true })), {
          minLength: 1,
          maxLength: 60
        }),
        (gains) => {
          const total = gains.reduce((sum, [, gain]) => sum + gain, 0)
          let [elapsed_s, share] = [0, 0]
          const steps = gains.map(([passed_s, gain]) => {
            elapsed_s += passed_s
            share += (0.99 * gain) / total
            return [elapsed_s, share] as const
          })
          const remaining = remainingTime(observed(steps))
          expect(remaining.kind).toBe('range')
          if (remaining.kind !== 'range') return
          expect(Number.isFinite(remaining.high_s)).toBe(true)
          expect(remaining.low_s).toBeGreaterThan(0)
          expect(remaining.low_s).toBeLessThanOrEqual(remaining.high_s)
        }
      )
    ))

  test('cannot be told of one that does not move, and says so in words', () => {
    expect(remainingTime(observed([[5, 0]]))).toEqual({
      kind: 'unknown',
      reason: 'no estimate yet: it has just begun'
    })
    expect(remainingTime(paceAfter(paceFrom(30, 0.4), 31, 0.4))).toEqual({
      kind: 'unknown',
      reason: 'no estimate yet: it has just gone on'
    })
    const moved = [
      [1, 0.1],
      [2, 0.2],
      [3, 0.3]
    ] as const
    expect(remainingTime(observed([...moved, [60, 0.3]]))).toEqual({
      kind: 'unknown',
      reason: 'no estimate: no measurable progress for 57 s'
    })
  })

  test('falls soon when the job quickens: the range spans the old rate and the new', () => {
    const slow = Array.from({ length: 100 }, (_, index) => [index + 1, (index + 1) / 1000] as const)
    const quick = Array.from({ length: 20 }, (_, index) => [101 + index, 0.1 + (index + 1) / 100] as const)
    const remaining = remainingTime(observed([...slow, ...quick]))
    if (remaining.kind !== 'range') throw new Error(remaining.reason)
    expect(remaining.low_s).toBeLessThan(0.6 * remaining.high_s)
  })
})
