import { contentHash } from '../content-hash.ts'
import type { Mapping } from '../mapping/mapping.ts'
import type { Evaluation } from '../simulator/evaluation.ts'
import type { Machine } from '../simulator/machine.ts'
import type { ModelSpec } from '../workload/model-spec.ts'
import type { TrainingSpec } from '../workload/training-spec.ts'
import type { Workload } from '../workload/workload.ts'
import { deepspeed } from './deepspeed/deepspeed.ts'
import { deepspeedConfig } from './deepspeed/write-config.ts'
import type { Framework, FrameworkName } from './framework.ts'
import { frameworkExport, type FrameworkExport } from './losses.ts'
import { megatron } from './megatron/megatron.ts'
import { megatronArguments } from './megatron/write-arguments.ts'
import { rankMap, rankMapCsv } from './rank-map.ts'

interface Writer {
  readonly framework: Framework
  readonly file: string
  readonly write: (model: ModelSpec, training: TrainingSpec, setting: FrameworkExport['nearest']['setting']) => string
}

const writers: Readonly<Record<FrameworkName, Writer>> = {
  megatron: { framework: megatron, file: 'arguments.sh', write: megatronArguments },
  deepspeed: { framework: deepspeed, file: 'deepspeed.json', write: deepspeedConfig }
}

/** A design as files for a framework: its own settings, the die of every rank, and the account of what is lost. */
export interface FrameworkFiles {
  /** Text by file name, the framework's own first. */
  readonly files: Readonly<Record<string, string>>
  readonly ranks: number
  readonly made: FrameworkExport
}

const figures = ({ iterationTime_s, memory_B, feasible, tokensPerSecond }: Evaluation) => ({
  iterationTime_s,
  tokensPerSecond,
  peakMemory_B: memory_B.peak,
  feasible
})

/**
 * Writes a design for a framework.
 * @param source what made the files, for the account
 * @throws Problem `illegal-mapping` when the framework has no setting for it at all
 */
export function frameworkFiles(
  name: FrameworkName,
  workload: Workload,
  machine: Machine,
  mapping: Mapping,
  source: Readonly<Record<string, string>>
): FrameworkFiles {
  const { framework, file, write } = writers[name]
  const made = frameworkExport(framework, workload, machine, mapping)
  const { setting, group } = made.nearest
  const ranks = rankMap(made.nearest.mapping, group, setting.contextParallel)
  const account = {
    schema: 'tmac.framework-export/1',
    format: name,
    ...source,
    mapping: contentHash(mapping),
    model: workload.model.name,
    training: workload.training,
    chip: machine.chip.name,
    design: figures(made.design),
    exported: figures(made.exported),
    lost: made.lost,
    countsOn: made.relies,
    setting
  }
  return {
    files: {
      [file]: write(workload.model, workload.training, setting),
      'ranks.csv': rankMapCsv(ranks),
      'account.json': `${JSON.stringify(account, null, 2)}\n`
    },
    ranks: ranks.length,
    made
  }
}
