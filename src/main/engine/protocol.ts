import type { ExplorationInputs, ExplorationOutcome, KeptPoint } from '../../core/search/exploration.ts'
import type { ExplorationProgress } from '../../core/search/exploration-host.ts'
import type { SearchState } from '../../core/search/mapping-search.ts'
import type { Mapping } from '../../core/mapping/mapping.ts'
import type { CheckFindings } from '../../core/search/check-findings.ts'
import type { Shard } from '../../core/shard.ts'
import type { TaskAccount } from '../../core/search/task-account.ts'
import type { Task, TaskFrame, TaskResults } from '../../core/search/tasks.ts'
import type { ProblemCode } from '../../core/problem.ts'
import type { AnswerTo, Question, QuestionKind } from './questions.ts'

/** Results of the tasks an exploration has finished, and where unfinished searches stand, by task number. Plain JSON data. */
export interface Journal {
  readonly results: Readonly<Record<string, TaskResults[Task['kind']]>>
  readonly partial: Readonly<Record<string, SearchState>>
}

export const EMPTY_JOURNAL: Journal = { results: {}, partial: {} }

/** Changes with what the numbers of tasks and their results mean: a journal of another format says nothing. */
export const JOURNAL_FORMAT = 4

/** Where an exploration stands, and how busy its engine is. */
export interface EngineProgress extends ExplorationProgress, TaskAccount {
  /** By which the cost of the best may exceed the least possible, as a share. */
  readonly gap: number | undefined
  readonly busyWorkers: number
}

/** The mapping on the given chip that has become the best. */
export interface Incumbent {
  readonly tokensPerSecond: number
  readonly mapping: Mapping
}

/** Everything that crosses the engine process's boundary, in both directions. */
export type ToEngine =
  /** An exploration is likely to be asked for soon: starts so many of its worker threads. */
  | { readonly type: 'prepare'; readonly workers: number }
  | {
      readonly type: 'explore'
      readonly inputs: ExplorationInputs
      readonly workers: number
      readonly journal: Journal
      /** Does only this part of what may be divided, and ends when others must go on. */
      readonly shard?: Shard | undefined
    }
  /** Comes to an end with what it has. */
  | { readonly type: 'stop' }
  | { readonly type: 'question'; readonly id: number; readonly question: Question }
  /** Starts nothing more; searches tell where they stand, other tasks are finished. */
  | { readonly type: 'pause' }
  | {
      readonly type: 'check'
      readonly inputs: ExplorationInputs
      readonly workers: number
      /** Answers with what it has when this much time has passed. */
      readonly limit_s: number
    }

export type FromEngine =
  | { readonly type: 'ready' }
  | { readonly type: 'progress'; readonly progress: EngineProgress }
  | { readonly type: 'incumbent'; readonly incumbent: Incumbent }
  | { readonly type: 'keep'; readonly points: readonly KeptPoint[] }
  | { readonly type: 'result'; readonly task: string; readonly result: TaskResults[Task['kind']] }
  | { readonly type: 'partial'; readonly task: string; readonly state: SearchState }
  | { readonly type: 'done'; readonly outcome: ExplorationOutcome }
  | { readonly type: 'answer'; readonly id: number; readonly answer: AnswerTo<QuestionKind> }
  | {
      readonly type: 'refused'
      readonly id: number
      readonly message: string
      /** Undefined for a fault of the program. */
      readonly code: ProblemCode | undefined
      readonly path: string
    }
  /** Nothing runs any more, and everything there is to know has been told. */
  | { readonly type: 'paused' }
  /** The shard is done, and what comes next needs the others. */
  | { readonly type: 'shard-done' }
  | { readonly type: 'checked'; readonly found: CheckFindings }
  | { readonly type: 'failed'; readonly message: string; readonly code: ProblemCode | undefined }

/** Between the engine process and its worker threads. */
export interface WorkerSetup {
  readonly frame: TaskFrame
  /** One Int32: not zero when the exploration should come to an end. */
  readonly stop: SharedArrayBuffer
}
export interface WorkerOrder {
  readonly task: string
  readonly work: Task
  readonly resume: SearchState | undefined
}
/** What all orders are about comes first, once. */
export type ToWorker =
  ({ readonly type: 'setup' } & WorkerSetup) | { readonly type: 'order'; readonly order: WorkerOrder }
export type FromWorker =
  | {
      readonly type: 'result'
      readonly task: string
      readonly result: TaskResults[Task['kind']]
      /** False for what a task gives that was cut short. */
      readonly whole: boolean
      readonly took_s: number
    }
  | {
      readonly type: 'progress'
      readonly task: string
      readonly state: SearchState
      readonly best_s: number
      /** By which the cost of the best may exceed the least possible, as a share. */
      readonly gap: number
      /** How far the search has come, 0..1. */
      readonly share: number
    }
  | { readonly type: 'failed'; readonly task: string; readonly message: string; readonly code: ProblemCode | undefined }
