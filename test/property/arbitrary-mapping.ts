import * as fc from 'fast-check'
import { roleName, rolesOf, residualNames } from '../../src/core/mapping/axis-roles.ts'
import type { Mapping, Region } from '../../src/core/mapping/mapping.ts'
import { optionalTensors } from '../../src/core/mapping/plan-code.ts'
import { placeInSnake, tileCount } from '../../src/core/mapping/placement.ts'
import { regionAxes } from '../../src/core/mapping/region.ts'
import { evenStages, runsOf } from '../../src/core/mapping/strategy.ts'
import { Problem } from '../../src/core/problem.ts'
import { designOf, fillStages } from '../../src/core/simulator/design.ts'
import type { Machine } from '../../src/core/simulator/machine.ts'
import { PLAN_COLUMNS } from '../../src/core/simulator/plan-cost.ts'
import type { Workload } from '../../src/core/workload/workload.ts'
import { waferOf, workloadOf } from '../unit/simulator-fixture.ts'

const small = { layers: 8, hidden: 512, heads: 8, vocabulary: 1024 }
const models = [
  { name: 'gpt', ...small },
  { name: 'llama', ...small, kvHeads: 2, ffn: 'swiglu', ffnHidden: 1408 },
  {
    name: 'mixtral',
    ...small,
    kvHeads: 4,
    ffn: 'swiglu',
    ffnHidden: 1408,
    moe: { experts: 8, topK: 2, expertHidden: 512, sharedExperts: 1 }
  }
] as const

/** A pairing of everything evaluate() takes. */
export interface Case {
  readonly workload: Workload
  readonly machine: Machine
  readonly override: Record<string, unknown>
  readonly mapping: Mapping
}

const workloads: fc.Arbitrary<Workload> = fc
  .record({
    model: fc.constantFrom(...models),
    attention: fc.constantFrom('standard' as const, 'flash' as const),
    optimizerBytesPerParameter: fc.constantFrom(16 as const, 18 as const)
  })
  .map(({ model, ...training }) => workloadOf(model, { globalBatch: 32, sequenceLength: 256, ...training }))

const ratio = fc.double({ min: 0.2, max: 5, noNaN: true })
const overrides = fc
  .record({
    rows: fc.integer({ min: 2, max: 5 }),
    columns: fc.integer({ min: 2, max: 8 }),
    link: ratio,
    hop: fc.constantFrom(0, 1e-8, 2e-7),
    memory: ratio,
    overlap: fc.constantFrom(0, 0.5, 1),
    launch: fc.constantFrom(0, 1e-6)
  })
  .map(({ rows, columns, link, hop, memory, overlap, launch }) => ({
    grid: { rows, columns },
    links: { bandwidthPerEdge_Bps: link * 1e12, latency_s: hop },
    memory: { stackBandwidth_Bps: memory * 1e12 },
    execution: { overlap, launchOverhead_s: launch }
  }))

const divisors = (whole: number): readonly number[] =>
  Array.from({ length: whole }, (_, index) => index + 1).filter((part) => whole % part === 0)

const cutsOf = (size: number): fc.Arbitrary<number[]> =>
  fc.constantFrom(...divisors(size)).map((outer) => (outer > 1 && outer < size ? [outer, size / outer] : [size]))

/** Powers of two divide what the models have; any other side is legal with token cuts only. */
const side = (most: number): fc.Arbitrary<number> =>
  fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...[1, 2, 4, 8].filter((size) => size <= most)) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: most }) }
  )

function regions(rows: number, columns: number): fc.Arbitrary<Region> {
  return fc
    .record({ rows: side(rows), columns: side(columns) })
    .chain((region) =>
      fc.record({ x: cutsOf(region.columns), y: cutsOf(region.rows) }).map((split) => ({ ...region, split }))
    )
}

/** Any mapping that the grammar allows on the grid; its layouts need not divide. */
function mappings(workload: Workload, rows: number, columns: number): fc.Arbitrary<Mapping> {
  return regions(rows, columns).chain((region) => {
    const tiles = tileCount(rows, columns, region)
    const axes = regionAxes(region)
    return fc
      .record({
        microBatch: fc.constantFrom(1, 4, 8),
        stages: fc.constantFrom(...[1, 2, 4, 8].filter((stages) => stages <= tiles)),
        zeroStage: fc.constantFrom(0 as const, 1 as const, 2 as const, 3 as const),
        schedule: fc.constantFrom('gpipe' as const, '1f1b' as const, 'zb-h1' as const),
        interleave: fc.boolean(),
        collectives: fc.constantFrom('ring' as const, 'tree' as const, 'best' as const),
        order: fc.constantFrom('pipeline-first' as const, 'replica-first' as const)
      })
      .chain((outer) => {
        const most = Math.floor(tiles / outer.stages)
        const layout = <Name>(choice: fc.Arbitrary<Name>): fc.Arbitrary<Record<string, Name>> =>
          fc.record(Object.fromEntries(axes.map((axis) => [axis.name, choice])) as Record<string, fc.Arbitrary<Name>>)
        const plan = (layer: Workload['classes'][number]) =>
          fc.record({
            operators: fc.record(
              Object.fromEntries(
                layer.steps.map((step) => [
                  step.main.name,
                  layout(fc.constantFrom(...rolesOf(step.main).map(roleName)))
                ])
              )
            ),
            recompute: fc.subarray(layer.steps.flatMap((step) => optionalTensors(step).map((tensor) => tensor.name)))
          })
        return fc
          .record({
            replicas: fc.constantFrom(...[1, 2, 4, 8].filter((count) => count <= Math.max(1, most))),
            expertParallel: fc.constantFrom(1, 2, 4),
            residual: layout(fc.constantFrom(...residualNames)),
            plans: fc.tuple(...workload.classes.map(plan))
          })
          .map(({ replicas, expertParallel, residual, plans }): Mapping => {
            const { stages, interleave, order, schedule, ...genes } = outer
            const chunks = interleave && stages > 1 && stages < 8 ? 2 : 1
            let next = 1
            return {
              schema: 'tmac.mapping/1',
              region,
              ...genes,
              dataParallel: replicas,
              expertParallel: workload.model.moe && replicas % expertParallel === 0 ? expertParallel : 1,
              schedule: { name: chunks > 1 ? 'interleaved' : schedule, virtualStages: chunks },
              plans: Object.fromEntries(
                workload.classes.map((layer, index) => [layer.name, { residual, ...plans[index]! }])
              ),
              stages: evenStages(workload.model.layers, stages).map((count, stage) => {
                const from = stage === 0 ? 0 : next
                next += count
                const to = stage === stages - 1 ? workload.chain.length : next
                return { layers: runsOf(workload, from, to, (name) => name) }
              }),
              placement: placeInSnake(rows, columns, region, replicas, stages, order)!
            }
          })
      })
  })
}

/** Whether a mapping is legal; any error but a Problem is passed on. */
export function isLegal(workload: Workload, machine: Machine, mapping: Mapping): boolean {
  try {
    const design = designOf(workload, machine, mapping)
    const columns = (count: number): Float64Array => new Float64Array(count * PLAN_COLUMNS)
    fillStages(design, columns(design.plans.length), columns(design.stages.length))
    return true
  } catch (error) {
    if (error instanceof Problem) return false
    throw error
  }
}

const anyCases: fc.Arbitrary<Case> = fc.tuple(workloads, overrides).chain(([workload, override]) =>
  mappings(workload, override.grid.rows, override.grid.columns).map((mapping) => ({
    workload,
    override,
    machine: waferOf(override),
    mapping
  }))
)

/** Random legal mappings of small dense, grouped-head and mixture-of-experts models on random wafers. */
export const legalCases: fc.Arbitrary<Case> = anyCases.filter(({ workload, machine, mapping }) =>
  isLegal(workload, machine, mapping)
)

/** The same without the filter: what a search might try. */
export const grammaticalCases = anyCases
