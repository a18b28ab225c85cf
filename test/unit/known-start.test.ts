import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SearchSpec } from '../../src/contract/search-spec.ts'
import type { ExplorationInputs, KeptPoint, Objective } from '../../src/core/search/exploration.ts'
import { ExplorationSpace } from '../../src/core/search/exploration-space.ts'
import { betterBy } from '../../src/core/search/objective.ts'
import { evaluateAt } from '../../src/core/simulator/evaluate-level.ts'
import { machineOf } from '../../src/core/simulator/machine.ts'
import { ModelSpec } from '../../src/core/workload/model-spec.ts'
import { buildWorkload } from '../../src/core/workload/workload.ts'
import { explorationOf } from '../../src/main/jobs/exploration-setup.ts'
import { startingFrom } from '../../src/main/jobs/known-of-run.ts'
import { openProject } from '../../src/main/projects/open-project.ts'
import type { ProjectStore } from '../../src/main/projects/project-store.ts'
import { exploreDirectly, smallChip, smallInputs, smallModel, smallSpace } from '../fixtures/small-exploration.ts'
import { runCli } from './cli-run.ts'

let folder: string
let project: ProjectStore
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tmac-known-'))
  project = openProject(join(folder, 'study.tmac'), { create: true })
})
afterEach(() => {
  project.close()
  rmSync(folder, { recursive: true })
})

const versions = { tmac: '0', node: '0', schema: 1 }

/** A finished run of an exploration in the project. */
async function ran(inputs: ExplorationInputs) {
  const { outcome, kept } = await exploreDirectly(inputs)
  const run = project.startRun(inputs, { command: 'tmac explore', versions })
  run.keep(kept)
  run.finish({
    ...(outcome.certificate && { certificate: outcome.certificate }),
    statistics: outcome.statistics,
    front: outcome.front,
    failedPolicies: outcome.failedPolicies
  })
  return { id: run.id, best: outcome.best! }
}

const inputs = (mapping: object, more: { objective?: Objective; architecture?: object } = {}): ExplorationInputs =>
  smallInputs({
    chip: smallChip,
    policies: [],
    space: { powerCap_W: null, architecture: (more.architecture as never) ?? null, mapping },
    ...(more.objective && { objective: more.objective })
  })

/** Seen with transfers sharing the links, as the last choice among finalists is made. */
const closer = (point: KeptPoint): KeptPoint => {
  const { model, training } = smallInputs()
  const machine = machineOf(smallChip)
  return { ...point, evaluation: evaluateAt('fluid', buildWorkload(model, training), machine, point.mapping) }
}

describe('a search that starts from a run', () => {
  it.each<Objective>(['throughput', 'energy', 'throughput-per-watt', 'throughput-per-cost'])(
    'is never worse in %s than the design that it starts from, however little it may choose itself',
    async (objective) => {
      const former = await ran(inputs(smallSpace.mapping!, { objective }))
      const narrow = inputs(
        { regions: [[1, 1]], pipelineParallel: [1], microBatch: [1], zeroStages: [0] },
        { objective }
      )
      const alone = await exploreDirectly(narrow)
      const known = { from: 'run 1', mappings: [{ mapping: former.best.mapping }] }
      const { outcome } = await exploreDirectly({ ...narrow, space: { ...(narrow.space as ExplorationSpace), known } })
      const [start, end] = [closer(former.best), closer(outcome.best!)]
      expect(betterBy(objective)(end, start)).toBe(end)
      if (alone.outcome.best) expect(betterBy(objective)(end, closer(alone.outcome.best))).toBe(end)
    }
  )

  it('has them in its inputs, so that it is the same search whatever becomes of the run', async () => {
    const wafers = inputs(smallSpace.mapping!, { architecture: smallSpace.architecture as object })
    const { id } = await ran(wafers)
    const started = startingFrom(wafers, project, id)
    const { known } = started.space as ExplorationSpace
    expect(known).toMatchObject({ from: 'run 1' })
    expect(known!.mappings.every(({ foundOn }) => foundOn?.length === 6)).toBe(true)
    expect(ExplorationSpace.parse(JSON.parse(JSON.stringify(started.space)))).toEqual(started.space)
    const [first, second] = await Promise.all([exploreDirectly(started), exploreDirectly(started)])
    expect(second.kept).toEqual(first.kept)
    project.trashRun(id)
    expect(project.trashedRuns()).toHaveLength(1)
    expect((await exploreDirectly(started)).kept).toEqual(first.kept)
  })

  it('takes no mapping from outside of a space that is narrower than the run’s', async () => {
    const { id, best } = await ran(inputs(smallSpace.mapping!))
    const others = [2, 3].filter((stages) => stages !== best.mapping.stages.length)
    const narrowed = inputs({ ...smallSpace.mapping, pipelineParallel: others })
    expect(() => startingFrom(narrowed, project, id)).toThrow(
      'run 1 has no design that fits and lies in the mappings that may be chosen'
    )
  })

  it('refuses a run of another model, one that is under way and one that there is not', async () => {
    const { id } = await ran(inputs(smallSpace.mapping!))
    const other = { ...inputs(smallSpace.mapping!), model: ModelSpec.parse({ ...smallModel, layers: 8 }) }
    expect(() => startingFrom(other, project, id)).toThrow(
      "run 1 is of the model 'small', and its mappings say nothing of this 'small', whose numbers are others"
    )
    const running = project.startRun(inputs(smallSpace.mapping!), { command: '', versions })
    expect(() => startingFrom(inputs(smallSpace.mapping!), project, running.id)).toThrow('run 2 is under way')
    expect(() => startingFrom(inputs(smallSpace.mapping!), project, 9)).toThrow(/no run 9/)
  })

  it('is the same on a page and at the command line', async () => {
    const { id } = await ran(
      smallInputs({ model: inputs({}).model, chip: smallChip, space: { ...smallSpace, architecture: null } })
    )
    const model = project.documents.create('model', 'small', ModelSpec.parse(smallModel))
    const chip = project.documents.create('chip', 'cut', smallChip)
    const spec = SearchSpec.parse({
      model: { document: model.id },
      chip: { document: chip.id },
      globalBatch: 16,
      sequenceLength: 1024,
      wafers: null,
      powerCap_W: null,
      policies: [],
      mapping: smallSpace.mapping,
      from: { run: id }
    })
    const { command, inputs: ofPage } = explorationOf(spec, project)
    expect(command).toContain('--from study.tmac:1')
    project.close()
    const given = ['--model', JSON.stringify(smallModel), '--chip', JSON.stringify(smallChip), '--fixed-chip']
    const space = JSON.stringify({ mapping: smallSpace.mapping })
    const rest = ['--policies', 'none', '--global-batch', '16', '--seq-length', '1024', '--power-cap', 'none']
    const from = ['--project', join(folder, 'study.tmac'), '--from', '1', '--workers', '1']
    const { code, err } = await runCli(['explore', ...given, '--space', space, ...rest, ...from])
    expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' })
    project = openProject(join(folder, 'study.tmac'), { readOnly: true })
    expect(project.run(2).inputs).toEqual(ofPage)
  })

  it.each([
    [
      'three',
      "option '--from' is 'three'; it must be the number of a run, as 3, or a project with it, as first.tmac:3"
    ],
    ['3', "'--from 3' needs the project that has the run"],
    ['nothing.tmac:3', "nothing.tmac' does not exist"]
  ])('says what is wrong with --from %s', async (from, words) => {
    const given = ['--model', 'llama-2-7b', '--chip', 'lean-48', '--global-batch', '96', '--seq-length', '4096']
    const { code, err } = await runCli(['explore', ...given, '--from', from])
    expect(code).not.toBe(0)
    expect(err).toContain(words)
  })
})
