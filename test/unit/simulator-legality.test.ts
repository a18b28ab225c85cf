import { describe, expect, it } from 'vitest'
import type { Mapping } from '../../src/core/mapping/mapping.ts'
import { Problem } from '../../src/core/problem.ts'
import { fastest_s } from '../../src/core/simulator/collective-cost.ts'
import { designOf } from '../../src/core/simulator/design.ts'
import { evaluate } from '../../src/core/simulator/evaluate.ts'
import { TENSOR_COMMUNICATION_S } from '../../src/core/simulator/plan-cost.ts'
import { mappingOf, stageCosts, waferOf, workloadOf } from './simulator-fixture.ts'

const workload = workloadOf(
  { name: 'gpt', layers: 4, hidden: 512, heads: 8, vocabulary: 1024 },
  { globalBatch: 8, sequenceLength: 256 }
)
const machine = waferOf()
const legal = mappingOf(workload, machine, { tensorParallel: 4, pipelineParallel: 2, dataParallel: 1 })

function refusal(mapping: Mapping): Problem {
  try {
    evaluate(workload, machine, mapping)
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  throw new Error('the mapping was simulated')
}

const dense = (change: Partial<Mapping['plans'][string]>): Mapping => ({
  ...legal,
  plans: { ...legal.plans, dense: { ...legal.plans.dense!, ...change } }
})
const everywhere = (residual: Mapping['plans'][string]['residual']): Mapping => ({
  ...legal,
  plans: Object.fromEntries(Object.entries(legal.plans).map(([name, plan]) => [name, { ...plan, residual }]))
})
const operators = legal.plans.dense!.operators

describe('an illegal mapping is refused with what is wrong, its value and the limit', () => {
  it.each<[string, Mapping, RegExp]>([
    [
      'more parts than heads',
      { ...mappingOf(workload, machine, { tensorParallel: 7, dataParallel: 1 }) },
      /'qkv'.*7 ways.*'x'.*8 parts/
    ],
    [
      'a batch cut of one sequence',
      dense({ operators: { ...operators, up: { x: 'batch' } } }),
      /'up'.*4 ways.*batch.*'x'.*1 parts/
    ],
    [
      'a role the operator cannot have',
      dense({ operators: { ...operators, attention: { x: 'reduction' } } }),
      /'attention'.*'reduction'.*'x'.*'head'/
    ],
    [
      'an axis that is not there',
      dense({ operators: { ...operators, up: { x: 'output', z: 'output' } } }),
      /'up'.*'z'.*'x'/
    ],
    [
      'an axis of the residual stream that is not there',
      dense({ residual: { x: 'replicated', z: 'sequence' } }),
      /residual.*'z'.*'x'/
    ],
    ['an operator without a role', dense({ operators: { ...operators, up: {} } }), /'up'.*'x'.*4 dies/],
    [
      'a residual stream cut by a batch of one',
      everywhere({ x: 'batch' }),
      /residual.*"x":"batch".*4 dies.*micro-batch 1/
    ],
    ['a tensor nobody stores', dense({ recompute: ['attention.score'] }), /'attention.score'.*'attention.scores'/],
    [
      'a stage without layers',
      { ...legal, stages: [...legal.stages, { layers: [] }], placement: [[...legal.placement[0]!, [2, 0]]] },
      /stage 2 has no layers/
    ],
    ['a micro-batch that does not divide the batch', { ...legal, microBatch: 3 }, /8 .*micro-batch 3/],
    [
      'a die in two regions',
      {
        ...legal,
        placement: [
          [
            [0, 0],
            [0, 3]
          ]
        ]
      },
      /die row 0, column 3 is given to two regions/
    ],
    [
      'a region off the grid',
      {
        ...legal,
        placement: [
          [
            [0, 0],
            [7, 0]
          ]
        ]
      },
      /row 7.*7 x 8/
    ],
    [
      'more dies than there are',
      { ...legal, dataParallel: 8, placement: Array.from({ length: 8 }, () => legal.placement[0]!) },
      /64 dies.*56/
    ],
    ['experts where there are none', { ...legal, expertParallel: 2 }, /expert-parallel 2/],
    [
      'a missing layer',
      {
        ...legal,
        stages: [
          {
            layers: [
              { class: 'embedding', count: 1, plan: 'embedding' },
              { class: 'dense', count: 3, plan: 'dense' }
            ]
          },
          { layers: [{ class: 'head', count: 1, plan: 'head' }] }
        ]
      },
      /5 of the 6/
    ],
    [
      'a plan that is not there',
      {
        ...legal,
        stages: legal.stages.map(({ layers }) => ({ layers: layers.map((run) => ({ ...run, plan: 'fast' })) }))
      },
      /'fast'/
    ]
  ])('%s', (_name, mapping, message) => {
    const problem = refusal(mapping)
    expect(problem.code).toBe('illegal-mapping')
    expect(problem.path).not.toBe('')
    expect(problem.message).toMatch(message)
  })
})

describe('a mapping that needs too much memory', () => {
  it('is simulated, and says which stage, how much and how much there is', () => {
    const tight = waferOf({ memory: { stackCapacity_B: 1e6 } })
    const { feasible, violations, iterationTime_s } = evaluate(workload, tight, legal)
    expect(feasible).toBe(false)
    expect(iterationTime_s).toBe(evaluate(workload, machine, legal).iterationTime_s)
    expect(violations).toHaveLength(2)
    expect(violations[0]).toMatchObject({ code: 'memory-capacity', subject: 'stage 0', limit: 3e6, unit: 'B' })
    expect(violations[0]!.value).toBeGreaterThan(3e6)
  })
})

describe('layers that lay the residual stream out differently', () => {
  const staged = { tensorParallel: 4, pipelineParallel: 2, dataParallel: 1 } as const
  const cut = mappingOf(workload, machine, { ...staged, sequenceParallel: true })
  const whole = mappingOf(workload, machine, staged)
  const tensor_s = (mapping: Mapping): readonly number[] =>
    stageCosts(workload, machine, mapping).map((stage) => stage[TENSOR_COMMUNICATION_S]!)
  /** The first stage by the plans of one mapping, the second by those of another. */
  const handedOver = (first: Mapping, second: Mapping): Mapping => ({
    ...first,
    plans: {
      embedding: first.plans.embedding!,
      dense: first.plans.dense!,
      later: second.plans.dense!,
      head: second.plans.head!
    },
    stages: first.stages.map(({ layers }, stage) =>
      stage === 0
        ? { layers }
        : { layers: layers.map((run) => (run.class === 'dense' ? { ...run, plan: 'later' } : run)) }
    )
  })

  it.each([
    ['from cut to whole by a gather forward', cut, whole],
    ['from whole to cut by a gather backward', whole, cut]
  ])('hand it over %s, paid by the later stage', (_way, first, second) => {
    const { hidden } = workload.model
    const residual_B = 2 * hidden * workload.training.sequenceLength
    const gather_s = fastest_s(designOf(workload, machine, first).model.regionGroup.gather, residual_B)
    const [before, after] = tensor_s(handedOver(first, second))
    expect(before).toBe(tensor_s(first)[0])
    expect(after).toBeCloseTo(tensor_s(second)[1]! + gather_s, 15)
  })
})
