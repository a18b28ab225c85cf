import type {
  Certificate,
  DesignHashes,
  ExplorationInputs,
  FailedPolicy,
  Findings,
  KeptPoint
} from '../search/exploration.ts'

/** A run ends unfinished by a person, paused or stopped, or is interrupted with the program that it ran in. */
export type RunStatus = 'running' | 'paused' | 'stopped' | 'interrupted' | 'finished' | 'failed'

/** What produced a run: the program's version, the engine's and the project format's. */
export interface Versions {
  readonly tmac: string
  readonly node: string
  readonly schema: number
}

/** Hashes (SHA-256 of canonical JSON) under which a run's inputs are frozen. */
export interface InputHashes {
  readonly model: string
  readonly chip: string
  readonly training: string
  readonly space: string
  /** All inputs together, policies, objective and seed included. */
  readonly all: string
}

/** A run as a project keeps it. Times are ISO 8601 in UTC. */
export interface RunRecord {
  readonly id: number
  readonly status: RunStatus
  readonly createdAt: string
  readonly finishedAt: string | undefined
  readonly command: string
  readonly inputs: ExplorationInputs
  readonly hashes: InputHashes
  readonly versions: Versions
  readonly certificate: Certificate | undefined
  /** What the search tells beside; not of runs of former formats. */
  readonly findings?: Findings | undefined
  /** Counters of the search by name, e.g. designs evaluated. */
  readonly statistics: Readonly<Record<string, number>>
  /** Why a failed run failed, or why a finished one found nothing that fits. */
  readonly failure: string | undefined
  readonly pointCount: number
  readonly failedPolicies: readonly FailedPolicy[]
  /** What a person wrote beside it. */
  readonly note: string
}

/** Which point a design is that findings name by its hashes. */
export interface DesignPoint extends DesignHashes {
  /** Of a family the workload that it is about; undefined for the first. */
  readonly workload: string | undefined
  readonly point: number
}

/** A kept point with its place in the project: `id` is unique in the project, `ordinal` counts within the run. */
export interface StoredPoint extends KeptPoint {
  readonly id: number
  readonly runId: number
  readonly ordinal: number
  readonly onFront: boolean
  /** The point from which a person made this one. */
  readonly parent?: number
}
