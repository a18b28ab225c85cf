import * as fc from 'fast-check'
import { scheduleNames } from '../../src/core/mapping/mapping.ts'
import { Problem } from '../../src/core/problem.ts'
import { mappingOf, waferOf, workloadOf } from '../unit/simulator-fixture.ts'
import { prepared, type Prepared } from '../unit/event-fixture.ts'

const small = { layers: 16, hidden: 512, heads: 8, vocabulary: 1024 }
const models = [
  { name: 'gpt', ...small },
  { name: 'llama', ...small, kvHeads: 2, ffn: 'swiglu', ffnHidden: 1408, tiedEmbeddings: false },
  {
    name: 'mixtral',
    ...small,
    kvHeads: 4,
    ffn: 'swiglu',
    ffnHidden: 1408,
    moe: { experts: 8, topK: 2, expertHidden: 512 }
  }
] as const

/** Steps of small models on random wafers under every schedule, as strategies lay them out; `chip` on top of the wafer. */
export const strategySteps = (chip: Record<string, unknown> = {}): fc.Arbitrary<Prepared> =>
  fc
    .record({
      model: fc.constantFrom(...models),
      globalBatch: fc.constantFrom(8, 32, 64),
      overlap: fc.constantFrom(0, 0.5, 1),
      gradientOverlap: fc.constantFrom(0, 0.5, 1),
      link: fc.constantFrom(2e9, 1e11, 1e12),
      hop: fc.constantFrom(0, 2e-7),
      collectives: fc.constantFrom('ring' as const, 'tree' as const, 'best' as const),
      strategy: fc.record({
        schedule: fc.constantFrom(...scheduleNames),
        virtualStages: fc.constantFrom(1, 2, 4),
        pipelineParallel: fc.constantFrom(1, 2, 4),
        tensorParallel: fc.constantFrom(1, 2, 4),
        contextParallel: fc.constantFrom(1, 1, 2),
        dataParallel: fc.constantFrom(1, 2, 4),
        expertParallel: fc.constantFrom(1, 2),
        sequenceParallel: fc.boolean(),
        recompute: fc.constantFrom('none' as const, 'selective' as const, 'full' as const),
        zeroStage: fc.constantFrom(0 as const, 1 as const, 2 as const, 3 as const)
      })
    })
    .map(({ model, globalBatch, overlap, gradientOverlap, link, hop, collectives, strategy }) => {
      const workload = workloadOf(model, { globalBatch, sequenceLength: 256 })
      const execution = { overlap, gradientOverlap }
      const links = { bandwidthPerEdge_Bps: link, latency_s: hop }
      const machine = waferOf({ links, execution, ...chip })
      const virtualStages = strategy.schedule === 'interleaved' ? strategy.virtualStages : 1
      try {
        const mapping = mappingOf(workload, machine, { ...strategy, virtualStages }, { microBatch: 1, collectives })
        const told = JSON.stringify({ model: model.name, globalBatch, execution, links, collectives, strategy })
        // A counterexample is told by what it was made from; all of it fills pages.
        return { ...prepared(workload, machine, mapping), [fc.toStringMethod]: () => told }
      } catch (error) {
        if (error instanceof Problem) return undefined
        throw error
      }
    })
    .filter((one) => one !== undefined)
