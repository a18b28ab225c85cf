import { Problem } from '../../core/problem.ts'
import type { RunRecord } from '../../core/report/run-record.ts'
import { newTrack } from '../../core/report/job-track.ts'
import type { ExplorationInputs } from '../../core/search/exploration.ts'
import { JOURNAL_FORMAT } from '../engine/protocol.ts'
import { openProject } from '../projects/open-project.ts'
import { checkpointOf, type Checkpoint } from './exploration-job.ts'

/** Shards of one exploration, put together. */
export interface UnitedShards {
  readonly inputs: ExplorationInputs
  /** From which the exploration goes on with what is missing. */
  readonly checkpoint: Checkpoint
}

interface Part {
  readonly path: string
  readonly run: RunRecord
  readonly checkpoint: Checkpoint
}

const short = (hash: string): string => hash.slice(0, 12)

/** The newest run of a project that keeps a journal, of these inputs where some are wanted. */
function partOf(path: string, wanted: string | undefined): Part | Problem {
  using store = openProject(path, { readOnly: true })
  const runs = store.runs()
  const run = runs.findLast(({ hashes }) => wanted === undefined || hashes.all === wanted) ?? runs.at(-1)
  if (!run) return new Problem('bad-input', `'${path}' has no run, and so no shard to merge`, 'merge')
  const checkpoint = checkpointOf(store.checkpoint(run.id))
  if (!checkpoint)
    return new Problem(
      'bad-input',
      `run ${run.id} of '${path}' keeps no journal that this version of tmac reads; do that shard again`,
      'merge'
    )
  return { path, run, checkpoint }
}

/**
 * Unites the journals of shards that were done elsewhere. Whatever order they come in, and however many there are, the same tasks have the
 * same results.
 * @param paths projects of the shards, at least one
 * @param wanted hash of the inputs, where they are known beforehand
 * @throws Problem `bad-input` naming two projects that hold different explorations, or different results of one task
 */
export function uniteShards(paths: readonly string[], wanted?: string): UnitedShards {
  let expected = wanted
  const parts = paths.map((path) => {
    const part = partOf(path, expected)
    if (part instanceof Problem) throw part
    expected ??= part.run.hashes.all
    return part
  })
  const [first] = parts
  const stranger = parts.find(({ run }) => run.hashes.all !== expected)
  if (stranger) {
    const other =
      stranger === first
        ? `the command names inputs ${short(expected!)}`
        : `'${first!.path}' has inputs ${short(expected!)}`
    throw new Problem(
      'bad-input',
      `'${stranger.path}' holds no shard of this exploration: its run ${stranger.run.id} has inputs ${short(stranger.run.hashes.all)}, and ${other}; merge shards of one command only`,
      'merge'
    )
  }
  const results: Record<string, unknown> = {}
  const owner = new Map<string, Part>()
  for (const part of parts)
    for (const [task, result] of Object.entries(part.checkpoint.results)) {
      const known = owner.get(task)
      if (known && JSON.stringify(results[task]) !== JSON.stringify(result))
        throw new Problem(
          'bad-input',
          `'${known.path}' and '${part.path}' differ in the result of task ${task}, which depends on the inputs alone: one of them was made by another version of tmac; do it again`,
          'merge'
        )
      if (!known) owner.set(task, part)
      results[task] = result
    }
  const partial = Object.fromEntries(
    parts.flatMap(({ checkpoint }) => Object.entries(checkpoint.partial)).filter(([task]) => !owner.has(task))
  )
  return {
    inputs: first!.run.inputs,
    checkpoint: {
      format: JOURNAL_FORMAT,
      results: results as Checkpoint['results'],
      partial,
      track: newTrack(1, undefined)
    }
  }
}
