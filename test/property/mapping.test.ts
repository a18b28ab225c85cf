import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../../src/core/canonical.ts'
import { Mapping } from '../../src/core/mapping/mapping.ts'
import { decodePlan, encodePlan } from '../../src/core/mapping/plan-code.ts'
import { regionAxes } from '../../src/core/mapping/region.ts'
import { Problem } from '../../src/core/problem.ts'
import { evaluate } from '../../src/core/simulator/evaluate.ts'
import { grammaticalCases, isLegal, legalCases } from './arbitrary-mapping.ts'

describe('a mapping', () => {
  it('stays legal and keeps its time through text and back', () => {
    fc.assert(
      fc.property(legalCases, ({ workload, machine, mapping }) => {
        const read = Mapping.parse(JSON.parse(JSON.stringify(mapping)))
        expect(canonicalJson(read)).toBe(canonicalJson(mapping))
        expect(evaluate(workload, machine, read).iterationTime_s).toBe(
          evaluate(workload, machine, mapping).iterationTime_s
        )
      }),
      { numRuns: 300 }
    )
  })

  it('says the same of every plan in its readable form and in the form the engine works on', () => {
    fc.assert(
      fc.property(grammaticalCases, ({ workload, mapping }) => {
        const axes = regionAxes(mapping.region)
        for (const [index, layer] of workload.classes.entries()) {
          const plan = mapping.plans[layer.name]!
          const code = encodePlan(plan, layer, index, axes, layer.name)
          const read = decodePlan(code, layer, axes)
          expect({ ...read, recompute: new Set(read.recompute) }).toEqual({
            ...plan,
            recompute: new Set(plan.recompute)
          })
          expect(encodePlan(read, layer, index, axes, layer.name)).toEqual(code)
        }
      }),
      { numRuns: 500 }
    )
  })

  it('that the grammar allows is either simulated or refused with words for a person, never anything else', () => {
    fc.assert(
      fc.property(grammaticalCases, ({ workload, machine, mapping }) => {
        if (isLegal(workload, machine, mapping)) {
          expect(evaluate(workload, machine, mapping).iterationTime_s).toBeGreaterThan(0)
          return
        }
        try {
          evaluate(workload, machine, mapping)
          expect.unreachable('an illegal mapping was simulated')
        } catch (error) {
          expect(error).toBeInstanceOf(Problem)
          expect((error as Problem).code).toBe('illegal-mapping')
          expect((error as Problem).path).not.toBe('')
          expect((error as Problem).message).toMatch(/\d/)
        }
      }),
      { numRuns: 500 }
    )
  })
})
