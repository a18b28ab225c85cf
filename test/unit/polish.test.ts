import { describe, expect, it } from 'vitest'
import { chipPreset } from '../../src/core/chip/chip-presets.ts'
import { policyNamed } from '../../src/core/policies/policies.ts'
import { runPolicy } from '../../src/core/search/run-policy.ts'
import { evaluate } from '../../src/core/simulator/evaluate.ts'
import { machineOf } from '../../src/core/simulator/machine.ts'
import { modelPreset } from '../../src/core/workload/model-presets.ts'
import { TrainingSpec } from '../../src/core/workload/training-spec.ts'
import { buildWorkload } from '../../src/core/workload/workload.ts'
import { searchMapping } from '../../src/core/search/mapping-search.ts'
import { polish } from '../../src/core/search/polish.ts'

describe('polishing', () => {
  it('that is stopped at once leaves the mapping as it is', () => {
    const workload = buildWorkload(
      modelPreset('megatron-1.7b').spec,
      TrainingSpec.parse({ globalBatch: 8, sequenceLength: 512 })
    )
    const machine = machineOf(chipPreset('wsc-llm-54'))
    const { mapping } = runPolicy(policyNamed('deepspeed-z3-checkpoint'), workload, machine).evaluation!
    expect(polish(workload, machine, mapping, 1, 1000, { goesOn: () => false }).mapping).toBe(mapping)
    expect(polish(workload, machine, mapping, 1, 1000).mapping).not.toBe(mapping)
  })

  it('changes both products of the experts at once, which neither may do alone', () => {
    const workload = buildWorkload(
      { ...modelPreset('mixtral-8x7b').spec, layers: 8 },
      TrainingSpec.parse({ globalBatch: 128, sequenceLength: 4096, attention: 'flash' })
    )
    const machine = machineOf(chipPreset('palm-20'))
    const { mapping } = searchMapping(workload, machine).best!
    // On one axis along the width of the experts, where the best mapping cuts by experts: the two products must agree on it.
    const plans = Object.fromEntries(
      Object.entries(mapping.plans).map(([name, plan]) => {
        const { expertUp, expertDown } = plan.operators
        if (!expertUp || !expertDown) return [name, plan]
        expect(expertUp['y']).toBe('expert')
        const spoilt = {
          expertUp: { ...expertUp, y: 'output' },
          expertDown: { ...expertDown, y: 'reduction' }
        } as const
        return [name, { ...plan, operators: { ...plan.operators, ...spoilt } }]
      })
    )
    const start = { ...mapping, plans }
    const polished = polish(workload, machine, start, 1, 0)
    expect(evaluate(workload, machine, start).iterationTime_s).toBeGreaterThan(
      evaluate(workload, machine, mapping).iterationTime_s
    )
    expect(polished.iterationTime_s).toBeLessThan(evaluate(workload, machine, start).iterationTime_s)
    expect(evaluate(workload, machine, polished.mapping).iterationTime_s).toBeCloseTo(polished.iterationTime_s, 9)
    expect(evaluate(workload, machine, polished.mapping).feasible).toBe(true)
    const roles = JSON.stringify(Object.values(polished.mapping.plans).map(({ operators }) => operators['expertUp']))
    expect(roles).not.toBe(JSON.stringify(Object.values(plans).map(({ operators }) => operators['expertUp'])))
  })
})
