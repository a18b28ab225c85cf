import { contentHash } from '../../core/content-hash.ts'
import { Problem } from '../../core/problem.ts'
import type { ExplorationInputs, KeptPoint } from '../../core/search/exploration.ts'
import type { ExplorationSpace } from '../../core/search/exploration-space.ts'
import { traitsOf } from '../../core/search/known-mappings.ts'
import { rankedBy } from '../../core/search/objective.ts'
import { machineOf } from '../../core/simulator/machine.ts'
import { buildWorkload } from '../../core/workload/workload.ts'
import { withinSpace } from '../../core/search/within-space.ts'
import type { ProjectStore } from '../projects/project-store.ts'

/** Mappings that are taken from a run: the best on its own chip, and the best of its front. */
const MOST_OF_CHIP = 8
const MOST_OF_FRONT = 24

type Known = NonNullable<ExplorationSpace['known']>

const ofWafer = ({ mapping, chip }: KeptPoint): Known['mappings'][number] => ({
  mapping,
  ...(chip.kind === 'wafer' && { foundOn: [...traitsOf(chip)] })
})

/**
 * The inputs with the best designs of a run of the project as mappings that are known: they are part of the inputs, so that the search can
 * be gone on with whatever becomes of that run. Mappings outside of a space that is another than the run's stay out.
 * @throws Problem for a run that there is not, that is of another model, that is under way, or that has nothing to give
 */
export function startingFrom(inputs: ExplorationInputs, store: ProjectStore, runId: number): ExplorationInputs {
  const run = store.run(runId)
  const { model, space: formerSpace } = run.inputs
  if (contentHash(model) !== contentHash(inputs.model))
    throw new Problem(
      'bad-input',
      `run ${runId} is of the model '${model.name}', and its mappings say nothing of ` +
        `${model.name === inputs.model.name ? `this '${model.name}', whose numbers are others` : `'${inputs.model.name}'`}; ` +
        'start from a run of the same model, or from none',
      'from'
    )
  if (run.status === 'running')
    throw new Problem(
      'bad-input',
      `run ${runId} is under way, and what it will give is not known yet; start from it when it has ended or is paused`,
      'from'
    )
  const space = inputs.space as ExplorationSpace
  const mappingSpace = (formerSpace as ExplorationSpace | undefined)?.mapping
  const within =
    mappingSpace && contentHash(mappingSpace) === contentHash(space.mapping)
      ? () => true
      : withinSpace(buildWorkload(inputs.model, inputs.training), machineOf(inputs.chip, space.overlap), space.mapping)
  const searched = ({ evaluation, mapping, parent }: ReturnType<ProjectStore['front']>[number]): boolean =>
    parent === undefined && evaluation.feasible && within(mapping)
  const best = (points: ReturnType<ProjectStore['front']>, most: number): KeptPoint[] =>
    rankedBy(points.filter(searched), inputs.objective).slice(0, most)
  const points = [...best(store.pointsOnOwnChip(runId), MOST_OF_CHIP), ...best(store.front(runId), MOST_OF_FRONT)]
  if (points.length === 0)
    throw new Problem(
      'bad-input',
      `run ${runId} has no design that fits and lies in the mappings that may be chosen; start from another run, or from none`,
      'from'
    )
  const mappings = [...new Map(points.map((point) => [contentHash(ofWafer(point)), ofWafer(point)])).values()]
  return { ...inputs, space: { ...space, known: { from: `run ${runId}`, mappings } } }
}
