import type { InputReference } from '../../contract/input-reference.ts'

/** A model or chip that can be named, in a list. */
export interface ReferenceOption {
  readonly key: string
  readonly title: string
  readonly reference: InputReference
}

/** Those of the project, and those that are shipped. */
export interface ReferenceOptions {
  readonly own: readonly ReferenceOption[]
  readonly shipped: readonly ReferenceOption[]
}

export const referenceKey = (reference: InputReference): string =>
  'preset' in reference ? `preset:${reference.preset}` : `document:${reference.document}`

const option = (title: string, reference: InputReference): ReferenceOption => ({
  key: referenceKey(reference),
  title,
  reference
})

export const referenceOptions = (
  documents: readonly { readonly id: number; readonly name: string }[],
  shipped: readonly { readonly name: string; readonly title?: string | undefined }[]
): ReferenceOptions => ({
  own: documents.map(({ id, name }) => option(name, { document: id })),
  shipped: shipped.map(({ name, title }) => option(title || name, { preset: name }))
})
