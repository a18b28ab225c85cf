import { describe, expect, it } from 'vitest'
import { SearchSpec } from '../../src/contract/search-spec.ts'
import { sampleDefects } from '../../src/core/chip/defects/sample-defects.ts'
import { defectsCsv } from '../../src/core/chip/defects/defects-csv.ts'
import { modelPresets } from '../../src/core/workload/model-presets.ts'
import { TrainingSpec } from '../../src/core/workload/training-spec.ts'
import { LONGEST_TEXT, mapOfText } from '../../src/renderer/views/defects/map-of-text.ts'
import { searchForWafer } from '../../src/renderer/views/defects/search-for-wafer.ts'
import { StrokeTouches, strokeWords } from '../../src/renderer/views/defects/stroke-touches.ts'
import { waferPreset } from './chip-wafer-preset.ts'

const chip = waferPreset('watos-56')
const nothing = { dies: [], links: [], cores: [] }

describe('a stroke', () => {
  it('touches everything once, however often the pointer comes by', () => {
    const touches = new StrokeTouches({ paints: 'core', erase: false, clock: 1 }, 4)
    const cores = [
      { die: [0, 1] as const, core: 0 },
      { die: [0, 1] as const, core: 4 }
    ]
    touches.add({ ...nothing, cores, dies: [[0, 1]], links: ['0,1-0,2'] })
    touches.add({ ...nothing, cores, dies: [[0, 1]], links: ['0,1-0,2'] })
    expect(touches.stroke).toEqual({
      paints: 'core',
      erase: false,
      clock: 1,
      dies: [[0, 1]],
      links: [
        [
          [0, 1],
          [0, 2]
        ]
      ],
      cores: [{ die: [0, 1], count: 8 }]
    })
    expect(strokeWords(touches.stroke)).toBe('Paint 8 dead cores')
    expect(strokeWords({ ...touches.stroke, paints: 'link', erase: true })).toBe('Erase 1 dead link')
  })
})

describe('a text', () => {
  it('is the map that it states, as CSV and as JSON', () => {
    const map = sampleDefects(chip, { seed: 4, linkYield: 0.9 })
    const { name: _name, source: _source, ...bare } = map
    expect(mapOfText(defectsCsv(map), chip, 'map')).toEqual({ map: bare })
    expect(mapOfText(JSON.stringify(map), chip, 'map')).toEqual({ map })
  })
  it('of another grid says which, so that another chip can be offered', () => {
    const tile = sampleDefects(waferPreset('dojo-tile-5x5'), { seed: 1 })
    const read = mapOfText(JSON.stringify(tile), chip, 'map')
    expect(read.fault).toContain('grid of 5 rows x 5 columns')
    expect(read.otherGrid).toEqual({ rows: 5, columns: 5, wafers: 1 })
  })
  it.each([
    ['{', 'is no JSON'],
    ['[]', 'map'],
    ['hello', 'it must name the columns kind,row'],
    ['\u0000', 'is binary, not text'],
    ['x'.repeat(LONGEST_TEXT + 1), 'characters; a defect map has']
  ])('that is none is refused: %.10s', (text, words) => {
    const read = mapOfText(text, chip, 'map')
    expect(read.map).toBeUndefined()
    expect(read.fault).toContain(words)
  })
})

it('a search for a damaged wafer keeps the wafer as it is, and a model that is not shipped as a document', async () => {
  const [{ spec: model, name }] = [modelPresets[0]!]
  const training = TrainingSpec.parse({ globalBatch: 64, sequenceLength: 2048 })
  const inputs = { model, chip, training, space: {}, policies: [], objective: 'energy', seed: 5 } as const
  const keep = (): Promise<{ id: number }> => Promise.resolve({ id: 9 })
  const wafer = { id: 3, chip: { preset: chip.name } }
  const search = await searchForWafer(inputs, wafer, keep)
  expect(search).toEqual(SearchSpec.parse(search))
  expect(search).toMatchObject({ model: { preset: name }, defects: { document: 3 }, wafers: null, objective: 'energy' })
  const own = await searchForWafer({ ...inputs, model: { ...model, layers: model.layers + 1 } }, wafer, keep)
  expect(own.model).toEqual({ document: 9 })
})
