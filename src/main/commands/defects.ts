import type { WaferChipSpec } from '../../core/chip/chip-spec.ts'
import { requireWafer } from '../../core/chip/require-wafer.ts'
import { defectFacts, isolationOf } from '../../core/chip/defects/defect-facts.ts'
import type { DefectMap } from '../../core/chip/defects/defect-map.ts'
import { defectsCsv } from '../../core/chip/defects/defects-csv.ts'
import { describeDefects, drawDefects } from '../../core/chip/defects/describe-defects.ts'
import { sampleDefects } from '../../core/chip/defects/sample-defects.ts'
import { dieYield } from '../../core/chip/yield.ts'
import { nearest } from '../../core/nearest.ts'
import { Problem } from '../../core/problem.ts'
import { chipFrom } from '../input/chip-input.ts'
import { defectsFrom } from '../input/defects-input.ts'
import { exitCodes, type Command, type CommandContext, type Invocation } from './command.ts'
import { choiceOption, flagOption, numberOption, requiredText, textOption, wholeOption } from './option-values.ts'
import { writeResultFile } from './write-result-file.ts'

const ACTIONS = ['sample', 'check'] as const
const CAUSES = ['dies', 'bonds'] as const
const SAMPLING_OPTIONS = ['seed', 'cause', 'edge-weight', 'cluster-dies', 'keep-partial', 'link-yield', 'csv', 'output']

/** @throws Problem `usage` when the first word is neither */
function actionOf(word: string | undefined): (typeof ACTIONS)[number] {
  const found = ACTIONS.find((action) => action === word)
  if (found) return found
  if (word === undefined)
    throw new Problem('usage', 'defects needs a word: tmac defects sample --chip CHIP, or tmac defects check FILE')
  const guess = nearest(word, ACTIONS)
  throw new Problem('usage', `defects does not know '${word}'; did you mean '${guess ?? ACTIONS.join("' or '")}'?`)
}

function sampled({ values, positionals }: Invocation, chip: WaferChipSpec, cwd: string): DefectMap {
  if (positionals.length > 1)
    throw new Problem(
      'usage',
      `defects sample takes options only, not '${positionals[1]}'; 'defects check' takes a file`
    )
  const map = sampleDefects(chip, {
    seed: wholeOption(values, 'seed', 0, 0xffff_ffff) ?? 1,
    cause: choiceOption(values, 'cause', CAUSES) ?? 'dies',
    edgeWeight: numberOption(values, 'edge-weight', { least: 0, most: 100 }) ?? 0,
    keepPartialDies: flagOption(values, 'keep-partial'),
    linkYield: numberOption(values, 'link-yield', { least: 0, most: 1 }) ?? 1,
    ...(values['cluster-dies'] !== undefined && { clusterDies: wholeOption(values, 'cluster-dies')! })
  })
  const [csv, output] = [textOption(values, 'csv'), textOption(values, 'output')]
  if (csv !== undefined) writeResultFile(csv, cwd, defectsCsv(map))
  if (output !== undefined) writeResultFile(output, cwd, `${JSON.stringify(map)}\n`)
  return map
}

function read({ values, positionals: [, path] }: Invocation, chip: WaferChipSpec, cwd: string): DefectMap {
  if (path === undefined) throw new Problem('usage', 'defects check needs a file: tmac defects check FILE --chip CHIP')
  const foreign = SAMPLING_OPTIONS.find((option) => values[option] !== undefined)
  if (foreign !== undefined)
    throw new Problem('usage', `option '--${foreign}' is for 'defects sample'; 'defects check' reads a map as it is`)
  return defectsFrom(path, chip, cwd)
}

async function tell(map: DefectMap, chip: WaferChipSpec, json: boolean, { out }: CommandContext) {
  const facts = defectFacts(map, chip)
  const isolation = isolationOf(facts, map.grid)
  await out(
    json
      ? `${JSON.stringify({ map, facts: { ...facts, connected: isolation === undefined, dieYield: dieYield(chip) }, description: describeDefects(map, facts) })}\n`
      : `${map.name ?? chip.name}\n\n${drawDefects(map, facts)}\n${describeDefects(map, facts).join('\n')}\n`
  )
  return isolation
}

/** Said of a map of untested dies for a chip whose dies are tested before they are bonded. */
const testedNote = (chip: WaferChipSpec): string =>
  `Dies of ${chip.name} are tested before they are bonded, and this map is of untested ones (${(100 * dieYield(chip)).toFixed(1)}% work); --cause bonds draws what bonding loses.\n`

export const command: Command = {
  usage: [
    'sample --chip CHIP [--seed N] [--cause dies|bonds] [--edge-weight K] [--csv FILE] [--output FILE]',
    'check FILE --chip CHIP'
  ],
  description:
    'Draws a map of what is broken on a wafer, or reads one and tells what it leaves: living dies and links, the share of the peak, and whether what lives is one ' +
    'connected mesh. Check ends with exit code 3 when it is not.\n\n' +
    'A map drawn follows the yield model of the chip: dies in one block share their cluster of defects, and the mean share of living dies is the yield of an untested die. ' +
    'Tested dies are lost in bonding alone: --cause bonds. FILE is JSON (tmac.defects/1) or CSV with the columns kind,row,column,toRow,toColumn,value; kinds are grid, dead-die, ' +
    'dead-link, dead-cores, dead-core-share and slow-die; see resources/samples/defects.',
  options: {
    chip: { type: 'string', value: 'CHIP', help: 'a preset, a file or JSON; a wafer' },
    seed: { type: 'string', value: 'N', help: 'of everything drawn at random (1)' },
    cause: {
      type: 'string',
      value: 'CAUSE',
      help: 'dies: defects of untested dies; bonds: bonds of tested ones (dies)'
    },
    'edge-weight': {
      type: 'string',
      value: 'K',
      help: 'how much denser defects are at the edge than in the centre: 1 is twice; an assumption of yours (0)'
    },
    'cluster-dies': { type: 'string', value: 'N', help: 'dies along the side of a block that shares clusters (2)' },
    'keep-partial': {
      type: 'boolean',
      help: 'keep dies with more dead cores than spare ones, with fewer cores; they are dead otherwise'
    },
    'link-yield': { type: 'string', value: 'Y', help: 'share of links between neighbours that work (1)' },
    csv: { type: 'string', value: 'FILE', help: 'write the map drawn as CSV' },
    output: { type: 'string', value: 'FILE', help: 'write the map drawn as JSON' }
  },
  mostPositionals: 2,
  async run(invocation, context) {
    const action = actionOf(invocation.positionals[0])
    const chip = requireWafer(chipFrom(requiredText(invocation.values, 'chip', 'CHIP'), context.cwd), 'a defect map')
    const map = (action === 'sample' ? sampled : read)(invocation, chip, context.cwd)
    const cause = choiceOption(invocation.values, 'cause', CAUSES) ?? 'dies'
    if (action === 'sample' && cause === 'dies' && chip.manufacture?.assembly !== 'monolithic')
      context.err(testedNote(chip))
    const isolation = await tell(map, chip, invocation.json, context)
    if (action !== 'check' || isolation === undefined) return exitCodes.done
    context.err(`tmac: ${isolation}\n`)
    return exitCodes.infeasible
  }
}
