import { canonicalJson } from '../canonical.ts'
import type { GroupRegion } from '../mapping/group-region.ts'
import type { Mapping } from '../mapping/mapping.ts'
import type { PlacementOrder } from '../mapping/placement.ts'
import { divisors } from '../optimization/divisors.ts'
import { bestOf, expertDegrees, gridOf, largestReplicas } from '../policies/policy.ts'
import { Problem } from '../problem.ts'
import type { Machine } from '../simulator/machine.ts'
import type { Workload } from '../workload/workload.ts'
import { frameworkTitles, type Framework } from './framework.ts'
import { settingMapping, type FrameworkSetting } from './framework-setting.ts'
import { layoutChoices, layoutOf, type LayoutChoice } from './layout-choices.ts'
import { recomputationOf, type Recomputation } from './recomputation.ts'

/** A setting of a framework, and the mapping that it means where the ranks lie as they are told to. */
export interface NearestSetting {
  readonly setting: FrameworkSetting & { readonly dataParallel: number; readonly stageLayers: readonly number[] }
  readonly mapping: Mapping
  readonly layout: LayoutChoice
  /** How a group lies in the mapping. */
  readonly group: GroupRegion
  /** Whether operators and recomputation are those of the design, not the best that there is in their place. */
  readonly keepsLayout: boolean
  readonly keepsRecomputation: boolean
}

/** Transformer layers of each stage. */
export const stageLayersOf = ({ stages }: Pick<Mapping, 'stages'>): readonly number[] =>
  stages.map(({ layers }) =>
    layers.reduce((sum, run) => sum + (run.class === 'dense' || run.class === 'moe' ? run.count : 0), 0)
  )

/** As equal as whole layers can be, the surplus on the first stages. */
const evened = (counts: readonly number[], chunks: number): readonly number[] => {
  const pieces = counts.reduce((sum, count) => sum + count, 0) / chunks
  return counts.map((_, stage) => {
    const share = Math.floor(pieces / counts.length) + (stage < pieces % counts.length ? 1 : 0)
    return share * chunks
  })
}

/** Model chunks per stage that a framework can have of a schedule. */
const chunksIn = (framework: Framework, { name, virtualStages }: Mapping['schedule']): number =>
  framework.interleaves && name === 'interleaved' ? virtualStages : 1

/** Layouts that differ in this alone are equally near, so what is left to choose falls to the fastest that fits. */
const ORDERS: readonly PlacementOrder[] = ['replica-first', 'pipeline-first']

/** How many replicas of which micro-batch a layout may have: the design's own or, where its dies become several replicas, as many as share the batch. */
function batches(workload: Workload, design: Mapping, { group, replicas }: LayoutChoice) {
  const { microBatch, dataParallel, expertParallel } = design
  if (group) return [{ microBatch, dataParallel, expertParallel }]
  return divisors(microBatch).map((sequences) => {
    const share = Math.floor(workload.training.globalBatch / sequences)
    const most = largestReplicas(share, dataParallel * replicas)
    const experts = expertDegrees(workload, most).findLast((degree) => degree <= expertParallel)
    return { microBatch: sequences, dataParallel: most, expertParallel: experts ?? 1 }
  })
}

/** Settings that differ in what the framework cannot take over as it is, each with the mapping it means. */
function* attempts(
  framework: Framework,
  workload: Workload,
  machine: Machine,
  design: Mapping,
  layouts: readonly LayoutChoice[],
  exact: Recomputation | undefined
): Generator<Pick<NearestSetting, 'setting' | 'layout'> & { readonly mapping: () => Mapping }> {
  const grid = gridOf(machine)
  const virtualStages = chunksIn(framework, design.schedule)
  const own = stageLayersOf(design)
  const stageLayers = framework.unequalStages ? own : evened(own, virtualStages)
  const recomputations = exact ? [exact] : framework.recomputations(workload, Math.max(...stageLayers) / virtualStages)
  const pipelineParallel = design.stages.length
  for (const layout of layouts)
    for (const batch of batches(workload, design, layout))
      for (const recomputation of recomputations) {
        const { tensorParallel, contextParallel, sequenceParallel, group } = layout
        const setting = {
          ...batch,
          tensorParallel,
          contextParallel,
          pipelineParallel,
          virtualStages,
          sequenceParallel,
          zeroStage: framework.zeroStage(design.zeroStage, { pipelineParallel, tensorParallel }),
          recomputation,
          stageLayers,
          ...(framework.ringsAlone && design.collectives !== 'best' && { collectives: 'ring' as const })
        }
        const places = group ? [{ ...group, placement: design.placement }] : ORDERS
        for (const place of places)
          yield { setting, layout, mapping: () => settingMapping(workload, grid, setting, place) }
      }
}

/**
 * The setting of a framework that is nearest to a mapping: what it can be told stays as it is; of what it can be told in the place of the
 * rest, the fastest that fits, as the simulator has it (where nothing fits, what needs least memory).
 * @throws Problem `illegal-mapping` when no setting at all trains this model on these dies
 */
export function nearestSetting(
  framework: Framework,
  workload: Workload,
  machine: Machine,
  design: Mapping
): NearestSetting {
  const layout = layoutOf(framework, workload, design)
  const chunks = chunksIn(framework, design.schedule)
  const longest = Math.max(...stageLayersOf(design)) / chunks
  const exact = recomputationOf(design, workload, framework.recomputations(workload, longest))
  const known = new Map<string, Omit<NearestSetting, 'mapping'>>()
  const made = function* (): Generator<() => Mapping> {
    for (const { setting, layout: choice, mapping } of attempts(
      framework,
      workload,
      machine,
      design,
      layout ? [layout] : layoutChoices(framework, workload, design),
      exact
    ))
      yield () => {
        const one = mapping()
        known.set(canonicalJson(one), {
          setting,
          layout: choice,
          group: choice.group ?? { region: one.region, context: contextSide(one) },
          keepsLayout: layout !== undefined,
          keepsRecomputation: exact !== undefined
        })
        return one
      }
  }
  const { evaluation, failure } = bestOf(workload, machine, made())
  if (!evaluation)
    throw new Problem(
      'illegal-mapping',
      `${frameworkTitles[framework.name]} has no setting for ${workload.model.name} on ${design.stages.length} stages of ${design.region.rows} x ${design.region.columns} dies: ${failure}`,
      'mapping'
    )
  return { ...known.get(canonicalJson(evaluation.mapping))!, mapping: evaluation.mapping }
}

/** The side along which the axis lies that cuts sequences in attention, in a region of ranks placed anew. */
function contextSide({ plans }: Mapping): 'x' | 'y' {
  const attention = plans['dense']?.operators['attention'] ?? {}
  const axis = Object.keys(attention).find((name) => attention[name] === 'sequence')
  return axis?.startsWith('x') ? 'x' : 'y'
}
