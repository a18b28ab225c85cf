import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FairRates } from '../../src/core/simulator/network/fair-rates.ts'
import { routedFlow, type Flow } from '../../src/core/simulator/network/flow.ts'
import { meshNetwork } from '../../src/core/simulator/network/mesh-network.ts'
import { Transport } from '../../src/core/simulator/network/transport.ts'
import { waferPreset } from '../unit/chip-wafer-preset.ts'

const DIES = 12
const network = meshNetwork(waferPreset('watos-56', { grid: { rows: 3, columns: 4 } }))
const die = fc.nat({ max: DIES - 1 })

interface Sent {
  readonly flow: Flow
  readonly at_s: number
}

const sendings: fc.Arbitrary<readonly Sent[]> = fc.array(
  fc
    .record({
      from: die,
      to: die,
      bytes: fc.oneof(fc.constantFrom(0, 1e6, 2e6), fc.double({ min: 1, max: 1e7, noNaN: true })),
      weight: fc.constantFrom(1, 1, 1, 2.5),
      limit_Bps: fc.constantFrom(Infinity, Infinity, 3e11),
      at_s: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 3e-5, noNaN: true }))
    })
    .map(({ from, to, bytes, weight, limit_Bps, at_s }) => ({
      flow: { ...routedFlow(network, from, to, bytes), weight, limit_Bps },
      at_s
    })),
  { minLength: 1, maxLength: 150, size: 'max' }
)

/** Arrivals when all rates are shared out anew at every start and end. */
function plainArrivals_s(sent: readonly Sent[]): number[] {
  const left = sent.map(({ flow }) => flow.bytes)
  const arrivals = sent.map(({ flow, at_s }) =>
    flow.bytes === 0 || flow.links.length === 0 ? at_s + flow.bytes / flow.limit_Bps! + flow.latency_s : NaN
  )
  for (let now = 0; arrivals.some(Number.isNaN);) {
    const moving = sent.flatMap(({ at_s }, index) => (at_s <= now && Number.isNaN(arrivals[index]!) ? [index] : []))
    const fair = new FairRates(network.bandwidth_Bps)
    for (const index of moving) fair.add(sent[index]!.flow.links, sent[index]!.flow.weight, sent[index]!.flow.limit_Bps)
    fair.solve()
    const start = Math.min(...sent.flatMap(({ at_s }) => (at_s > now ? [at_s] : [])))
    const ends = moving.map((index, i) => now + left[index]! / fair.rates[i]!)
    const next = Math.min(start, ...ends)
    moving.forEach((index, i) => {
      left[index] = left[index]! - fair.rates[i]! * (next - now)
      if (ends[i]! <= next * (1 + 1e-12)) arrivals[index] = next + sent[index]!.flow.latency_s
    })
    now = next
  }
  return arrivals
}

const arrivals_s = (sent: readonly Sent[], transport = new Transport(network)): number[] => {
  const arrivals: number[] = []
  sent.forEach(({ flow, at_s }, index) => transport.start(flow, at_s, (now_s) => (arrivals[index] = now_s)))
  transport.run()
  return arrivals
}

describe('flows in time', () => {
  it('arrive when they would if all rates were shared out anew at every change', () => {
    fc.assert(
      fc.property(sendings, (sent) => {
        const plain = plainArrivals_s(sent)
        arrivals_s(sent).forEach((time, index) =>
          expect(Math.abs(time - plain[index]!)).toBeLessThanOrEqual(1e-7 * time)
        )
      }),
      { numRuns: 200 }
    )
  })

  it('carry every byte over each link of its path, in a time that no link could beat, busy no longer than the run', () => {
    fc.assert(
      fc.property(sendings, (sent) => {
        const transport = new Transport(network)
        const last = Math.max(...arrivals_s(sent, transport))
        // A clock that stands at `last` tells no less than its last digit, at each start and end.
        const rounding_s = 2 * sent.length * Number.EPSILON * last
        network.bandwidth_Bps.forEach((bandwidth, link) => {
          const bytes = sent.reduce((sum, { flow }) => sum + (flow.links.includes(link) ? flow.bytes : 0), 0)
          expect(Math.abs(transport.linkBytes[link]! - bytes)).toBeLessThanOrEqual(1e-9 * bytes)
          expect(transport.linkBusy_s[link]).toBeGreaterThanOrEqual((bytes / bandwidth) * (1 - 1e-9) - rounding_s)
          expect(transport.linkBusy_s[link]).toBeLessThanOrEqual(last + rounding_s)
        })
      })
    )
  })

  it('take the same time to the last bit when sent again', () => {
    fc.assert(
      fc.property(sendings, (sent) => {
        const transport = new Transport(network)
        const first = arrivals_s(sent, transport)
        transport.reset()
        expect(arrivals_s(sent, transport)).toEqual(first)
        expect(arrivals_s(sent)).toEqual(first)
      })
    )
  })
})
