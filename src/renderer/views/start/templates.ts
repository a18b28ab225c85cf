import type { DocumentKind } from '../../../contract/document-contents.ts'
import type { SearchSpecInput } from '../../../contract/search-spec.ts'

interface NewDocument {
  readonly kind: DocumentKind
  readonly name: string
  /** What it holds, once those before it are made: they are named by their ids, in order. */
  readonly content: (made: readonly number[]) => unknown
}

/** A search on the project's own model and chip, so that edits of them count. */
const search = (model: number, chip: number, globalBatch: number, budget_s: number): SearchSpecInput => ({
  model: { document: model },
  chip: { document: chip },
  globalBatch,
  sequenceLength: 4096,
  budget_s
})

/** A shipped chip as a document that can be edited, and a search on it. */
async function study(model: string, chip: string, globalBatch: number, budget_s: number): Promise<NewDocument[]> {
  // The presets are large; they are loaded when they are wanted.
  const [{ chipPreset }, { modelPreset }] = await Promise.all([
    import('../../../core/chip/chip-presets.ts'),
    import('../../../core/workload/model-presets.ts')
  ])
  const [spec, preset] = [chipPreset(chip), modelPreset(model)]
  return [
    { kind: 'model', name: preset.title, content: () => preset.spec },
    { kind: 'chip', name: spec.title || spec.name, content: () => spec },
    {
      kind: 'search',
      name: `${preset.title}, ${budget_s} s`,
      content: ([ownModel, ownChip]) => search(ownModel!, ownChip!, globalBatch, budget_s)
    }
  ]
}

/** What a new project may start with. */
export const templates = {
  sample: {
    title: 'a small model and chip, and a 20-second search',
    documents: () => study('llama-2-7b', 'lean-48', 96, 20)
  },
  large: {
    title: 'Llama 3 70B on a wafer of 54 dies, and a 10-minute search',
    documents: () => study('llama-3-70b', 'wsc-llm-54', 512, 600)
  },
  empty: { title: 'nothing', documents: async (): Promise<NewDocument[]> => [] }
} as const
