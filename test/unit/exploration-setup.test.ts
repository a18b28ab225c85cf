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
import { waferPreset } from './chip-wafer-preset.ts'

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
