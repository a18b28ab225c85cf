import { trainingOptions } from './training-options.ts'
import { availableParallelism } from 'node:os'
import { requireWafer } from '../../core/chip/require-wafer.ts'
import { causeOf } from '../../core/chip/defects/sample-defects.ts'
import { mappingSentence } from '../../core/report/describe-mapping.ts'
import { cell, columns, type Table } from '../../core/report/document.ts'
import { formatNumber } from '../../core/format/format-number.ts'
import { formatShare, formatThroughput_tokensPerSecond } from '../../core/format/format-quantity.ts'
import { textTable } from '../../core/report/tables.ts'
import { taskFrame } from '../../core/search/explore.ts'
import {
  noMappingWorks,
  robustness,
  robustObjectives,
  type RobustCandidate,
  type RobustnessOutcome
} from '../../core/search/robustness.ts'
import { Problem } from '../../core/problem.ts'
import { poolHost } from '../engine/pool-host.ts'
import { exitCodes, type Command, type CommandContext, type ExitCode, type Invocation } from './command.ts'
import { explorationInputs } from './explore/exploration-inputs.ts'
import { progressBar } from './explore/progress-bar.ts'
import { notes } from './notes.ts'
import { choiceOption, numberOption, wholeOption } from './option-values.ts'

const MOST_SAMPLES = 10_000
const MOST_WORKERS = 64
const SAMPLES = 50

const options: Command['options'] = {
  model: { type: 'string', value: 'M', help: "a model's name (see 'tmac models'), a JSON file, or inline JSON" },
  chip: { type: 'string', value: 'C', help: 'a wafer: a name (see tmac chips), a JSON file, or inline JSON' },
  ...trainingOptions,
  space: { type: 'string', value: 'FILE', help: 'which mappings may be chosen, as JSON (all)' },
  samples: { type: 'string', value: 'N', help: `wafers drawn (${SAMPLES})` },
  seed: { type: 'string', value: 'N', help: 'of the first wafer; each one after it has the next (1)' },
  cause: {
    type: 'string',
    value: 'dies|bonds',
    help: 'what is lost: defects of untested dies, or bonds of tested ones (as the chip is assembled)'
  },
  'link-yield': { type: 'string', value: 'Y', help: 'share of links between neighbours that work (1)' },
  objective: {
    type: 'string',
    value: robustObjectives.join('|'),
    help: 'the mean over wafers, or the worst of them (expected)'
  },
  workers: { type: 'string', value: 'N', help: 'worker threads (one per core); results do not depend on it' }
}

const foundOn = ({ foundOn: where }: RobustCandidate): string => (where === 'whole' ? 'whole wafer' : `seed ${where}`)

const shapeOf = ({ mapping: { dataParallel, stages, region } }: RobustCandidate): string =>
  `${dataParallel} × ${stages.length} × (${region.rows} × ${region.columns})`

const tableOf = ({ candidates }: RobustnessOutcome): Table => ({
  caption: 'Tokens per second over the wafers drawn, 0 where a mapping does not work; best first',
  columns: columns(
    'Mapping',
    'Replicas × stages × (dies)',
    'Found on',
    '#Min',
    '#p10',
    '#Median',
    '#Mean',
    '#Max',
    '#Works on',
    '#Moved on'
  ),
  rows: candidates.map((candidate, index) => {
    const { min, p10, median, mean, max, works } = candidate.tokensPerSecond
    return [
      cell(`${index + 1}`, index === 0 ? 'strong' : undefined),
      cell(shapeOf(candidate)),
      cell(foundOn(candidate)),
      ...[min, p10, median, mean, max].map((value) => cell(formatNumber(value))),
      cell(formatShare(works)),
      cell(formatShare(candidate.moved))
    ]
  })
})

function summary(outcome: RobustnessOutcome, samples: number, objective: string): string {
  const { best, deadDies } = outcome
  const dead = deadDies.reduce((sum, count) => sum + count, 0) / deadDies.length
  const told = best
    ? `Best for the ${objective === 'worst' ? 'worst wafer' : 'mean'}: mapping 1, found on the ${best.foundOn === 'whole' ? 'whole wafer' : `wafer of seed ${best.foundOn}`}; ` +
      `${formatThroughput_tokensPerSecond(objective === 'worst' ? best.tokensPerSecond.min : best.tokensPerSecond.mean)}, works on ${formatShare(best.tokensPerSecond.works)} of the wafers.\n` +
      `${mappingSentence(best.mapping, 'wafer')}\n`
    : `${noMappingWorks(outcome.candidates)}.\n`
  return (
    `${samples} wafers, ${dead.toFixed(2)} dead dies on average (least ${Math.min(...deadDies)}, most ${Math.max(...deadDies)})\n\n` +
    `${textTable(tableOf(outcome))}\n${told}`
  )
}

async function run({ values, json }: Invocation, context: CommandContext): Promise<ExitCode> {
  const { cause: _, samples: __, objective: ___, ...shared } = values
  const inputs = explorationInputs({ ...shared, 'fixed-chip': true, policies: 'none' }, context.cwd)
  const chip = requireWafer(inputs.chip, 'robustness to defects')
  const frame = taskFrame(inputs)
  if (frame.space.defects)
    throw new Problem('usage', 'robustness draws its wafers itself; leave the defects out of the space', 'space')
  const samples = wholeOption(values, 'samples', 1, MOST_SAMPLES) ?? SAMPLES
  const objective = choiceOption(values, 'objective', robustObjectives) ?? 'expected'
  const workers = wholeOption(values, 'workers', 1, MOST_WORKERS) ?? Math.min(availableParallelism(), MOST_WORKERS)
  const cause = choiceOption(values, 'cause', ['dies', 'bonds'] as const) ?? causeOf(chip)
  const linkYield = numberOption(values, 'link-yield', { least: 0, most: 1 }) ?? 1
  const bar = progressBar(context.err, context.isTTY, json)
  const host = poolHost(frame, workers, context.signal, (progress) => bar.show({ ...progress, gap: undefined }))
  try {
    const outcome = await robustness(
      frame,
      { samples, seed: inputs.seed, sampling: { cause, linkYield }, objective },
      host
    )
    bar.clear()
    if (context.signal.aborted) {
      notes(context.err, json)('Stopped; nothing is told of wafers that were not looked at')
      return exitCodes.interrupted
    }
    await context.out(
      json
        ? `${JSON.stringify({ schema: 'tmac.robustness/1', samples, seed: inputs.seed, cause, objective, ...outcome })}\n`
        : summary(outcome, samples, objective)
    )
    return outcome.best ? exitCodes.done : exitCodes.infeasible
  } finally {
    bar.clear()
    await host.close()
  }
}

export const command: Command = {
  usage: ['--model M --chip C --global-batch N --seq-length S [--samples N] [--seed N] [--objective expected|worst]'],
  description:
    'Draws wafers by the yield model of the chip and tells how mappings fare on them. Mappings are searched for on the whole wafer and on some of those drawn; ' +
    'each is then put on every wafer, where it is or moved to dies that live, and simulated with its transfers sharing the links that are left. ' +
    'A mapping that does not work on a wafer counts 0 there. The same seed draws the same wafers and gives the same answer.',
  options,
  run
}
