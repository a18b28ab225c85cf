import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chipPreset } from '../../src/core/chip/chip-presets.ts'
import { placeInSnake } from '../../src/core/mapping/placement.ts'
import { fastest_s } from '../../src/core/simulator/collective-cost.ts'
import { machineOf } from '../../src/core/simulator/machine.ts'
import { closestExperts } from '../../src/core/search/shape-frontiers.ts'

describe('the bound on exchanges between experts', () => {
  it.each(['watos-56', 'wsc-llm-54', 'a100-80gb'])('is below every placement of their replicas on %s', (name) => {
    const machine = machineOf(chipPreset(name))
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 2, max: 9 }),
        fc.integer({ min: 1, max: 6 }),
        fc.constantFrom('pipeline-first' as const, 'replica-first' as const),
        fc.double({ min: 1e3, max: 1e9, noNaN: true }),
        (rows, columns, members, stages, order, bytes) => {
          const region = { rows, columns }
          const placed = placeInSnake(machine.gridRows, machine.gridColumns, region, members, stages, order)
          fc.pre(placed !== undefined)
          const bound = fastest_s(closestExperts(machine, { region }, members).allToAll, bytes)
          for (let stage = 0; stage < stages; stage++) {
            const origins = placed!.map((corners) => corners[stage]!)
            const real = fastest_s(machine.replicaGroup([origins], region, 'best').allToAll, bytes)
            expect(bound).toBeLessThanOrEqual(real * (1 + 1e-12))
          }
        }
      ),
      { numRuns: 400 }
    )
  })
})
