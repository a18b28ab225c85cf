import type { SearchSpec } from '../../contract/search-spec.ts'
import type { OptionValues } from '../commands/command.ts'
import type { ProjectDocuments } from '../projects/project-documents.ts'
import { referredSpec, type ReferredSpec } from './referred-spec.ts'

interface Workload {
  readonly model: ReferredSpec
  readonly globalBatch: number
  readonly sequenceLength: number
  readonly weight: number
}

/** Names that tell workloads apart: that of the model, and where several have one, what else is different. */
function namesOf(workloads: readonly Workload[]): string[] {
  const unique = (names: readonly string[], further: (workload: Workload, at: number) => string): string[] =>
    names.map((name, at) =>
      names.filter((other) => other === name).length > 1 ? `${name}, ${further(workloads[at]!, at)}` : name
    )
  const byLength = unique(
    workloads.map(({ model }) => model.name),
    ({ sequenceLength }) => `${sequenceLength} tokens`
  )
  const byBatch = unique(byLength, ({ globalBatch }) => `batch ${globalBatch}`)
  return unique(byBatch, ({ model: { shown } }, at) => `${shown.replace(/\.json$/, '')} (${at + 1})`)
}

/** What is trained as options: of one workload its own, of several those of a family, in a line. */
export function trainedOptions(
  { model, globalBatch, sequenceLength, weight = 1, others = [] }: SearchSpec,
  documents: ProjectDocuments
): { readonly run: OptionValues; readonly shown: OptionValues } {
  const workloads = [{ model, globalBatch, sequenceLength, weight }, ...others].map((one) => ({
    ...one,
    model: referredSpec('model', one.model, documents)
  }))
  const [first] = workloads
  const training = { 'global-batch': String(globalBatch), 'seq-length': String(sequenceLength) }
  if (workloads.length === 1)
    return { run: { model: first!.model.option, ...training }, shown: { model: first!.model.shown, ...training } }
  const names = namesOf(workloads)
  const family = (modelOf: (model: Workload['model']) => unknown): OptionValues => ({
    family: JSON.stringify({
      workloads: workloads.map((one, at) => ({
        name: names[at],
        model: modelOf(one.model),
        training: { globalBatch: one.globalBatch, sequenceLength: one.sequenceLength },
        weight: one.weight
      }))
    })
  })
  return {
    run: family(({ option }) => (option.startsWith('{') ? JSON.parse(option) : option)),
    shown: family(({ shown }) => shown)
  }
}
