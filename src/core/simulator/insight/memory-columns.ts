import type { PlanCode } from '../../mapping/plan-code.ts'
import type { CostModel } from '../cost-model.ts'
import * as row from '../cost-row.ts'
import type { Design } from '../design.ts'
import type { MemoryBreakdown_B } from '../evaluation.ts'
import * as plan from '../plan-cost.ts'
import { delayedMicroBatches, logitsInFlight, microBatchesInFlight, splitsBackward } from '../schedule.ts'

export type MemoryCategory = Exclude<keyof MemoryBreakdown_B, 'capacity' | 'peak'>

/**
 * How often a tensor lies in memory: once for the whole step; once for each micro-batch in flight; from the forward pass of the last chunk
 * until the loss's gradient is done; or for each micro-batch whose weight gradients wait.
 */
export const residences = ['step', 'in flight', 'logits', 'delayed'] as const
export type Residence = (typeof residences)[number]

/** A tensor, or several of the same operator, of all layers of a run on one die. */
export interface MemoryItem {
  readonly stage: number
  /** Index among the stage's runs. */
  readonly run: number
  /** Index among the steps of the run's class; -1 for what no single step has. */
  readonly step: number
  readonly category: MemoryCategory
  readonly name: string
  readonly residence: Residence
  readonly bytes: number
}

/** What a stage has in memory at its fullest, as numbers of micro-batches. */
export interface StageCopies {
  readonly inFlight: number
  readonly logits: number
  readonly delayed: number
}

/** What lies in a die's memory, tensor by tensor. */
export interface MemoryContents {
  readonly items: readonly MemoryItem[]
  readonly copies: readonly StageCopies[]
  readonly capacity_B: number
}

/** Times an item lies in memory when a stage is at its fullest. */
export const copiesOf = ({ residence }: MemoryItem, { inFlight, logits, delayed }: StageCopies): number =>
  residence === 'step' ? 1 : residence === 'in flight' ? inFlight : residence === 'logits' ? logits : delayed

type StepItem = Omit<MemoryItem, 'stage' | 'run' | 'bytes'> & { readonly bytes: number; readonly isLargest?: boolean }

/** Tensors of one layer under a plan; those marked as largest count once for the stage, not once per layer. */
function layerItems(model: CostModel, code: PlanCode, waits: boolean): readonly StepItem[] {
  const { steps } = model.context.workload.classes[code.layerClass]!
  const costs = new Float64Array(steps.length * plan.PLAN_COLUMNS)
  plan.planCost(model, code, costs, 0, plan.PLAN_COLUMNS)
  let layout = code.residual
  return steps.flatMap((step, index): StepItem[] => {
    const source = step.source === 'previous' ? layout : code.residual
    const offset = model.offset(code.layerClass, index, source, code.roles[index]!, code.residual)
    layout = model.rows[offset + row.OUTPUT_LAYOUT]!
    const cost = (column: number): number => costs[index * plan.PLAN_COLUMNS + column]!
    const item = (category: MemoryCategory, name: string, bytes: number, residence: Residence = 'step'): StepItem => ({
      step: index,
      category,
      name,
      residence,
      bytes
    })
    const { name } = step.main
    let optional = 0
    const stored = step.stored.flatMap((tensor, bit): StepItem[] => {
      const isOffloaded = ((code.offload?.[index] ?? 0) & (1 << bit)) !== 0
      if (tensor.unit === undefined) {
        if (tensor.category === 'workspace')
          return [item('workspace', tensor.name, model.rows[offset + row.LOGITS_B]!, 'logits')]
        return isOffloaded
          ? []
          : [item('activations', tensor.name, model.rows[offset + row.ALWAYS_KEPT_B]!, 'in flight')]
      }
      const position = optional++
      const bytes = model.rows[offset + row.TENSOR + position]!
      if (isOffloaded) return []
      if ((code.recompute[index]! & (1 << position)) === 0)
        return [item('activations', tensor.name, bytes, 'in flight')]
      const again: StepItem = { ...item('workspace', `${tensor.name} (made again)`, bytes), isLargest: true }
      return waits ? [again, item('workspace', `${tensor.name} (waiting)`, bytes, 'delayed')] : [again]
    })
    return [
      item('weights', `${name} weights`, cost(plan.WEIGHTS_B)),
      item('gradients', `${name} gradients`, cost(plan.GRADIENTS_B)),
      item('optimizer', `${name} optimizer state`, cost(plan.OPTIMIZER_B)),
      { ...item('workspace', `${name} buffers`, cost(plan.BUFFER_B)), isLargest: true },
      ...stored
    ].filter(({ bytes }) => bytes > 0)
  })
}

const isBuffer = ({ name }: StepItem): boolean => name.endsWith(' buffers')

/** Of a stage's layers, the buffers of the step that needs most, and the recomputed tensors of the layer that needs most. */
function largestItems(layers: readonly (readonly StepItem[])[]): ReadonlySet<StepItem> {
  const sum = (items: readonly StepItem[]): number => items.reduce((total, { bytes }) => total + bytes, 0)
  const largest = layers.map((items) => items.filter((item) => item.isLargest && !isBuffer(item)))
  const again = largest.reduce((most, items) => (sum(items) > sum(most) ? items : most), [])
  const buffers = layers.flat().filter(isBuffer)
  const buffer = buffers.reduce<StepItem | undefined>(
    (most, item) => (item.bytes > (most?.bytes ?? 0) ? item : most),
    undefined
  )
  return new Set([...again, ...(buffer ? [buffer] : [])])
}

function offloadedPerMicroBatch_B(design: Design, model: CostModel, stage: number): number {
  const costs = new Float64Array(plan.PLAN_COLUMNS)
  return design.stages[stage]!.reduce((sum, run) => {
    plan.planCost(model, design.plans[run.plan]!, costs, 0)
    return sum + run.layers * costs[plan.OFFLOADED_B]!
  }, 0)
}

/** Takes the memory of a design's dies apart: with their copies the items of a stage sum to its peak, category by category. */
export function memoryContents(design: Design, models = design.stageModels): MemoryContents {
  const { schedule, microBatches } = design.frame
  const waits = splitsBackward(schedule)
  const known = new Map<CostModel, (readonly StepItem[] | undefined)[]>()
  const itemsOf = (model: CostModel, index: number): readonly StepItem[] => {
    let items = known.get(model)
    if (!items) known.set(model, (items = []))
    return (items[index] ??= layerItems(model, design.plans[index]!, waits))
  }
  const items = design.stages.flatMap((runs, stage): MemoryItem[] => {
    const model = models?.[stage] ?? design.model
    const perRun = runs.map((run) => itemsOf(model, run.plan))
    const largest = largestItems(perRun)
    return runs.flatMap(({ layers }, run) => {
      const first = runs.findIndex(({ plan: other }) => other === runs[run]!.plan) === run
      return perRun[run]!.flatMap(({ isLargest, ...item }, index): MemoryItem[] => {
        // What only the largest layer needs is there once, however many layers and runs are like it.
        if (isLargest) return first && largest.has(perRun[run]![index]!) ? [{ ...item, stage, run }] : []
        return [{ ...item, stage, run, bytes: layers * item.bytes }]
      })
    })
  })
  const stages = design.stages.length
  const inFlight = (stage: number): number => microBatchesInFlight(schedule, stage, stages, microBatches)
  const forOthers = (design.frame.helpers ?? []).flatMap((helper, stage): MemoryItem[] => {
    const bytes = inFlight(stage) * offloadedPerMicroBatch_B(design, models?.[stage] ?? design.model, stage)
    return helper < 0 || bytes === 0
      ? []
      : [
          {
            stage: helper,
            run: 0,
            step: -1,
            category: 'activations',
            name: `kept for stage ${stage}`,
            residence: 'step',
            bytes
          }
        ]
  })
  return {
    items: [...items, ...forOthers],
    capacity_B: design.model.context.machine.capacity_B,
    copies: design.stages.map((_runs, stage) => ({
      inFlight: inFlight(stage),
      logits: logitsInFlight(schedule, microBatches),
      delayed: delayedMicroBatches(schedule, stage, microBatches)
    }))
  }
}
