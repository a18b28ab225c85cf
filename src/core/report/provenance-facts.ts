import type { Block, Fact } from './document.ts'
import type { ExplorationRecord } from './exploration-record.ts'
import { formatCount } from '../format/format-number.ts'
import { formatShare, formatTime_s } from '../format/format-quantity.ts'

/** A statistic in the unit that its name ends with; the others are counts. */
const statisticText = (name: string, value: number): string =>
  name.endsWith('_s') ? formatTime_s(value) : formatCount(value)

/** What is needed to make the report again: program, inputs by hash, seed, command and time. */
export function provenanceFacts({ run, project }: ExplorationRecord): Fact[] {
  return [
    { name: 'Command', value: run.command },
    { name: 'Project', value: `${project}, run ${run.id} (${run.status})` },
    { name: 'Started', value: run.createdAt },
    ...(run.finishedAt ? [{ name: 'Ended', value: run.finishedAt }] : []),
    { name: 'Seed', value: String(run.inputs.seed) },
    { name: 'Objective', value: run.inputs.objective },
    { name: 'TMAC Workbench', value: run.versions.tmac },
    { name: 'Node', value: run.versions.node },
    { name: 'Project format', value: String(run.versions.schema) },
    { name: 'Inputs, SHA-256', value: run.hashes.all },
    { name: 'Model, SHA-256', value: run.hashes.model },
    { name: 'Chip, SHA-256', value: run.hashes.chip },
    { name: 'Training, SHA-256', value: run.hashes.training },
    { name: 'Space, SHA-256', value: run.hashes.space },
    { name: 'Points kept', value: formatCount(run.pointCount) },
    ...Object.entries(run.statistics).map(([name, value]) => ({ name, value: statisticText(name, value) }))
  ]
}

/** What a reader must know to read the numbers right. */
export function readingNotes({ run }: ExplorationRecord): Block {
  const { chip, training } = run.inputs
  return {
    kind: 'list',
    items: [
      'Iteration time T is that of one optimizer step; its categories sum to T. Throughput = global batch × sequence length / T.',
      'MFU = model FLOPs of a step / (T × peak FLOP/s of all dies in use). HFU counts recomputed FLOPs as well.',
      'Peak memory is per die, at the worst moment of the fullest stage; its categories sum to the peak. 1 GB is 10⁹ bytes.',
      'Energy and power are ranges: the low end takes the lowest published energy per operation and bit, the high end the highest.',
      'Gap = best time / lower bound − 1. It bounds what any mapping of the space could still gain under this simulator.',
      `Communication that may hide under independent compute does so to ${formatShare(chip.execution.overlap)}, for ours and every policy alike.`,
      `Attention is ${training.attention === 'flash' ? 'flash-like: scores are never stored' : 'standard: scores are stored'}; ` +
        `model state takes ${training.optimizerBytesPerParameter} bytes per parameter before sharding.`,
      'All results are of the analytic simulator level: an idle network, no link contention, no failures.'
    ]
  }
}
