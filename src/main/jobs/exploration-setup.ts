import type { InputReference } from '../../contract/input-reference.ts'
import type { SearchSpec } from '../../contract/search-spec.ts'
import { chipPreset } from '../../core/chip/chip-presets.ts'
import { Problem } from '../../core/problem.ts'
import type { ExplorationInputs } from '../../core/search/exploration.ts'
import { modelPreset } from '../../core/workload/model-presets.ts'
import type { OptionValues } from '../commands/command.ts'
import { commandLine } from '../commands/command-line-text.ts'
import { explorationInputs } from '../commands/explore/exploration-inputs.ts'
import type { ProjectDocuments } from '../projects/project-documents.ts'

/** What a page names, as the option that a command takes: a page may name no files, so documents go in whole. */
function given(kind: 'model' | 'chip', reference: InputReference, documents: ProjectDocuments) {
  if ('preset' in reference) {
    const preset = kind === 'model' ? modelPreset(reference.preset) : chipPreset(reference.preset)
    return { option: preset.name, shown: preset.name }
  }
  const document = documents.read(reference.document)
  if (document.kind !== kind)
    throw new Problem('bad-input', `document '${document.name}' is a ${document.kind}, not a ${kind}`, kind)
  return { option: JSON.stringify(document.content), shown: `${document.name}.json` }
}

/**
 * What a person set on a page as the options of `tmac explore`: one meaning for both, and a command that does the same again (with
 * documents exported under their names).
 * @throws Problem naming what does not fit
 */
export function explorationOf(
  setup: SearchSpec,
  documents: ProjectDocuments
): { readonly inputs: ExplorationInputs; readonly command: string } {
  const model = given('model', setup.model, documents)
  const chip = given('chip', setup.chip, documents)
  const values: OptionValues = {
    'global-batch': String(setup.globalBatch),
    'seq-length': String(setup.sequenceLength),
    objective: setup.objective,
    'fixed-chip': !setup.exploreWafers,
    'power-cap': setup.waivePowerCap ? 'none' : undefined
  }
  return {
    inputs: explorationInputs({ model: model.option, chip: chip.option, ...values }, process.cwd()),
    command: commandLine('explore', {
      model: model.shown,
      chip: chip.shown,
      ...values,
      budget: `${setup.budget_s}s`
    })
  }
}
