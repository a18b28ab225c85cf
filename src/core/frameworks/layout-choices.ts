import { divisors } from '../optimization/divisors.ts'
import { canonicalJson } from '../canonical.ts'
import { contextAxis, slabbedRegion, type GroupRegion } from '../mapping/group-region.ts'
import type { Mapping } from '../mapping/mapping.ts'
import { regionAxes, regionDies } from '../mapping/region.ts'
import { strategyPlan } from '../mapping/strategy.ts'
import type { Workload } from '../workload/workload.ts'
import type { Framework } from './framework.ts'

/** Degrees by which the dies of a mapping's regions can share their work in a framework. */
export interface LayoutChoice {
  readonly tensorParallel: number
  readonly contextParallel: number
  readonly sequenceParallel: boolean
  /** Replicas that each region of the design becomes, where its dies share the sequences of a micro-batch. */
  readonly replicas: number
  /** The region as it lies in the design; left out where it becomes several, which are placed anew. */
  readonly group?: GroupRegion
}

/** A mapping's regions cut into as many slabs, each way that can be. */
const groupsOf = ({ region }: Mapping, contextParallel: number): readonly GroupRegion[] =>
  (contextParallel > 1 ? (['y', 'x'] as const) : (['y'] as const)).flatMap((side) => {
    const group = slabbedRegion(region.rows, region.columns, contextParallel, side)
    return group ? [group] : []
  })

/** Context-parallel degrees that a framework can have on so many dies. */
const contextDegrees = (framework: Framework, { training }: Workload, dies: number): readonly number[] =>
  divisors(dies).filter((degree) => degree === 1 || framework.cutsSequences(training.sequenceLength, degree))

/** Whether all operators of a mapping are laid out as the degrees of a choice mean. */
function means(mapping: Mapping, workload: Workload, choice: LayoutChoice & { readonly group: GroupRegion }): boolean {
  const axes = regionAxes(choice.group.region)
  if (canonicalJson(axes) !== canonicalJson(regionAxes(mapping.region))) return false
  const context = contextAxis(axes, choice.contextParallel, choice.group.context)
  const meant = new Map(
    workload.classes.map((layer) => {
      const { residual, operators } = strategyPlan(layer, axes, context, { ...choice, recompute: 'none' })
      return [layer.name as string, canonicalJson({ residual, operators })]
    })
  )
  return mapping.stages.every(({ layers }) =>
    layers.every(({ class: layerClass, plan }) => {
      const { residual, operators } = mapping.plans[plan]!
      return canonicalJson({ residual, operators }) === meant.get(layerClass)
    })
  )
}

/** The degrees that are exactly how a mapping lays out its operators; undefined where none are. */
export function layoutOf(framework: Framework, workload: Workload, mapping: Mapping): LayoutChoice | undefined {
  const dies = regionDies(mapping.region)
  for (const contextParallel of contextDegrees(framework, workload, dies))
    for (const sequenceParallel of framework.sequenceParallel ? [false, true] : [false])
      for (const group of groupsOf(mapping, contextParallel)) {
        const tensorParallel = dies / contextParallel
        const choice = { tensorParallel, contextParallel, sequenceParallel, replicas: 1, group }
        if (means(mapping, workload, choice)) return choice
      }
  return undefined
}

/** All degrees that the dies of a mapping's regions multiply to; which of them are legal is seen when they are tried. */
export function layoutChoices(framework: Framework, workload: Workload, mapping: Mapping): readonly LayoutChoice[] {
  const dies = regionDies(mapping.region)
  return divisors(dies).flatMap((replicas) =>
    contextDegrees(framework, workload, dies / replicas).flatMap((contextParallel): LayoutChoice[] => {
      const tensorParallel = dies / replicas / contextParallel
      const residuals = framework.sequenceParallel && tensorParallel > 1 ? [false, true] : [false]
      return residuals.flatMap((sequenceParallel) => {
        const degrees = { tensorParallel, contextParallel, sequenceParallel, replicas }
        return replicas === 1 ? groupsOf(mapping, contextParallel).map((group) => ({ ...degrees, group })) : [degrees]
      })
    })
  )
}

/** How the work of a mapping is laid out, as its most used plan has it: `residual sequence on x; qkv output on x; attention head on x; …`. */
export function layoutWords({ region, stages, plans }: Mapping): string {
  const uses = new Map<string, number>()
  for (const { layers } of stages)
    for (const { class: layerClass, count, plan } of layers)
      if (layerClass !== 'embedding' && layerClass !== 'head') uses.set(plan, (uses.get(plan) ?? 0) + count)
  const [most = ''] = [...uses.entries()].sort((a, b) => b[1] - a[1])[0] ?? []
  const { residual, operators } = plans[most]!
  const told = Object.entries({ residual, ...operators }).map(
    ([operator, layout]) =>
      `${operator} ${Object.entries(layout)
        .map(([axis, role]) => `${role} on ${axis}`)
        .join(', ')}`
  )
  const shapes = new Set([...uses.keys()].map((plan) => canonicalJson([plans[plan]!.residual, plans[plan]!.operators])))
  const others = shapes.size > 1 ? `; ${shapes.size - 1} other ${shapes.size === 2 ? 'layout' : 'layouts'}` : ''
  return `${region.rows} x ${region.columns} dies: ${told.join('; ')}${others}`
}
