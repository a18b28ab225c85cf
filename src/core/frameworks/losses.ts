import type { Mapping } from '../mapping/mapping.ts'
import { stagesOf } from '../mapping/strategy.ts'
import { gridOf } from '../policies/policy.ts'
import { Problem } from '../problem.ts'
import { evaluateAt } from '../simulator/evaluate-level.ts'
import type { Evaluation } from '../simulator/evaluation.ts'
import type { Machine } from '../simulator/machine.ts'
import type { Workload } from '../workload/workload.ts'
import type { Framework } from './framework.ts'
import { settingMapping } from './framework-setting.ts'
import { layoutWords } from './layout-choices.ts'
import { nearestSetting, stageLayersOf, type NearestSetting } from './nearest-setting.ts'
import { recomputationWords, withRecomputation } from './recomputation.ts'

/** One thing of a design that a framework cannot be told, what stands in its place, and what that costs. */
export interface Loss {
  readonly gene: 'collectives' | 'offload' | 'recomputation' | 'operators' | 'stages' | 'schedule' | 'zero'
  readonly design: string
  readonly nearest: string
  /**
   * Seconds of the step and bytes of the fullest die more than with it; both add up to the difference of nearest setting and design.
   * Null where the one cannot be changed without the next, with which it is priced.
   */
  readonly cost_s: number | null
  readonly peak_B: number | null
}

/** What the setting itself does not say: somebody else has to see to it. */
export interface Reliance {
  readonly on: string
  /** Seconds more of the step without it. */
  readonly cost_s: number
}

/** A design in a framework's terms, with an account of what that costs. */
export interface FrameworkExport {
  readonly nearest: NearestSetting
  readonly design: Evaluation
  readonly exported: Evaluation
  readonly lost: readonly Loss[]
  readonly relies: readonly Reliance[]
}

/** One step of the way from a design to what a framework can be told. */
interface Change extends Pick<Loss, 'gene' | 'design' | 'nearest'> {
  readonly mapping: () => Mapping
}

const scheduleWords = ({ name, virtualStages }: Mapping['schedule']): string =>
  virtualStages > 1 ? `${name}, ${virtualStages} chunks per stage` : name

const degreeWords = (setting: NearestSetting['setting']): string =>
  `tensor-parallel ${setting.tensorParallel}${setting.sequenceParallel ? ' with sequence parallelism' : ''}, ` +
  `context-parallel ${setting.contextParallel}, data-parallel ${setting.dataParallel}, micro-batch ${setting.microBatch}`

/** The tensors that a design makes again, and by how many layers. */
function recomputeWords({ stages, plans }: Mapping): string {
  const layers = new Map<string, number>()
  for (const { class: layerClass, count, plan } of stages.flatMap((stage) => stage.layers)) {
    const { recompute } = plans[plan]!
    const isEnd = layerClass === 'embedding' || layerClass === 'head'
    if (isEnd && recompute.length === 0) continue
    const names = recompute.length > 0 ? recompute.join(', ') : 'nothing'
    layers.set(names, (layers.get(names) ?? 0) + count)
  }
  return [...layers].map(([names, count]) => `${count} layers: ${names}`).join('; ')
}

/** The changes that lead from a design to its nearest setting, one gene after another. */
function changesOf(
  workload: Workload,
  machine: Machine,
  design: Mapping,
  { setting, mapping: nearest, group, keepsLayout, keepsRecomputation }: NearestSetting
): readonly Change[] {
  const { recomputation } = setting
  const [own, counts] = [stageLayersOf(design), setting.stageLayers]
  const collectives: Mapping = { ...design, collectives: nearest.collectives }
  const plans = Object.entries(design.plans).map(([name, { offload: _kept, ...plan }]) => [name, plan] as const)
  const kept: Mapping = { ...collectives, plans: Object.fromEntries(plans) }
  const keptAlways = { ...setting, recomputation: { kind: 'none' } } as const
  const plain = settingMapping(workload, gridOf(machine), keptAlways, { ...group, placement: nearest.placement })
  /** The setting's operators and places, with stages and schedule as given and the design's ZeRO. */
  const composed = (layers: readonly number[], schedule: Mapping['schedule']) => () => {
    const { zeroStage } = design
    const staged = { ...plain, schedule, zeroStage, stages: stagesOf(workload, schedule, layers) }
    return withRecomputation(staged, workload, recomputation)
  }
  const held = [...new Set(plans.flatMap(([name]) => design.plans[name]!.offload ?? []))]
  const changes: (Change | false)[] = [
    design.collectives !== nearest.collectives && {
      gene: 'collectives',
      design: design.collectives,
      nearest: nearest.collectives,
      mapping: () => collectives
    },
    held.length > 0 && {
      gene: 'offload',
      design: held.join(', '),
      nearest: 'nothing waits in another memory',
      mapping: () => kept
    },
    !keepsRecomputation && {
      gene: 'recomputation',
      design: recomputeWords(design),
      nearest: recomputationWords(recomputation),
      mapping: () => withRecomputation(kept, workload, recomputation)
    },
    !keepsLayout && {
      gene: 'operators',
      design: layoutWords(design),
      nearest: degreeWords(setting),
      mapping: composed(own, design.schedule)
    },
    own.join() !== counts.join() && {
      gene: 'stages',
      design: `${own.join(', ')} layers`,
      nearest: `${counts.join(', ')} layers`,
      mapping: composed(counts, design.schedule)
    },
    scheduleWords(design.schedule) !== scheduleWords(nearest.schedule) && {
      gene: 'schedule',
      design: scheduleWords(design.schedule),
      nearest: scheduleWords(nearest.schedule),
      mapping: composed(counts, nearest.schedule)
    },
    design.zeroStage !== nearest.zeroStage && {
      gene: 'zero',
      design: `ZeRO ${design.zeroStage}`,
      nearest: `ZeRO ${nearest.zeroStage}`,
      mapping: () => nearest
    }
  ]
  return changes.filter((change): change is Change => change !== false)
}

/** The evaluation of a mapping that may be illegal: a change that others have to follow. */
function priced(workload: Workload, machine: Machine, mapping: () => Mapping): Evaluation | undefined {
  try {
    return evaluateAt('analytic', workload, machine, mapping())
  } catch (error) {
    if (error instanceof Problem) return undefined
    throw error
  }
}

function lossesOf(
  workload: Workload,
  machine: Machine,
  changes: readonly Change[],
  design: Evaluation,
  exported: Evaluation
): readonly Loss[] {
  let before = design
  return changes.map(({ gene, design: had, nearest, mapping }, index) => {
    // The last change arrives at the setting itself, so that the costs add up to the whole difference.
    const after = index === changes.length - 1 ? exported : priced(workload, machine, mapping)
    const cost_s = after ? after.iterationTime_s - before.iterationTime_s : null
    const peak_B = after ? after.memory_B.peak - before.memory_B.peak : null
    before = after ?? before
    return { gene, design: had, nearest, cost_s, peak_B }
  })
}

/** What launcher and libraries have to do for the setting to be what it is priced as. */
function reliancesOf(
  workload: Workload,
  machine: Machine,
  { setting, mapping }: NearestSetting,
  exported: Evaluation
): readonly Reliance[] {
  const others: readonly (readonly [on: string, mapping: () => Mapping])[] = [
    [
      'ranks on the dies of the rank map, not one after another in a snake',
      () => settingMapping(workload, gridOf(machine), setting, 'replica-first')
    ],
    [
      'collectives that are the fastest of rings and packed trees, not rings alone',
      () => ({ ...mapping, collectives: 'ring' })
    ]
  ]
  return others.flatMap(([on, without]) => {
    const other = priced(workload, machine, without)
    const cost_s = other ? other.iterationTime_s - exported.iterationTime_s : 0
    return cost_s > 0 ? [{ on, cost_s }] : []
  })
}

/**
 * A design in the terms of a framework: its nearest setting, what is lost with it and what that costs, one thing after another.
 * @throws Problem `illegal-mapping` when the framework has no setting for it at all
 */
export function frameworkExport(
  framework: Framework,
  workload: Workload,
  machine: Machine,
  mapping: Mapping
): FrameworkExport {
  const nearest = nearestSetting(framework, workload, machine, mapping)
  const design = evaluateAt('analytic', workload, machine, mapping)
  const exported = evaluateAt('analytic', workload, machine, nearest.mapping)
  return {
    nearest,
    design,
    exported,
    lost: lossesOf(workload, machine, changesOf(workload, machine, mapping, nearest), design, exported),
    relies: reliancesOf(workload, machine, nearest, exported)
  }
}
