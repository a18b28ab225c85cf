import type { CostModel } from '../simulator/cost-model.ts'
import { tableCut } from '../simulator/tied-table.ts'
import type { LayerClass } from '../workload/operator.ts'
import { roleOptions } from './step-choices.ts'
import type { MappingSpace } from '../mapping/mapping-space.ts'

const uses = { embedding: 'embedding', head: 'logits' } as const

/** Ways to cut a table that both of its uses can have. */
export function tableCuts(model: CostModel, space: MappingSpace): readonly string[] {
  const cuts = (name: keyof typeof uses): Set<string> => {
    const { main } = model.context.workload.classes.find((layer) => layer.name === name)!.steps[0]!
    return new Set(roleOptions(model, main, space).map((roles) => tableCut(model.axes.length, uses[name], roles)))
  }
  const logits = cuts('head')
  return [...cuts('embedding')].filter((cut) => logits.has(cut))
}

/** Lets through the roles of a class that cut the table so; undefined for classes that do not use it. */
export function tableFilter(
  model: CostModel,
  layer: LayerClass['name'],
  cut: string
): ((roles: number) => boolean) | undefined {
  if (layer !== 'embedding' && layer !== 'head') return undefined
  return (roles) => tableCut(model.axes.length, uses[layer], roles) === cut
}
