import * as fc from 'fast-check'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { kendallTau } from '../../src/core/optimization/kendall-tau.ts'
import { allReduceTable, identities } from '../../src/core/validation/identities.ts'
import { runCli } from './cli-run.ts'

const folder = mkdtempSync(join(tmpdir(), 'tmac-validate-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe("Kendall's tau", () => {
  it('is what all pairs give, ties and all', () => {
    const values = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 })), {
      minLength: 2,
      maxLength: 30
    })
    fc.assert(
      fc.property(values, (pairs) => {
        let concordance = 0
        let [differX, differY] = [0, 0]
        pairs.forEach(([x, y], index) =>
          pairs.slice(0, index).forEach(([u, v]) => {
            concordance += Math.sign(x - u) * Math.sign(y - v)
            differX += x === u ? 0 : 1
            differY += y === v ? 0 : 1
          })
        )
        const tau = kendallTau(
          pairs.map(([x]) => x),
          pairs.map(([, y]) => y)
        )
        if (differX === 0 || differY === 0) expect(tau).toBeNaN()
        else expect(tau).toBeCloseTo(concordance / Math.sqrt(differX * differY), 9)
      })
    )
  })
})

describe('validation', () => {
  it('finds closed forms and program within 1%', () => {
    for (const { expected, obtained } of identities()) expect(Math.abs(obtained / expected - 1)).toBeLessThan(0.01)
  })

  it('finds no collective below its bound, and spanning trees within 2% of it', () => {
    for (const { bound, times } of allReduceTable()) {
      for (const time of times.values()) expect(time).toBeGreaterThanOrEqual(bound * (1 - 1e-9))
      expect(times.get('spanning-trees')).toBeLessThan(bound * 1.02)
    }
  })

  it('writes a page with its figures, and tells the same as JSON', async () => {
    const page = join(folder, 'page.md')
    const { code, out } = await runCli(['validate', '--designs', '6', '--pairs', '1', '--output', page, '--json'])
    expect(code).toBe(0)
    const { pairs } = JSON.parse(out) as {
      pairs: { agreement: { designs: unknown[]; analytic: { kendallTau: number } } }[]
    }
    expect(pairs).toHaveLength(1)
    expect(pairs[0]!.agreement.designs).toHaveLength(6)
    const text = readFileSync(page, 'utf8')
    expect(text).toContain(pairs[0]!.agreement.analytic.kendallTau.toFixed(4))
    for (const [, figure] of text.matchAll(/\]\((page\/[^)]+\.svg)\)/g))
      expect(readFileSync(join(folder, figure!), 'utf8')).toMatch(/^<svg /)
  })

  it('says at once where a page cannot be written', async () => {
    const { code, err } = await runCli(['validate', '--output', folder])
    expect(code).toBe(2)
    expect(err.split('\n').filter(Boolean)).toHaveLength(1)
  })
})
