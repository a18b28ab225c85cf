import type { ModelSpec } from '../workload/model-spec.ts'
import type { TrainingSpec } from '../workload/training-spec.ts'
import type { ExplorationInputs } from './exploration.ts'
import type { FamilyWorkload } from './family.ts'

/** Sources of points that are not of the first workload of a family end in its name after this. */
const OF = '@'
const POLICY = 'policy:'

/** Who found a point, and for which workload where it is not the first one of a family. */
export const sourceFor = (source: string, workload: string | undefined): string =>
  workload === undefined ? source : `${source}${OF}${workload}`

/** The workload of a family that a point is of; undefined for the first one, and where there is one alone. */
export function workloadOfSource(source: string): string | undefined {
  const at = source.indexOf(OF)
  return at < 0 ? undefined : source.slice(at + 1)
}

/** The policy that found a point. */
export function policyOfSource(source: string): string | undefined {
  return source.startsWith(POLICY) ? source.slice(POLICY.length).split(OF, 1)[0] : undefined
}

type Trained = Pick<ExplorationInputs, 'model' | 'training' | 'space'>

/** What an exploration is about: its workload, or the first one of its family and the others by their names in sources. */
export function workloadsOf({ model, training, space }: Trained): readonly {
  readonly name: string | undefined
  readonly model: ModelSpec
  readonly training: TrainingSpec
}[] {
  const { family = [] } = (space ?? {}) as { readonly family?: readonly FamilyWorkload[] }
  return [{ name: undefined, model, training }, ...family.slice(1)]
}

/** What is trained at a point of an exploration, and how. */
export const trainedAt = (
  inputs: Trained,
  { source }: { readonly source: string }
): { readonly model: ModelSpec; readonly training: TrainingSpec } => {
  const name = workloadOfSource(source)
  return workloadsOf(inputs).find((workload) => workload.name === name)!
}
