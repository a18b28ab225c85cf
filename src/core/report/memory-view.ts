import { indexAt, type MemoryCurve } from '../simulator/event/memory-curves.ts'
import {
  copiesOf,
  type MemoryCategory,
  type MemoryContents,
  type MemoryItem,
  type StageCopies
} from '../simulator/insight/memory-columns.ts'
import type { Mapping } from '../mapping/mapping.ts'
import type { StageEvaluation } from '../simulator/evaluation.ts'
import type { Workload } from '../workload/workload.ts'
import { memoryCategories } from './categories.ts'

/** A tensor, or several of an operator, at one instant. */
export interface MemoryPiece extends MemoryItem {
  /** Times that it lies there. */
  readonly copies: number
  readonly total_B: number
}

/** What lies in a stage's memory, the largest first. @param copies at an instant; at the fullest one when left out */
export const piecesOf = (
  { items, copies: fullest }: MemoryContents,
  stage: number,
  copies: StageCopies = fullest[stage]!
): readonly MemoryPiece[] =>
  items
    .filter((item) => item.stage === stage)
    .map((item) => {
      const times = copiesOf(item, copies)
      return { ...item, copies: times, total_B: times * item.bytes }
    })
    .filter(({ total_B }) => total_B > 0)
    .sort((a, b) => b.total_B - a.total_B)

/** What a tensor is called in other views: its operator, where it is of one, its class of layers and, where it is stored, its name there. */
export function selectionOfPiece(
  { stage, run, step, name }: MemoryItem,
  { workload, mapping }: { readonly workload: Workload; readonly mapping: Mapping }
): { readonly layer: string; readonly op: string | undefined; readonly tensor: string } {
  const layer = mapping.stages[stage]!.layers[run]!.class
  const steps = workload.classes.find((one) => one.name === layer)!.steps
  const [made] = steps[step]?.stored.filter((stored) => name.startsWith(`${stored.name} (`)) ?? []
  return { layer, op: steps[step]?.main.name, tensor: made?.name ?? name }
}

export const peak_B = (contents: MemoryContents, stage: number): number =>
  piecesOf(contents, stage).reduce((sum, { total_B }) => sum + total_B, 0)

/** Micro-batches in a stage's memory at a time. */
export function copiesAt(curve: MemoryCurve, time_s: number): StageCopies {
  const at = indexAt(curve, time_s)
  return { inFlight: curve.inFlight[at]!, logits: curve.logits[at]!, delayed: curve.delayed[at]! }
}

/** The stage whose dies are filled most; the first of several alike. */
export const fullestStage = (stages: readonly StageEvaluation[]): number =>
  stages.reduce((most, one) => (one.memory_B.peak > most.memory_B.peak ? one : most)).stage

/** When a curve is first at its highest, s. */
export function fullestAt_s({ inUse_B, time_s }: MemoryCurve): number {
  let fullest = 0
  inUse_B.forEach((bytes, at) => {
    if (bytes > inUse_B[fullest]!) fullest = at
  })
  return time_s[fullest]!
}

/** A stage's memory over time by category: a step function, each value holds from its time to the next. */
export interface MemorySeries {
  readonly time_s: Float64Array
  readonly categories: Readonly<Record<MemoryCategory, Float64Array>>
}

export function memorySeries(contents: MemoryContents, curve: MemoryCurve): MemorySeries {
  const items = contents.items.filter(({ stage }) => stage === curve.stage)
  const category = (name: MemoryCategory): Float64Array => {
    const own = items.filter((item) => item.category === name)
    const sum = (residence: MemoryItem['residence']): number =>
      own.filter((item) => item.residence === residence).reduce((total, { bytes }) => total + bytes, 0)
    const [step, inFlight, logits, delayed] = [sum('step'), sum('in flight'), sum('logits'), sum('delayed')]
    return curve.time_s.map(
      (_time, at) => step + inFlight * curve.inFlight[at]! + logits * curve.logits[at]! + delayed * curve.delayed[at]!
    )
  }
  return {
    time_s: curve.time_s,
    categories: Object.fromEntries(memoryCategories.map(([name]) => [name, category(name)])) as Record<
      MemoryCategory,
      Float64Array
    >
  }
}

/** The first tensor that a die has no room for, and when it would come. */
export interface Overflow {
  readonly time_s: number
  readonly item: MemoryItem
  /** Bytes that it lacks. */
  readonly missing_B: number
}

const order: readonly MemoryCategory[] = ['weights', 'gradients', 'optimizer', 'workspace', 'activations']

/**
 * What does not fit first: of what stays for the step, in the order weights, gradients, optimiser state, workspace; else, of the micro-batch
 * that is too many, in the order in which its forward pass stores it. Undefined where all fits.
 */
export function overflowOf(contents: MemoryContents, curve: MemoryCurve): Overflow | undefined {
  const { capacity_B } = contents
  const items = contents.items.filter(({ stage }) => stage === curve.stage)
  const at = curve.inUse_B.findIndex((bytes) => bytes > capacity_B)
  if (at < 0) return undefined
  const time_s = curve.time_s[at]!
  const arrives = (candidates: readonly MemoryItem[], before_B: number): Overflow | undefined => {
    let sum = before_B
    for (const item of candidates) {
      sum += item.bytes
      if (sum > capacity_B) return { time_s, item, missing_B: sum - capacity_B }
    }
    return undefined
  }
  if (at === 0) {
    const resident = items.filter(({ residence }) => residence === 'step')
    return arrives(
      resident.toSorted((a, b) => order.indexOf(a.category) - order.indexOf(b.category)),
      0
    )
  }
  return arrives(
    items.filter(({ residence }) => residence !== 'step'),
    curve.inUse_B[at - 1]!
  )
}
