import { basename } from 'node:path'
import type { InputReference } from '../../contract/input-reference.ts'
import type { SearchSpec } from '../../contract/search-spec.ts'
import type { ExplorationInputs } from '../../core/search/exploration.ts'
import { chipPreset } from '../../core/chip/chip-presets.ts'
import { modelPreset } from '../../core/workload/model-presets.ts'
import { MappingSpace } from '../../core/mapping/mapping-space.ts'
import { Problem } from '../../core/problem.ts'
import type { OptionValues } from '../commands/command.ts'
import { commandLine } from '../commands/command-line-text.ts'
import { explorationInputs } from '../commands/explore/exploration-inputs.ts'
import { exportedDocument } from '../output/exported-document.ts'
import type { ProjectDocuments } from '../projects/project-documents.ts'
import type { ProjectStore } from '../projects/project-store.ts'
import { startingFrom } from './known-of-run.ts'

export interface ExplorationSetup {
  readonly inputs: ExplorationInputs
  readonly command: string
}

/** A document that a set-up names; what is in the trash is meant to be gone. */
function inUse(documents: ProjectDocuments, id: number) {
  const document = documents.read(id)
  if (document.trashedAt !== undefined)
    throw new Problem(
      'bad-input',
      `the ${document.kind} '${document.name}' is in the trash; restore it in the project view, or choose another`,
      document.kind
    )
  return document
}

/** What a page names, as the option that a command takes: a page may name no files, so documents go in whole. */
function given(kind: 'model' | 'chip', reference: InputReference, documents: ProjectDocuments) {
  if ('preset' in reference) {
    const preset = kind === 'model' ? modelPreset(reference.preset) : chipPreset(reference.preset)
    return { option: preset.name, shown: preset.name }
  }
  const document = inUse(documents, reference.document)
  if (document.kind !== kind)
    throw new Problem('bad-input', `document '${document.name}' is a ${document.kind}, not a ${kind}`, kind)
  return { option: JSON.stringify(document.content), shown: `${document.name}.json` }
}

/** The defect map that a page names; undefined where the wafer is whole. */
function defectsOf({ defects }: SearchSpec, documents: ProjectDocuments) {
  if (!defects) return undefined
  const document = inUse(documents, defects.document)
  if (document.kind !== 'defects')
    throw new Problem('bad-input', `document '${document.name}' is a ${document.kind}, not a defect map`, 'defects')
  return { map: document.content.map, shown: exportedDocument(document, 'csv').fileName }
}

/** What a space says beyond leaving everything free. */
function spaceOf({ mapping, wafers, costCap_usd }: SearchSpec): object {
  const free: Readonly<Record<string, unknown>> = MappingSpace.parse({})
  const narrowed = Object.fromEntries(
    Object.entries(mapping).filter(([name, value]) => value !== undefined && free[name] !== value)
  )
  return {
    ...(Object.keys(narrowed).length > 0 && { mapping: narrowed }),
    ...(wafers !== null && wafers !== 'around' && { architecture: wafers }),
    ...(costCap_usd !== undefined && { costCap_usd })
  }
}

/**
 * What a person set on a page as the options of `tmac explore`: one meaning for both, and a command that does the same again (with
 * documents exported under their names).
 * @throws Problem naming what does not fit
 */
export function explorationOf(spec: SearchSpec, store: ProjectStore): ExplorationSetup {
  const { documents } = store
  const model = given('model', spec.model, documents)
  const chip = given('chip', spec.chip, documents)
  const defects = defectsOf(spec, documents)
  const space = spaceOf(spec)
  const spaceText = (said: object): string | undefined =>
    Object.keys(said).length > 0 ? JSON.stringify(said) : undefined
  const values: OptionValues = {
    'global-batch': String(spec.globalBatch),
    'seq-length': String(spec.sequenceLength),
    objective: spec.objective,
    space: spaceText(space),
    exact: spec.exact,
    'fixed-chip': spec.wafers === null,
    'power-cap':
      spec.powerCap_W === undefined ? undefined : spec.powerCap_W === null ? 'none' : String(spec.powerCap_W),
    policies: spec.policies && (spec.policies.length === 0 ? 'none' : spec.policies.join(',')),
    seed: spec.seed === 1 ? undefined : String(spec.seed)
  }
  const inputs = explorationInputs(
    {
      ...values,
      model: model.option,
      chip: chip.option,
      space: spaceText({ ...space, ...(defects && { defects: defects.map }) })
    },
    process.cwd()
  )
  return {
    inputs: spec.from ? startingFrom(inputs, store, spec.from.run) : inputs,
    command: commandLine('explore', {
      model: model.shown,
      chip: chip.shown,
      ...values,
      defects: defects?.shown,
      from: spec.from && `${basename(store.path)}:${spec.from.run}`,
      workers: spec.workers === undefined ? undefined : String(spec.workers),
      budget: spec.budget_s === null ? undefined : `${spec.budget_s}s`
    })
  }
}
