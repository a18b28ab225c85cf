import type { ExplorationInputs, ExplorationOutcome, KeptPoint } from '../../core/search/exploration.ts'
import type { ExplorationProgress } from '../../core/search/exploration-host.ts'
import type { SearchState } from '../../core/search/mapping-search.ts'
import type { Task, TaskFrame, TaskResults } from '../../core/search/tasks.ts'
import type { ProblemCode } from '../../core/problem.ts'
import type { AnswerTo, Question, QuestionKind } from './questions.ts'

/** Results of the tasks an exploration has finished, and where unfinished searches stand, by task number. Plain JSON data. */
export interface Journal {
  readonly results: Readonly<Record<string, TaskResults[Task['kind']]>>
  readonly partial: Readonly<Record<string, SearchState>>
}

export const EMPTY_JOURNAL: Journal = { results: {}, partial: {} }

/** Everything that crosses the engine process's boundary, in both directions. */
export type ToEngine =
  | {
      readonly type: 'explore'
      readonly inputs: ExplorationInputs
      readonly workers: number
      readonly journal: Journal
    }
  | { readonly type: 'stop' }
  | { readonly type: 'question'; readonly id: number; readonly question: Question }

export type FromEngine =
  | { readonly type: 'ready' }
  | { readonly type: 'progress'; readonly progress: ExplorationProgress & { readonly gap: number | undefined } }
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
  | { readonly type: 'failed'; readonly message: string; readonly code: ProblemCode | undefined }

/** Between the engine process and its worker threads. */
export interface WorkerSetup {
  readonly frame: TaskFrame
  /** One Int32: not zero when the exploration should come to an end. */
  readonly stop: SharedArrayBuffer
}
export interface ToWorker {
  readonly task: string
  readonly work: Task
  readonly resume: SearchState | undefined
}
export type FromWorker =
  | { readonly type: 'result'; readonly task: string; readonly result: TaskResults[Task['kind']] }
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
