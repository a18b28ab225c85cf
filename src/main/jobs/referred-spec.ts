import type { InputReference } from '../../contract/input-reference.ts'
import type { ChipSpec } from '../../core/chip/chip-spec.ts'
import { chipPreset } from '../../core/chip/chip-presets.ts'
import { Problem } from '../../core/problem.ts'
import { modelPreset } from '../../core/workload/model-presets.ts'
import type { ModelSpec } from '../../core/workload/model-spec.ts'
import type { ProjectDocuments } from '../projects/project-documents.ts'

/** A document that a set-up names; what is in the trash is meant to be gone. */
export function inUse(documents: ProjectDocuments, id: number) {
  const document = documents.read(id)
  if (document.trashedAt !== undefined)
    throw new Problem(
      'bad-input',
      `the ${document.kind} '${document.name}' is in the trash; restore it in the project view, or choose another`,
      document.kind
    )
  return document
}

/** A model or chip that a set-up names. */
export interface ReferredSpec {
  /** As the option that a command takes: a page may name no files, so documents go in whole. */
  readonly option: string
  /** As a person writes it into a command. */
  readonly shown: string
  /** What it calls itself. */
  readonly name: string
}

/** @throws Problem of what is named and is not there, in the trash, or of another kind */
export function referredSpec(
  kind: 'model' | 'chip',
  reference: InputReference,
  documents: ProjectDocuments
): ReferredSpec {
  if ('preset' in reference) {
    const preset = kind === 'model' ? modelPreset(reference.preset) : chipPreset(reference.preset)
    return { option: preset.name, shown: preset.name, name: preset.name }
  }
  const document = inUse(documents, reference.document)
  if (document.kind !== kind)
    throw new Problem('bad-input', `document '${document.name}' is a ${document.kind}, not a ${kind}`, kind)
  const { name } = document.content as ModelSpec | ChipSpec
  return { option: JSON.stringify(document.content), shown: `${document.name}.json`, name }
}
