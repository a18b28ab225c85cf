import { type } from '@orpc/contract'
import { base } from './base.ts'

/** What a page runs in, and what that can do. */
export interface HostInfo {
  readonly version: string
  readonly host: 'desktop' | 'browser'
  /** Whether `projects.choose` opens a dialog of the operating system; without it the person types a path. */
  readonly choosesFiles: boolean
  /** Where new projects are put. */
  readonly projectFolder: string
  /** Threads a search may take. */
  readonly workers: number
}

export const hostContract = { info: base.output(type<HostInfo>()) }
