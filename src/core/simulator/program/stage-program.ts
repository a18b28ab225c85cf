import type { PlanCode } from '../../mapping/plan-code.ts'
import type { CollectiveKind } from '../collectives/collective.ts'
import type { CostModel } from '../cost-model.ts'
import type { Design } from '../design.ts'
import * as row from '../cost-row.ts'
import { chunkRuns } from './chunk-runs.ts'
import { OFFLOADED_B, OPTIMIZER_S, PLAN_COLUMNS, planCost, unitsToRun } from '../plan-cost.ts'
import type { GroupName, StepCollective, StepOperations, StepPart } from '../step-operations.ts'
import { sharesTable, tableReshardingBytes } from '../tied-table.ts'

/** A collective that all dies of a stage take part in, each in its own group. */
export interface Call {
  readonly kind: CollectiveKind
  readonly group: GroupName
  readonly bytes: number
}

/** Tensors of one step of a layer on the way to the memory that keeps them for a while, or back from it; bytes per die. */
export interface Offload {
  readonly way: 'out' | 'back'
  readonly bytes: number
}

export type Activity =
  'forward' | 'recompute' | 'input-gradient' | 'weight-gradient' | 'optimizer' | 'offload' | 'synchronisation'

/**
 * Compute of one operator on every die of a stage with the collectives around it: `before` it in sequence, `beside` it on their own
 * lane. It ends when it has computed and the first `awaited` of the collectives beside it, and all from earlier blocks, are done; then
 * comes the `rest`, alone, of those of which only a share may run beside compute: its own, or another block's. Tensors that begin to
 * be offloaded beside it run on a lane of their own until the block that awaits them, which is followed by their rest.
 */
export interface Block {
  readonly name: string
  readonly activity: Activity
  readonly compute_s: number
  readonly before: readonly Call[]
  readonly beside: readonly Call[]
  readonly awaited: number
  readonly rest: readonly Call[]
  readonly offloads?: Offload
  readonly awaitsOffload?: Offload
}

/** Blocks in order, several times in a row. */
export interface Segment {
  readonly layer: string
  readonly blocks: readonly Block[]
  readonly times: number
}

/** What a stage does for one micro-batch, in execution order, and once per step. Chunks are those of an interleaved schedule or of a V. */
export interface StageProgram {
  readonly forward: readonly (readonly Segment[])[]
  /** The backward pass in one go. */
  readonly backward: readonly (readonly Segment[])[]
  /** The same in two halves, for schedules that delay weight gradients: what the stage before waits for, and the rest. */
  readonly inputGradient: readonly (readonly Segment[])[]
  readonly weightGradient: readonly (readonly Segment[])[]
  /** Once per step: sums of gradients, which the optimiser waits for, and gathers of the weights it has made; both together first. */
  readonly synchronisation: readonly Call[]
  readonly gradients: readonly Call[]
  readonly weights: readonly Call[]
  readonly optimizer_s: number
  /** Whether any of its blocks offloads tensors. */
  readonly offloads: boolean
}

/** Part of a stage's program that a kind of task runs, by the number of the kind. */
export const PROGRAM_OF_KIND = ['forward', 'backward', 'inputGradient', 'weightGradient'] as const

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
  awaited = Infinity,
  rest = beside
): Block => ({ name, activity, compute_s, before, beside, awaited, rest })

/** Tensors that are offloaded beside some blocks, from the begin of the first to the end of the last. */
function offloadBeside(blocks: readonly Block[], way: Offload['way'], bytes: number): readonly Block[] {
  if (bytes === 0) return blocks
  const offload: Offload = { way, bytes }
  const busy = blocks.filter(isBusy)
  const last = busy.length - 1
  if (last < 0) return [{ ...block('offload', 'offload', 0), offloads: offload, awaitsOffload: offload }]
  return busy.map((one, index) => ({
    ...one,
    ...(index === 0 && { offloads: offload }),
    ...(index === last && { awaitsOffload: offload })
  }))
}

const isBusy = ({ compute_s, before, beside, rest, offloads }: Block): boolean =>
  compute_s > 0 || before.length > 0 || beside.length > 0 || rest.length > 0 || offloads !== undefined

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

/** Of streams of weights, those that carry away gradients. */
const scatters = ({ kind }: Call): boolean => kind === 'reduce-scatter'

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
  const opening = (rest: readonly Call[]): Block =>
    block(name, 'input-gradient', compute_s.backwardAfter, callsOf(collectives, 'before-backward'), [], Infinity, rest)
  const again = callsOf(collectives, 'beside-input-gradient')
  const streams = callsOf(collectives, 'beside-backward')
  const reduced = callsOf(collectives, 'beside-weight-gradient')
  const closing = callsOf(collectives, 'after-backward', 'statistics-backward')
  const hasWeights = compute_s.weightGradient > 0
  const input = (calls: readonly Call[], awaited = Infinity, rest = calls): Block =>
    block(name, 'input-gradient', compute_s.inputGradient, [], calls, awaited, rest)
  return {
    forward: forwardBlocks(name, operations),
    recompute: recomputeBlocks(name, operations, units),
    backward: [
      // The gathered input is what the weight gradient reads; streams may last until that is done too, so what runs alone of them comes last.
      opening(hasWeights ? again : []),
      input([...again, ...streams], hasWeights ? again.length : undefined, hasWeights ? [] : undefined),
      block(name, 'weight-gradient', compute_s.weightGradient, [], reduced, Infinity, [
        ...(hasWeights ? streams : []),
        ...reduced
      ]),
      block(name, 'input-gradient', compute_s.backwardBefore, closing)
    ],
    // Alone, the input gradient's sums have no weight gradient to hide under.
    inputGradient: [
      opening([]),
      input(hasWeights ? streams.filter((call) => !scatters(call)) : streams),
      block(name, 'input-gradient', compute_s.backwardBefore, [...reduced, ...closing])
    ],
    weightGradient: [
      block(
        name,
        'weight-gradient',
        compute_s.weightGradient,
        [],
        [...again, ...(hasWeights ? streams.filter(scatters) : [])]
      )
    ],
    synchronisation: callsOf(collectives, 'synchronisation')
  }
}

function layerBlocks(model: CostModel, plan: PlanCode): LayerBlocks {
  const { steps } = model.context.workload.classes[plan.layerClass]!
  const costs = new Float64Array(PLAN_COLUMNS * steps.length)
  planCost(model, plan, costs, 0, PLAN_COLUMNS)
  let layout = plan.residual
  const made = steps.map((step, index) => {
    const source = step.source === 'previous' ? layout : plan.residual
    const operations = model.operations(plan.layerClass, index, source, plan.roles[index]!, plan.residual)
    layout =
      model.rows[model.offset(plan.layerClass, index, source, plan.roles[index]!, plan.residual) + row.OUTPUT_LAYOUT]!
    const units = unitsToRun(step, plan.recompute[index]!).map((unit) => step.units[unit]!)
    const blocks = stepBlocks(step.main.name, operations, units)
    const offloaded_B = costs[index * PLAN_COLUMNS + OFFLOADED_B]!
    return {
      ...blocks,
      forward: offloadBeside(blocks.forward, 'out', offloaded_B),
      backward: offloadBeside(blocks.backward, 'back', offloaded_B),
      inputGradient: offloadBeside(blocks.inputGradient, 'back', offloaded_B)
    }
  })
  const backwards = made.toReversed()
  const busy = (blocks: readonly Block[]): readonly Block[] => blocks.filter(isBusy)
  // A layer's recomputed tensors are made again, in forward order, before its backward pass reads them.
  const again = made.flatMap(({ recompute }) => recompute)
  return {
    forward: busy(made.flatMap(({ forward }) => forward)),
    backward: busy([...again, ...backwards.flatMap(({ backward }) => backward)]),
    inputGradient: busy([...again, ...backwards.flatMap(({ inputGradient }) => inputGradient)]),
    weightGradient: busy(backwards.flatMap(({ weightGradient }) => weightGradient)),
    synchronisation: made.flatMap(({ synchronisation }) => synchronisation)
  }
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
  const { model } = design
  const ofModel = new Map<CostModel, readonly LayerBlocks[]>()
  const blocksOf = (stage: number): readonly LayerBlocks[] => {
    const own = design.stageModels?.[stage] ?? model
    let blocks = ofModel.get(own)
    if (!blocks) ofModel.set(own, (blocks = design.plans.map((plan) => layerBlocks(own, plan))))
    return blocks
  }
  const { classes } = model.context.workload
  const table = tableCalls(design)
  const named = (plan: number): string => classes[design.plans[plan]!.layerClass]!.name
  const opening = (layer: string, activity: Activity, calls: readonly Call[]): Segment[] =>
    calls.length === 0 ? [] : [{ layer, blocks: [block('layout change', activity, 0, calls)], times: 1 }]
  return chunkRuns(design).map((chunks, stage): StageProgram => {
    const blocks = blocksOf(stage)
    const synchronisation = new Map<string, Call>()
    for (const { plan, layers } of chunks.flat()) joined(blocks[plan]!.synchronisation, layers, synchronisation)
    const programs = chunks.map((runs, chunk) => {
      // The logits are the last thing that the last chunk of a stage with both ends of the chain works out.
      const tie = stage === 0 && chunk === chunks.length - 1 ? table : []
      const forward = runs.flatMap(({ plan, layers, handOver }, run): Segment[] => [
        ...opening(named(plan), 'forward', callsOf(handOver?.collectives ?? [], 'before-forward')),
        ...opening(named(plan), 'forward', run === runs.length - 1 ? tie.slice(0, 1) : []),
        { layer: named(plan), blocks: blocks[plan]!.forward, times: layers }
      ])
      const backwards = (task: 'backward' | 'inputGradient' | 'weightGradient'): Segment[] => {
        const isWhole = task !== 'weightGradient'
        const segments = runs
          .toReversed()
          .flatMap(({ plan, layers, handOver }): Segment[] => [
            { layer: named(plan), blocks: blocks[plan]![task], times: layers },
            ...opening(
              named(plan),
              'input-gradient',
              isWhole ? callsOf(handOver?.collectives ?? [], 'after-backward', 'beside-weight-gradient') : []
            )
          ])
        return [...opening('head', 'input-gradient', isWhole ? tie.slice(1) : []), ...segments].filter(
          (segment) => segment.blocks.length > 0
        )
      }
      return {
        forward: forward.filter((segment) => segment.blocks.length > 0),
        backward: backwards('backward'),
        inputGradient: backwards('inputGradient'),
        weightGradient: backwards('weightGradient')
      }
    })
    const calls = [...synchronisation.values()]
    // Sharded state: what is gathered are the weights that the optimiser has made. Whole gradients are summed before it runs.
    const isOfWeights = ({ kind }: Call): boolean => kind === 'all-gather' && model.context.zeroStage > 0
    return {
      forward: programs.map(({ forward }) => forward),
      backward: programs.map(({ backward }) => backward),
      inputGradient: programs.map(({ inputGradient }) => inputGradient),
      weightGradient: programs.map(({ weightGradient }) => weightGradient),
      synchronisation: calls,
      gradients: calls.filter((call) => !isOfWeights(call)),
      weights: calls.filter(isOfWeights),
      optimizer_s: stages[stage * PLAN_COLUMNS + OPTIMIZER_S]!,
      offloads: programs.some(({ forward }) =>
        forward.some((segment) => segment.blocks.some((one) => one.offloads !== undefined))
      )
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
