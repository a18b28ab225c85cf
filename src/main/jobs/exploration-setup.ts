import { basename } from 'node:path'
import { checkSearchSpec } from '../../contract/check-search-spec.ts'
import type { SearchSpec } from '../../contract/search-spec.ts'
import type { ExplorationInputs } from '../../core/search/exploration.ts'
import { MappingSpace } from '../../core/mapping/mapping-space.ts'
import { Problem } from '../../core/problem.ts'
import type { OptionValues } from '../commands/command.ts'
import { commandLine } from '../commands/command-line-text.ts'
import { explorationInputs } from '../commands/explore/exploration-inputs.ts'
import { exportedDocument } from '../output/exported-document.ts'
import type { ProjectDocuments } from '../projects/project-documents.ts'
import type { ProjectStore } from '../projects/project-store.ts'
import { startingFrom } from './known-of-run.ts'
import { inUse, referredSpec } from './referred-spec.ts'
import { trainedOptions } from './trained-options.ts'

export interface ExplorationSetup {
  readonly inputs: ExplorationInputs
  readonly command: string
}

/** How wafers are ranked as options; none where they are ranked as they are meant. */
const robustOptions = ({ robust }: SearchSpec): OptionValues =>
  robust
    ? {
        robust: robust.for,
        'defect-samples': robust.defectSamples > 0 ? String(robust.defectSamples) : undefined,
        constants: robust.constants
      }
    : {}

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
  checkSearchSpec(spec, undefined)
  const trained = trainedOptions(spec, documents)
  const chip = referredSpec('chip', spec.chip, documents)
  const defects = defectsOf(spec, documents)
  const space = spaceOf(spec)
  const spaceText = (said: object): string | undefined =>
    Object.keys(said).length > 0 ? JSON.stringify(said) : undefined
  const values: OptionValues = {
    objective: spec.objective,
    space: spaceText(space),
    exact: spec.exact,
    ...robustOptions(spec),
    'fixed-chip': spec.wafers === null,
    'power-cap':
      spec.powerCap_W === undefined ? undefined : spec.powerCap_W === null ? 'none' : String(spec.powerCap_W),
    policies: spec.policies && (spec.policies.length === 0 ? 'none' : spec.policies.join(',')),
    seed: spec.seed === 1 ? undefined : String(spec.seed)
  }
  const inputs = explorationInputs(
    {
      ...trained.run,
      ...values,
      chip: chip.option,
      space: spaceText({ ...space, ...(defects && { defects: defects.map }) })
    },
    process.cwd()
  )
  return {
    inputs: spec.from ? startingFrom(inputs, store, spec.from.run) : inputs,
    command: commandLine('explore', {
      // In the order in which people say it.
      model: trained.shown['model'],
      chip: chip.shown,
      ...trained.shown,
      ...values,
      defects: defects?.shown,
      from: spec.from && `${basename(store.path)}:${spec.from.run}`,
      workers: spec.workers === undefined ? undefined : String(spec.workers),
      budget: spec.budget_s === null ? undefined : `${spec.budget_s}s`
    })
  }
}
