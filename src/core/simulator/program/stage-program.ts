import type { PlanCode } from '../../mapping/plan-code.ts'
import type { CollectiveKind } from '../collectives/collective.ts'
import type { Design } from '../design.ts'
import * as row from '../cost-row.ts'
import { OFFLOAD_S, OPTIMIZER_S, PLAN_COLUMNS, planCost, unitsToRun } from '../plan-cost.ts'
import type { GroupName, StepCollective, StepOperations, StepPart } from '../step-operations.ts'
import { sharesTable, tableReshardingBytes } from '../tied-table.ts'

/** A collective that all dies of a stage take part in, each in its own group. */
export interface Call {
  readonly kind: CollectiveKind
  readonly group: GroupName
  readonly bytes: number
}

export type Activity =
  'forward' | 'recompute' | 'input-gradient' | 'weight-gradient' | 'optimizer' | 'offload' | 'synchronisation'

/**
 * Compute of one operator on every die of a stage with the collectives around it: `before` it in sequence, `beside` it on their own
 * lane. It ends when it has computed and the first `awaited` of the collectives beside it, and all from earlier blocks, are done.
 */
export interface Block {
  readonly name: string
  readonly activity: Activity
  readonly compute_s: number
  readonly before: readonly Call[]
  readonly beside: readonly Call[]
  readonly awaited: number
}

/** Blocks in order, several times in a row. */
export interface Segment {
  readonly layer: string
  readonly blocks: readonly Block[]
  readonly times: number
}

/** What a stage does for one micro-batch, in execution order, and once per step. Chunks are those of an interleaved schedule. */
export interface StageProgram {
  readonly forward: readonly (readonly Segment[])[]
  /** The backward pass in one go. */
  readonly backward: readonly (readonly Segment[])[]
  /** The same in two halves, for schedules that delay weight gradients: what the stage before waits for, and the rest. */
  readonly inputGradient: readonly (readonly Segment[])[]
  readonly weightGradient: readonly (readonly Segment[])[]
  readonly synchronisation: readonly Call[]
  readonly optimizer_s: number
}

const callsOf = (collectives: readonly StepCollective[], ...parts: readonly StepPart[]): Call[] =>
  parts.flatMap((part) =>
    collectives.filter((one) => one.part === part).map(({ kind, group, bytes }) => ({ kind, group, bytes }))
  )

const block = (
  name: string,
  activity: Activity,
  compute_s: number,
  before: readonly Call[] = [],
  beside: readonly Call[] = [],
  awaited = Infinity
): Block => ({ name, activity, compute_s, before, beside, awaited })

const isBusy = ({ compute_s, before, beside }: Block): boolean =>
  compute_s > 0 || before.length > 0 || beside.length > 0

/** The blocks of one layer under a plan, by task. */
interface LayerBlocks {
  readonly forward: readonly Block[]
  readonly backward: readonly Block[]
  readonly inputGradient: readonly Block[]
  readonly weightGradient: readonly Block[]
  readonly synchronisation: readonly Call[]
}

interface StepBlocks extends LayerBlocks {
  readonly recompute: readonly Block[]
}

function forwardBlocks(name: string, { compute_s, collectives }: StepOperations): Block[] {
  return [
    block(
      name,
      'forward',
      compute_s.forwardBefore + compute_s.forwardMain,
      callsOf(collectives, 'before-forward', 'statistics-forward'),
      callsOf(collectives, 'beside-forward')
    ),
    block(name, 'forward', compute_s.forwardAfter, callsOf(collectives, 'after-forward'))
  ]
}

/** Units of a step that run again; their communication does too where the operator itself does, weights of replicas left as they came. */
function recomputeBlocks(
  name: string,
  { compute_s, collectives }: StepOperations,
  units: readonly { readonly before: boolean; readonly main: boolean; readonly after: boolean }[]
): Block[] {
  const inside = collectives.filter(({ group }) => typeof group === 'number')
  return units.flatMap(({ before, main, after }) => [
    block(
      name,
      'recompute',
      (before ? compute_s.forwardBefore : 0) + (main ? compute_s.forwardMain : 0),
      main ? callsOf(collectives, 'before-forward') : [],
      main ? callsOf(inside, 'beside-forward') : []
    ),
    block(name, 'recompute', after ? compute_s.forwardAfter : 0, main ? callsOf(collectives, 'after-forward') : [])
  ])
}

function stepBlocks(
  name: string,
  operations: StepOperations,
  units: Parameters<typeof recomputeBlocks>[2]
): StepBlocks {
  const { compute_s, collectives } = operations
  const opening = block(name, 'input-gradient', compute_s.backwardAfter, callsOf(collectives, 'before-backward'))
  const again = callsOf(collectives, 'beside-input-gradient')
  const streams = callsOf(collectives, 'beside-backward')
  const reduced = callsOf(collectives, 'beside-weight-gradient')
  const closing = callsOf(collectives, 'after-backward', 'statistics-backward')
  const hasWeights = compute_s.weightGradient > 0
  const input = (awaited: number, calls: readonly Call[]): Block =>
    block(name, 'input-gradient', compute_s.inputGradient, [], calls, awaited)
  return {
    forward: forwardBlocks(name, operations),
    recompute: recomputeBlocks(name, operations, units),
    backward: [
      opening,
      // The gathered input is what the weight gradient reads; streams may last until that is done too.
      input(hasWeights ? again.length : Infinity, [...again, ...streams]),
      block(name, 'weight-gradient', compute_s.weightGradient, [], reduced),
      block(name, 'input-gradient', compute_s.backwardBefore, closing)
    ],
    // Alone, the input gradient's sums have no weight gradient to hide under.
    inputGradient: [
      opening,
      input(Infinity, streams),
      block(name, 'input-gradient', compute_s.backwardBefore, [...reduced, ...closing])
    ],
    weightGradient: [block(name, 'weight-gradient', compute_s.weightGradient, [], again)],
    synchronisation: callsOf(collectives, 'synchronisation')
  }
}

function layerBlocks(design: Design, plan: PlanCode): LayerBlocks {
  const { model } = design
  const { steps } = model.context.workload.classes[plan.layerClass]!
  let layout = plan.residual
  const made = steps.map((step, index) => {
    const source = step.source === 'previous' ? layout : plan.residual
    const operations = model.operations(plan.layerClass, index, source, plan.roles[index]!, plan.residual)
    layout =
      model.rows[model.offset(plan.layerClass, index, source, plan.roles[index]!, plan.residual) + row.OUTPUT_LAYOUT]!
    const units = unitsToRun(step, plan.recompute[index]!).map((unit) => step.units[unit]!)
    return stepBlocks(step.main.name, operations, units)
  })
  const cost = new Float64Array(PLAN_COLUMNS)
  planCost(model, plan, cost, 0)
  const offload = block('offload', 'offload', cost[OFFLOAD_S]!)
  const backwards = made.toReversed()
  const busy = (blocks: readonly Block[]): readonly Block[] => blocks.filter(isBusy)
  // A layer's recomputed tensors are made again, in forward order, before its backward pass reads them.
  const again = made.flatMap(({ recompute }) => recompute)
  return {
    forward: busy(made.flatMap(({ forward }) => forward)),
    backward: busy([offload, ...again, ...backwards.flatMap(({ backward }) => backward)]),
    inputGradient: busy([offload, ...again, ...backwards.flatMap(({ inputGradient }) => inputGradient)]),
    weightGradient: busy(backwards.flatMap(({ weightGradient }) => weightGradient)),
    synchronisation: made.flatMap(({ synchronisation }) => synchronisation)
  }
}

/** A run of equal layers of a chunk, and what must happen before the first of them. */
interface ChunkRun {
  readonly plan: number
  readonly layers: number
  readonly handOver: StepOperations | undefined
}

/** Cuts the runs of a stage into chunks of equally many layers of the stack; the two ends of the chain go with their neighbours. */
function chunksOf(
  design: Design,
  stage: number,
  chunks: number
): readonly (readonly { plan: number; layers: number }[])[] {
  const { classes } = design.model.context.workload
  const runs = design.stages[stage]!
  const isStack = (plan: number): boolean => classes[design.plans[plan]!.layerClass]!.hasAttention
  const stack = runs.reduce((sum, { plan, layers }) => sum + (isStack(plan) ? layers : 0), 0)
  const made: { plan: number; layers: number }[][] = Array.from({ length: chunks }, () => [])
  let done = 0
  for (const { plan, layers } of runs) {
    if (!isStack(plan)) {
      made[done === 0 ? 0 : chunks - 1]!.push({ plan, layers })
      continue
    }
    for (let left = layers; left > 0;) {
      const chunk = Math.min(chunks - 1, Math.floor((done * chunks) / stack))
      const room = Math.max(1, Math.round(((chunk + 1) * stack) / chunks) - done)
      const taken = Math.min(left, room)
      made[chunk]!.push({ plan, layers: taken })
      left -= taken
      done += taken
    }
  }
  return made
}

/** Adds up calls of equal kind and group: gradients of many layers are synchronised together, in buckets as large as they come. */
function joined(calls: readonly Call[], times: number, into: Map<string, Call>): void {
  for (const call of calls) {
    const key = `${call.kind} ${call.group}`
    const before = into.get(key)?.bytes ?? 0
    into.set(key, { ...call, bytes: before + times * call.bytes })
  }
}

/**
 * What every stage of a design executes: the same operations its costs are made of, in order.
 * @param plans costs of the design's plans; @param stages totals of its stages, both as `fillStages` gives them
 */
export function stagePrograms(design: Design, stages: Float64Array): readonly StageProgram[] {
  const { model, frame } = design
  const blocks = design.plans.map((plan) => layerBlocks(design, plan))
  const { classes } = model.context.workload
  let residual = -1
  return design.stages.map((_runs, stage): StageProgram => {
    const synchronisation = new Map<string, Call>()
    const programs = chunksOf(design, stage, frame.schedule.virtualStages).map((runs) => {
      const chunk: ChunkRun[] = runs.map(({ plan, layers }) => {
        const next = design.plans[plan]!.residual
        const handOver = residual >= 0 && residual !== next ? model.reshardingOperations(residual, next) : undefined
        residual = next
        joined(blocks[plan]!.synchronisation, layers, synchronisation)
        return { plan, layers, handOver }
      })
      const named = (plan: number): string => classes[design.plans[plan]!.layerClass]!.name
      const tie = stage === 0 ? tableCalls(design) : []
      const opening = (name: string, activity: Activity, calls: readonly Call[]): Segment[] =>
        calls.length === 0 ? [] : [{ layer: name, blocks: [block('layout change', activity, 0, calls)], times: 1 }]
      const forward = chunk.flatMap(({ plan, layers, handOver }): Segment[] => [
        ...opening(named(plan), 'forward', callsOf(handOver?.collectives ?? [], 'before-forward')),
        { layer: named(plan), blocks: blocks[plan]!.forward, times: layers }
      ])
      const backwards = (task: 'backward' | 'inputGradient' | 'weightGradient'): Segment[] => {
        const segments = chunk
          .toReversed()
          .flatMap(({ plan, layers, handOver }): Segment[] => [
            { layer: named(plan), blocks: blocks[plan]![task], times: layers },
            ...(task === 'weightGradient'
              ? []
              : opening(
                  named(plan),
                  'input-gradient',
                  callsOf(handOver?.collectives ?? [], 'after-backward', 'beside-weight-gradient')
                ))
          ])
        return segments.filter((segment) => segment.blocks.length > 0)
      }
      return {
        forward: [...opening('head', 'forward', tie.slice(0, 1)), ...forward],
        backward: [...opening('head', 'input-gradient', tie.slice(1)), ...backwards('backward')],
        inputGradient: [...opening('head', 'input-gradient', tie.slice(1)), ...backwards('inputGradient')],
        weightGradient: backwards('weightGradient')
      }
    })
    return {
      forward: programs.map(({ forward }) => forward),
      backward: programs.map(({ backward }) => backward),
      inputGradient: programs.map(({ inputGradient }) => inputGradient),
      weightGradient: programs.map(({ weightGradient }) => weightGradient),
      synchronisation: [...synchronisation.values()],
      optimizer_s: stages[stage * PLAN_COLUMNS + OPTIMIZER_S]!
    }
  })
}

/** A table that embedding and logits of one stage cut differently: gathered forward, gathered and scattered backward. */
function tableCalls(design: Design): readonly Call[] {
  if (!sharesTable(design.model)) return []
  const runs = design.stages[0]!
  const embedding = design.plans[runs[0]!.plan]!.roles[0]!
  const logits = design.plans[runs.at(-1)!.plan]!.roles[0]!
  const bytes = tableReshardingBytes(design.model, embedding, logits)
  const group = 2 ** design.model.axes.length - 1
  if (bytes === 0) return []
  return [
    { kind: 'all-gather', group, bytes },
    { kind: 'all-gather', group, bytes },
    { kind: 'reduce-scatter', group, bytes }
  ]
}
