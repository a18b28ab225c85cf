import { resolve } from 'node:path'
import { Problem } from '../../../core/problem.ts'
import { uniteShards, type UnitedShards } from '../../jobs/unite-shards.ts'
import { inputsHash } from '../../projects/run-table.ts'
import { exitCodes, type CommandContext, type ExitCode, type Invocation, type OptionValues } from '../command.ts'
import { notes } from '../notes.ts'
import { flagOption, textOption } from '../option-values.ts'
import { explorationInputs } from './exploration-inputs.ts'

/** What the command explores, and what shards of it were done elsewhere. */
export function givenInputs(
  values: OptionValues,
  directory: string
): Pick<UnitedShards, 'inputs'> & Partial<UnitedShards> {
  const list = textOption(values, 'merge')
  if (list === undefined) return { inputs: explorationInputs(values, directory) }
  if (flagOption(values, 'resume'))
    throw new Problem(
      'usage',
      "'--merge' starts a run from shards; leave '--resume' out, or '--merge' to go on",
      'merge'
    )
  const paths = list.split(',').map((path) => resolve(directory, path.trim()))
  const named = ['model', 'family'].every((name) => textOption(values, name) === undefined)
    ? undefined
    : explorationInputs(values, directory)
  return uniteShards(paths, named && inputsHash(named))
}

/** The end of a shard, which has no outcome of its own. */
export async function tellShard(
  runId: number,
  early: boolean,
  { values, json }: Invocation,
  context: CommandContext
): Promise<ExitCode> {
  const shard = textOption(values, 'shard')!
  const project = textOption(values, 'project')!
  const ended = early ? 'stopped' : 'shard'
  if (json) await context.out(`${JSON.stringify({ schema: 'tmac.exploration/1', run: runId, ended, shard })}\n`)
  else if (!early) await context.out(`Shard ${shard} is done and kept in ${project} (run ${runId})\n`)
  notes(
    context.err,
    json
  )(
    early
      ? `Shard ${shard} was cut short; what it has is kept. The same command with --resume goes on`
      : `When all shards are there: tmac explore --merge ${project},… --project ALL.tmac`
  )
  return early ? exitCodes.interrupted : exitCodes.done
}
