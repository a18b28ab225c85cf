import type { SearchSetup } from '../../contract/jobs-contract.ts'
import type { ExplorationInputs } from '../../core/search/exploration.ts'
import type { OptionValues } from '../commands/command.ts'
import { commandLine } from '../commands/command-line-text.ts'
import { explorationInputs } from '../commands/explore/exploration-inputs.ts'
import { chipPreset } from '../../core/chip/chip-presets.ts'
import { modelPreset } from '../../core/workload/model-presets.ts'

/**
 * What a person set on a page as the options of `tmac explore`: one meaning for both, and a command that does the same again.
 * @throws Problem naming what does not fit
 */
export function explorationOf(setup: SearchSetup): { readonly inputs: ExplorationInputs; readonly command: string } {
  // A page chooses among the presets; it may not name files.
  modelPreset(setup.model)
  chipPreset(setup.chip)
  const values: OptionValues = {
    model: setup.model,
    chip: setup.chip,
    'global-batch': String(setup.globalBatch),
    'seq-length': String(setup.sequenceLength),
    objective: setup.objective,
    'fixed-chip': !setup.exploreWafers,
    'power-cap': setup.waivePowerCap ? 'none' : undefined
  }
  return {
    inputs: explorationInputs(values, process.cwd()),
    command: commandLine('explore', { ...values, budget: `${setup.budget_s}s` })
  }
}
