import { requireWafer } from '../../../core/chip/require-wafer.ts'
import { isBroken } from '../../../core/chip/defects/defect-map.ts'
import { policyNamed, policies } from '../../../core/policies/policies.ts'
import { parseInput, Problem } from '../../../core/problem.ts'
import type { ExplorationInputs, Objective } from '../../../core/search/exploration.ts'
import { taskFrame } from '../../../core/search/explore.ts'
import type { RobustSpec } from '../../../core/search/robust-spec.ts'
import { ExplorationSpace } from '../../../core/search/exploration-space.ts'
import { checkGenes } from '../../../core/search/check-genes.ts'
import type { FamilyWorkload } from '../../../core/search/family.ts'
import { limitedChip, type StatedCap_W } from '../../../core/search/limits.ts'
import { waferCost_usd } from '../../../core/chip/cost.ts'
import { chipVerdicts } from '../../../core/chip/verdicts.ts'
import { machineOf } from '../../../core/simulator/machine.ts'
import { damagedMachine } from '../../../core/simulator/machine-defects.ts'
import { TrainingSpec } from '../../../core/workload/training-spec.ts'
import { buildWorkload } from '../../../core/workload/workload.ts'
import { defectsFrom } from '../../input/defects-input.ts'
import { familyFrom } from '../../input/family-input.ts'
import { chipFrom } from '../../input/chip-input.ts'
import { modelFrom } from '../../input/model-input.ts'
import { parseJson } from '../../input/parse-json.ts'
import { readJsonFile } from '../../input/read-json-file.ts'
import type { OptionValues } from '../command.ts'
import { choiceOption, flagOption, numberOption, requiredText, textOption, wholeOption } from '../option-values.ts'

export const objectives: readonly Objective[] = ['throughput', 'energy', 'throughput-per-watt', 'throughput-per-cost']

/** The cap that the person states for every wafer, null to waive it, undefined to leave it to the space and the chip. */
function statedCap_W(values: OptionValues): StatedCap_W {
  const given = textOption(values, 'power-cap')
  return given === 'none' ? null : numberOption(values, 'power-cap', { least: 1 })
}

function policyList(values: OptionValues): readonly string[] {
  const given = textOption(values, 'policies')
  if (given === undefined) return policies.map(({ name }) => name)
  if (given === 'none') return []
  return given.split(',').map((name) => policyNamed(name.trim()).name)
}

/** Options that say what is trained; a family says it of each of its workloads. */
const ofOneWorkload = ['model', 'global-batch', 'seq-length', 'attention', 'optimizer-bytes'] as const

/** What the options say is trained, and how: one workload, or several that one chip is chosen for. @throws Problem naming the option */
function trainedBy(values: OptionValues, directory: string): readonly FamilyWorkload[] {
  const file = textOption(values, 'family')
  if (file !== undefined) {
    const beside = ofOneWorkload.find((name) => textOption(values, name) !== undefined)
    if (beside !== undefined)
      throw new Problem(
        'usage',
        `'--${beside}' is of one workload, and '--family' names several; say it in the family file, or leave '--family' out`,
        beside
      )
    return familyFrom(file, directory)
  }
  const optimizerBytes = choiceOption(values, 'optimizer-bytes', ['16', '18'])
  const training = {
    globalBatch: Number(requiredText(values, 'global-batch', 'N') && wholeOption(values, 'global-batch')),
    sequenceLength: Number(requiredText(values, 'seq-length', 'N') && wholeOption(values, 'seq-length')),
    attention: choiceOption(values, 'attention', ['standard', 'flash']),
    optimizerBytesPerParameter: optimizerBytes && Number(optimizerBytes)
  }
  const model = modelFrom(requiredText(values, 'model', 'M'), directory)
  return [{ name: model.name, model, training: parseInput(TrainingSpec, training, 'training'), weight: 1 }]
}

/** What the options say that wafers must withstand; undefined where they say nothing. @throws Problem of the option */
function robustBy(values: OptionValues): RobustSpec | undefined {
  const by = choiceOption(values, 'robust', ['worst', 'mean'] as const)
  const defectSamples = wholeOption(values, 'defect-samples', 0, 1000)
  const constants = flagOption(values, 'constants')
  const scenario = defectSamples !== undefined ? 'defect-samples' : constants ? 'constants' : undefined
  if (by === undefined && scenario !== undefined)
    throw new Problem('usage', `'--${scenario}' is of '--robust': --robust worst, or --robust mean`, scenario)
  if (by === undefined) return undefined
  if (scenario === undefined)
    throw new Problem('usage', "'--robust' needs scenarios: --defect-samples N, --constants, or both", 'robust')
  return { for: by, defectSamples: defectSamples ?? 0, constants }
}

/** The inputs of the exploration that the options describe. @throws Problem naming the option */
export function explorationInputs(values: OptionValues, directory: string): ExplorationInputs {
  const spaceFile = textOption(values, 'space')
  const parsed =
    spaceFile === undefined
      ? ExplorationSpace.parse({})
      : spaceFile.trim().startsWith('{')
        ? parseInput(ExplorationSpace, parseJson(spaceFile, 'the text given as space'), 'space')
        : parseInput(ExplorationSpace, readJsonFile(spaceFile, directory, 'space'), `space file '${spaceFile}'`)
  const cap_W = statedCap_W(values)
  const robust = robustBy(values)
  const overlap = numberOption(values, 'overlap', { least: 0, most: 1 })
  const space: ExplorationSpace = {
    ...parsed,
    ...(flagOption(values, 'exact') && { strategy: 'exact' as const }),
    ...(flagOption(values, 'fixed-chip') && { architecture: null }),
    ...(overlap !== undefined && { overlap }),
    ...(robust && { robust }),
    ...(cap_W !== undefined && { powerCap_W: cap_W })
  }
  if (parsed.family)
    throw new Problem(
      'bad-input',
      'space: the workloads of a family are named with --family; leave family out',
      'family'
    )
  const workloads = trainedBy(values, directory)
  const [first] = workloads
  const chip = chipFrom(requiredText(values, 'chip', 'C'), directory, { devices: wholeOption(values, 'devices') })
  if (chip.kind === 'cluster' && cap_W !== undefined)
    throw new Problem('usage', `'--power-cap' limits a wafer; chip '${chip.name}' is a cluster`, 'power-cap')
  const map = textOption(values, 'defects')
  const defects = map === undefined ? space.defects : defectsFrom(map, requireWafer(chip, 'a defect map'), directory)
  const { defects: _, ...others } = { ...space, ...(workloads.length > 1 && { family: [...workloads] }) }
  const inputs: ExplorationInputs = {
    model: first!.model,
    chip: limitedChip(chip, space),
    training: first!.training,
    // A map on which nothing is broken says nothing, and the run is the same one.
    space: defects && isBroken(defects) ? { ...others, defects } : others,
    policies: policyList(values),
    objective: choiceOption(values, 'objective', objectives) ?? 'throughput',
    seed: wholeOption(values, 'seed', 0, 0xffff_ffff) ?? 1
  }
  if (inputs.chip.kind === 'cluster' && typeof space.architecture === 'object' && space.architecture !== null)
    throw new Problem(
      'bad-input',
      `space: genes choose among wafers, and chip '${inputs.chip.name}' is a cluster; leave architecture out, or name a wafer`,
      'architecture'
    )
  const frame = taskFrame(inputs)
  // Sequences that do not fit the model, a wafer that cannot be judged or priced, and wrong genes should be told before a search starts.
  for (const { model, training } of workloads) buildWorkload(model, training)
  if (inputs.chip.kind === 'wafer') {
    chipVerdicts(inputs.chip)
    waferCost_usd(inputs.chip)
  }
  if (frame.space.defects) damagedMachine(machineOf(frame.chip), frame.space.defects)
  if (frame.architecture && frame.chip.kind === 'wafer') checkGenes(frame.architecture, frame.base!)
  return inputs
}
