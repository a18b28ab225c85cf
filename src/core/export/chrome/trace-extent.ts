import type { Segment, StageProgram } from '../../simulator/program/stage-program.ts'
import { splitsBackward } from '../../simulator/schedule.ts'
import { placedDies, type PreparedStep } from '../prepared-step.ts'

/** Whole numbers from `first` to `last`, both included. */
export interface Span {
  readonly first: number
  readonly last: number
}

export const isWithin = (span: Span | undefined, value: number): boolean =>
  span === undefined || (value >= span.first && value <= span.last)

/** What of a step a person wants to see. */
export interface TraceSelection {
  /** One process per die; per stage otherwise: its dies in all replicas do the same at the same times. */
  readonly everyDie: boolean
  readonly microBatches?: Span
  readonly stages?: Span
  /** Operators and collectives inside tasks; left out, as many of the first micro-batches show them as the trace has room for. */
  readonly detail?: 'operators' | 'tasks'
}

/** What a trace of a selection will hold. */
export interface TraceExtent {
  readonly selection: TraceSelection
  /** Micro-batches whose operators and collectives are shown; all other selected ones show tasks and transfers. */
  readonly operatorsOf: Span | undefined
  readonly estimate_B: number
}

/** A trace that browsers open without trouble. */
const ROOM_B = 64e6
/** A slice with its arguments, as text: of an operator or a collective, of a task with its arrows and counters. */
const OPERATOR_B = 150
const TASK_B = 650

/** Slices of one micro-batch inside its tasks. */
function operatorsPerMicroBatch(program: StageProgram, splits: boolean, beside: number): number {
  const tasks = splits
    ? [program.forward, program.inputGradient, program.weightGradient]
    : [program.forward, program.backward]
  const inSegment = ({ blocks, times }: Segment): number =>
    times * blocks.reduce((sum, block) => sum + 1 + block.before.length + beside * block.beside.length, 0)
  return tasks.flat(2).reduce((sum, segment) => sum + inSegment(segment), 0)
}

/** Decides how much of a selection a trace has room for, and about how large it becomes. */
export function traceExtent(step: PreparedStep, selection: TraceSelection): TraceExtent {
  const { frame } = step.design
  const splits = splitsBackward(frame.schedule)
  const beside = frame.overlap > 0 && frame.overlap < 1 ? 2 : 1
  const actors = selection.everyDie
    ? placedDies(step).map(({ stage }) => stage)
    : step.programs.map((_program, stage) => stage)
  const shown = actors.filter((stage) => isWithin(selection.stages, stage))
  const operators_B =
    OPERATOR_B * shown.reduce((sum, stage) => sum + operatorsPerMicroBatch(step.programs[stage]!, splits, beside), 0)
  const tasks_B = TASK_B * shown.length * step.order.chunks * (splits ? 3 : 2)
  const { first, last } = selection.microBatches ?? { first: 0, last: frame.microBatches - 1 }
  const count = Math.min(last, frame.microBatches - 1) - first + 1
  const fitting = Math.max(1, Math.floor((ROOM_B - count * tasks_B) / operators_B))
  const detailed =
    selection.detail === 'tasks' ? 0 : selection.detail === 'operators' ? count : Math.min(count, fitting)
  return {
    selection,
    operatorsOf: detailed > 0 ? { first, last: first + detailed - 1 } : undefined,
    estimate_B: count * tasks_B + detailed * operators_B
  }
}
