import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FairRates } from '../../src/core/simulator/network/fair-rates.ts'

interface Problem {
  readonly capacity: Float64Array
  readonly flows: readonly { readonly links: Int32Array; readonly weight: number; readonly limit: number }[]
}

const LINKS = 12
const size = fc.double({ min: 0.1, max: 10, noNaN: true })
const problems: fc.Arbitrary<Problem> = fc
  .record({
    // Few distinct values make ties, many make long chains of bottlenecks.
    capacity: fc.array(fc.oneof(fc.constantFrom(1, 2, 3), size), { minLength: LINKS, maxLength: LINKS }),
    flows: fc.array(
      fc.record({
        links: fc.uniqueArray(fc.nat({ max: LINKS - 1 }), { minLength: 1, maxLength: 5 }),
        weight: fc.oneof(fc.constant(1), size),
        limit: fc.oneof({ weight: 3, arbitrary: fc.constant(Infinity) }, { weight: 1, arbitrary: size })
      }),
      { minLength: 1, maxLength: 30 }
    )
  })
  .map(({ capacity, flows }) => ({
    capacity: Float64Array.from(capacity),
    flows: flows.map((flow) => ({ ...flow, links: Int32Array.from(flow.links) }))
  }))

const ratesOf = ({ capacity, flows }: Problem, fair = new FairRates(capacity)): number[] => {
  fair.clear()
  for (const { links, weight, limit } of flows) fair.add(links, weight, limit)
  fair.solve()
  return [...fair.rates.subarray(0, flows.length)]
}

const close = (some: readonly number[], others: readonly number[]): void =>
  some.forEach((value, index) => expect(Math.abs(value - others[index]!)).toBeLessThanOrEqual(1e-9 * others[index]!))

describe('weighted max-min fair rates', () => {
  it('never take more of a link than it has, and of no flow more than its limit', () => {
    fc.assert(
      fc.property(problems, (problem) => {
        const rates = ratesOf(problem)
        problem.capacity.forEach((capacity, link) => {
          const taken = problem.flows.reduce((sum, flow, i) => sum + (flow.links.includes(link) ? rates[i]! : 0), 0)
          expect(taken).toBeLessThanOrEqual(capacity * (1 + 1e-9))
        })
        problem.flows.forEach(({ limit }, index) => expect(rates[index]).toBeLessThanOrEqual(limit))
      })
    )
  })

  it('hold every flow at its limit or at a full link where none has a higher rate for its weight', () => {
    fc.assert(
      fc.property(problems, (problem) => {
        const rates = ratesOf(problem)
        const levels = rates.map((rate, index) => rate / problem.flows[index]!.weight)
        problem.flows.forEach(({ links, limit }, index) => {
          const isBottleneck = (link: number): boolean => {
            const on = problem.flows.flatMap((flow, i) => (flow.links.includes(link) ? [i] : []))
            const taken = on.reduce((sum, i) => sum + rates[i]!, 0)
            return (
              taken >= problem.capacity[link]! * (1 - 1e-9) &&
              on.every((i) => levels[i]! <= levels[index]! * (1 + 1e-9))
            )
          }
          expect(rates[index]! >= limit * (1 - 1e-9) || links.some(isBottleneck)).toBe(true)
        })
      })
    )
  })

  it('scale with the capacities and limits, and do not change when all weights do by one factor', () => {
    fc.assert(
      fc.property(problems, size, ({ capacity, flows }, factor) => {
        const rates = ratesOf({ capacity, flows })
        const larger = {
          capacity: capacity.map((value) => value * factor),
          flows: flows.map((flow) => ({ ...flow, limit: flow.limit * factor }))
        }
        close(
          ratesOf(larger),
          rates.map((rate) => rate * factor)
        )
        close(ratesOf({ capacity, flows: flows.map((flow) => ({ ...flow, weight: flow.weight * factor })) }), rates)
      })
    )
  })

  it('do not depend on the order of the flows, nor on what was solved before', () => {
    fc.assert(
      fc.property(problems, problems, ({ capacity, flows }, other) => {
        const rates = ratesOf({ capacity, flows })
        close(ratesOf({ capacity, flows: flows.toReversed() }), rates.toReversed())
        const used = new FairRates(capacity)
        ratesOf(other, used)
        expect(ratesOf({ capacity, flows }, used)).toEqual(rates)
      })
    )
  })

  it('give a flow of weight k what k flows side by side get together', () => {
    fc.assert(
      fc.property(problems, fc.integer({ min: 2, max: 4 }), ({ capacity, flows }, copies) => {
        const [first, ...rest] = flows.map((flow) => ({ ...flow, weight: 1, limit: Infinity }))
        const one = ratesOf({ capacity, flows: [{ ...first!, weight: copies }, ...rest] })
        const several = ratesOf({ capacity, flows: [...Array.from({ length: copies }, () => first!), ...rest] })
        close([one[0]!, ...one.slice(1)], [copies * several[0]!, ...several.slice(copies)])
      })
    )
  })

  it('split one link evenly and give what a flow held elsewhere leaves to the others', () => {
    // The textbook chain: one flow over both links, one more on each; the second link is wide (Bertsekas & Gallager 6.5.2).
    const flows = [[0, 1], [0], [1]].map((links) => ({ links: Int32Array.from(links), weight: 1, limit: Infinity }))
    expect(ratesOf({ capacity: Float64Array.of(1, 2), flows })).toEqual([0.5, 0.5, 1.5])
  })
})
