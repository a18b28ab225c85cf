import { describe, expect, test } from 'vitest'
import { evolve, type Domain, type Individual } from '../../src/core/optimization/evolution.ts'
import { hypervolume } from '../../src/core/optimization/hypervolume.ts'
import { randomStream } from '../../src/core/optimization/random.ts'

const domains: readonly Domain[] = [
  { kind: 'continuous', from: 0, to: 1 },
  ...Array.from({ length: 5 }, (): Domain => ({ kind: 'ordered', count: 21 })),
  { kind: 'categorical', count: 4 }
]

/** ZDT1 (Zitzler, Deb and Thiele, Evol. Comput. 8(2), 2000) on mixed genes: its front is y = 1 - sqrt(x), where all else is 0. */
const score = ([x, ...others]: Individual): readonly number[] => {
  const shares = others.map((value, at) => (at < 5 ? value / 20 : value / 3))
  const g = 1 + (9 * shares.reduce((sum, value) => sum + value, 0)) / shares.length
  return [x!, g * (1 - Math.sqrt(x! / g))]
}

function looked(
  seed: number,
  drawnFirst: number,
  evaluations = 800,
  refuse = (_one: Individual) => false
): Individual[] {
  const all: Individual[] = []
  evolve({ domains, random: randomStream(seed), evaluations, starts: [], drawnFirst }, (one) => {
    all.push(one)
    return refuse(one) ? undefined : score(one)
  })
  return all
}

describe('evolution', () => {
  test('looks at different individuals within their domains, as many as allowed, the same ones for the same seed', () => {
    const all = looked(3, 24)
    expect(all.length).toBe(800)
    expect(new Set(all.map(String)).size).toBe(800)
    for (const one of all)
      for (const [at, domain] of domains.entries()) {
        const value = one[at]!
        if (domain.kind === 'continuous') expect(value >= domain.from && value <= domain.to).toBe(true)
        else expect(Number.isInteger(value) && value >= 0 && value < domain.count).toBe(true)
      }
    expect(looked(3, 24)).toEqual(all)
    expect(looked(4, 24)).not.toEqual(all)
  })

  test('comes closer to a known front than as many random draws, for each of five seeds', () => {
    // Under y = 1 - sqrt(x) from 0 to 1, up to the reference (1, 1): 1 - (1 - 2/3) = 2/3.
    for (const seed of [1, 2, 3, 4, 5]) {
      const [evolved, drawn] = [24, Infinity].map((first) => hypervolume(looked(seed, first).map(score), [1, 1]))
      expect(evolved).toBeLessThanOrEqual(2 / 3)
      expect(evolved).toBeGreaterThan(0.5)
      expect(evolved).toBeGreaterThan(drawn! + 0.2)
    }
  })

  test('goes on where most individuals are no answer, and ends in a space that it knows', () => {
    const all = looked(1, 24, 800, ([, second]) => second! > 2)
    expect(all.filter(([, second]) => second! <= 2).length).toBeGreaterThan(400)
    const small: Individual[] = []
    evolve(
      {
        domains: [{ kind: 'ordered', count: 7 }],
        random: randomStream(1),
        evaluations: 100,
        starts: [[3]],
        drawnFirst: 2
      },
      (one) => {
        small.push(one)
        return [one[0]!]
      }
    )
    expect(small[0]).toEqual([3])
    expect(new Set(small.map(([x]) => x)).size).toBe(small.length)
    expect(small.length).toBe(7)
  })
})
