import type { Mapping } from '../../core/mapping/mapping.ts'
import { ExplorationSpace } from '../../core/search/exploration-space.ts'
import { trainedAt } from '../../core/search/point-source.ts'
import type { Situation } from '../engine/questions.ts'
import type { ProjectStore } from '../projects/project-store.ts'

/** What a question about a stored point, or about another mapping in its place, is asked of. @throws Problem `unknown-name` */
export function situationOf(store: ProjectStore, point: number, mapping?: Mapping): Situation {
  const stored = store.point(point)
  const { inputs } = store.run(stored.runId)
  const { model, training } = trainedAt(inputs, stored)
  const { defects } = ExplorationSpace.parse(inputs.space)
  return { model, training, chip: stored.chip, mapping: mapping ?? stored.mapping, ...(defects && { defects }) }
}
