import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SearchSpec } from '../../src/contract/search-spec.ts'
import { sampleDefects } from '../../src/core/chip/defects/sample-defects.ts'
import type { ExplorationSpace } from '../../src/core/search/exploration-space.ts'
import { explorationOf } from '../../src/main/jobs/exploration-setup.ts'
import { openProject } from '../../src/main/projects/open-project.ts'
import type { ProjectStore } from '../../src/main/projects/project-store.ts'
import { ModelSpec } from '../../src/core/workload/model-spec.ts'
import { smallModel } from '../fixtures/small-exploration.ts'
import { waferPreset } from './chip-wafer-preset.ts'

const smallModelSpec = ModelSpec.parse(smallModel)

let folder: string
let project: ProjectStore
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tmac-setup-'))
  project = openProject(join(folder, 'study.tmac'), { create: true })
})
afterEach(() => {
  project.close()
  rmSync(folder, { recursive: true })
})

const map = sampleDefects(waferPreset('watos-56'), { seed: 3 })
const spec = (document: number, chip = 'watos-56') =>
  SearchSpec.parse({
    model: { preset: 'llama-2-7b' },
    chip: { preset: chip },
    defects: { document },
    globalBatch: 96,
    sequenceLength: 4096,
    wafers: null
  })

describe('a search on a damaged wafer', () => {
  it('has the map in its space, and a command that takes it as the file it is exported to', () => {
    const content = { chip: { preset: 'watos-56' }, map }
    const { id } = project.documents.create('defects', 'Wafer 3: lot 7', content)
    const { inputs, command } = explorationOf(spec(id), project)
    expect((inputs.space as ExplorationSpace).defects).toEqual(map)
    // Nothing of the mappings is narrowed, so that there is nothing to say of them.
    expect(command).not.toContain('--space')
    expect(command).toContain("--defects 'Wafer 3_ lot 7.csv'")
    expect(command).not.toContain('deadDies')
  })

  it('refuses a map of another grid and a document that is none', () => {
    const defects = project.documents.create('defects', 'Map', { chip: { preset: 'watos-56' }, map })
    expect(() => explorationOf(spec(defects.id, 'lean-48'), project)).toThrow(/grid of 7 rows x 8 columns/)
    const chip = project.documents.create('chip', 'Chip', waferPreset('watos-56'))
    expect(() => explorationOf(spec(chip.id), project)).toThrow("'Chip' is a chip, not a defect map")
  })
})

describe('a search for several workloads', () => {
  const setup = (change: object) =>
    SearchSpec.parse({
      model: { preset: 'llama-2-7b' },
      chip: { preset: 'lean-48' },
      globalBatch: 96,
      sequenceLength: 4096,
      weight: 2,
      ...change
    })

  it('is the family of the command line, and its command names one', () => {
    const { id } = project.documents.create('model', 'My small one', smallModelSpec)
    const others = [{ model: { document: id }, globalBatch: 16, sequenceLength: 1024 }]
    const { inputs, command } = explorationOf(setup({ others }), project)
    expect((inputs.space as ExplorationSpace).family).toMatchObject([
      { name: 'llama-2-7b', training: { globalBatch: 96, sequenceLength: 4096 }, weight: 2 },
      { name: 'small', model: smallModelSpec, training: { globalBatch: 16, sequenceLength: 1024 }, weight: 1 }
    ])
    expect(inputs.model.name).toBe('llama-2-7b')
    expect(command).toContain('"model":"My small one.json"')
    expect(command).not.toContain('--model')
    expect(command).not.toContain('hidden')
  })

  it('of one model at several lengths calls them by what tells them apart', () => {
    const others = [
      { model: { preset: 'llama-2-7b' }, globalBatch: 96, sequenceLength: 2048 },
      { model: { preset: 'llama-2-7b' }, globalBatch: 48, sequenceLength: 2048 },
      { model: { preset: 'llama-2-13b' }, globalBatch: 48, sequenceLength: 2048 }
    ]
    const { inputs } = explorationOf(setup({ others }), project)
    expect((inputs.space as ExplorationSpace).family!.map(({ name }) => name)).toEqual([
      'llama-2-7b, 4096 tokens',
      'llama-2-7b, 2048 tokens, batch 96',
      'llama-2-7b, 2048 tokens, batch 48',
      'llama-2-13b'
    ])
  })

  it('refuses one workload twice, and defects, which are mapped for one workload at a time', () => {
    const twice = [{ model: { preset: 'llama-2-7b' }, globalBatch: 96, sequenceLength: 4096, weight: 5 }]
    expect(() => explorationOf(setup({ others: twice }), project)).toThrow('workload 2 is the same as workload 1')
    const others = [{ model: { preset: 'llama-2-13b' }, globalBatch: 96, sequenceLength: 4096 }]
    expect(() => explorationOf(setup({ others, defects: { document: 1 }, wafers: null }), project)).toThrow(
      'mapped for one workload at a time'
    )
  })

  it('ranks by scenarios as the command line does, and refuses what has none', () => {
    const robust = { for: 'mean', defectSamples: 16, constants: true }
    const { inputs, command } = explorationOf(setup({ robust }), project)
    expect((inputs.space as ExplorationSpace).robust).toEqual(robust)
    expect(command).toContain('--robust mean --defect-samples 16 --constants')
    const refused = (change: object) => expect(() => explorationOf(setup(change), project))
    refused({ robust: { for: 'worst' } }).toThrow('no scenarios')
    refused({ robust, wafers: null }).toThrow('this search keeps the chip as it is')
    refused({ robust, chip: { preset: 'h100-80gb' } }).toThrow()
  })
})
