import { readFileSync, rmSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { chipPreset, chipPresets } from '../../src/core/chip/chip-presets.ts'
import type { WaferChipSpec } from '../../src/core/chip/chip-spec.ts'
import { dieArea_mm2 } from '../../src/core/chip/floorplan.ts'
import { sheetCsv, type DataSheet } from '../../src/core/report/data-sheet.ts'
import { dieFigure } from '../../src/core/report/die-map.ts'
import { memoryDiesFigure } from '../../src/core/report/memory-map.ts'
import { graphOf, operatorsAcross, shownTraining } from '../../src/core/report/operator-graph.ts'
import { operatorsFigure } from '../../src/core/report/operators-map.ts'
import { evaluate } from '../../src/core/simulator/evaluate.ts'
import { modelPreset, modelPresets } from '../../src/core/workload/model-presets.ts'
import type { ModelSpec } from '../../src/core/workload/model-spec.ts'
import { operatorRows } from '../../src/core/workload/operator-rows.ts'
import { TrainingSpec } from '../../src/core/workload/training-spec.ts'
import { buildWorkload } from '../../src/core/workload/workload.ts'
import { runCli } from './cli-run.ts'
import { mappingOf, waferOf, workloadOf } from './simulator-fixture.ts'

const folder = mkdtempSync(join(tmpdir(), 'tmac-drawn-'))
afterAll(() => rmSync(folder, { recursive: true }))

const column = ({ columns, rows }: DataSheet, key: string) =>
  rows.map((row) => row[columns.findIndex((one) => one.key === key)]!)
const rowsOf = (model: ModelSpec) => operatorRows(buildWorkload(model, TrainingSpec.parse(shownTraining(model))))
const wafers = chipPresets.flatMap((spec) => (spec.kind === 'wafer' ? [spec] : []))

describe('the inside of a die', () => {
  it.each(wafers.map((chip) => [chip.name, chip] as const))(
    'of %s has parts that fill the die and its edges',
    (_name, chip) => {
      const { sheet, picture } = dieFigure(chip)
      const areas = column(sheet, 'area_mm2').filter((area) => area !== null) as number[]
      expect(areas.reduce((sum, area) => sum + area, 0)).toBeGreaterThanOrEqual(dieArea_mm2(chip) * (1 - 1e-9))
      const along = sheet.rows.filter(([, edge]) => edge === 'north').reduce((sum, row) => sum + (row[3] as number), 0)
      expect(along).toBeCloseTo(chip.die.width_mm, 9)
      expect(picture.svg).not.toMatch(/NaN|Infinity|undefined/)
    }
  )
})

describe('the operators of a model', () => {
  it.each(modelPresets.map(({ name, spec }) => [name, spec] as const))(
    'of %s lie in any pane whole, none over another',
    (_name, spec) => {
      const rows = rowsOf(spec)
      for (const width of [360, 620, 700, 920, 1500]) {
        const { blocks, width: drawn, height } = graphOf(rows, 'flops', operatorsAcross(width))
        const nodes = blocks.flatMap((block) => block.nodes)
        expect(drawn).toBeLessThanOrEqual(width + 1)
        expect(nodes.map(({ row }) => row)).toEqual(rows)
        const places = nodes.map(({ box }) => `${box.x},${box.y}`)
        expect(new Set(places).size).toBe(places.length)
        for (const { box, nodes: own } of blocks)
          for (const { box: node } of own) {
            expect(node.x + node.width).toBeLessThanOrEqual(box.x + box.width)
            expect(node.y + node.height).toBeLessThanOrEqual(box.y + box.height)
            expect(box.y + box.height).toBeLessThanOrEqual(height)
          }
      }
    }
  )

  it('keep a branch of the residual stream in one line where it has room there', () => {
    const [block] = graphOf(rowsOf(modelPreset('llama-3-70b').spec), 'flops', 7).blocks.filter(
      ({ layer }) => layer === 'dense'
    )
    let line: number | undefined
    for (const { row, box } of block!.nodes) {
      if (row.source === 'residual') line = box.y
      expect(box.y).toBe(line)
    }
  })
})

describe('peak memory on the wafer', () => {
  const machine = waferOf({ memory: { stackCapacity_B: 2e9 } })
  const workload = workloadOf('gpt-6.7b', { globalBatch: 64, sequenceLength: 2048 })
  const mapping = mappingOf(workload, machine, { tensorParallel: 4, pipelineParallel: 4, dataParallel: 2 })
  const { stages } = evaluate(workload, machine, mapping)
  const figure = memoryDiesFigure('peaks', { chip: machine.chip, mapping }, stages)!

  it('tells of every die that works the peak of its stage, once', () => {
    expect(figure.sheet.rows).toHaveLength(32)
    const places = figure.sheet.rows.map(([row, at]) => `${row},${at}`)
    expect(new Set(places).size).toBe(32)
    const [stage, peak] = [column(figure.sheet, 'stage'), column(figure.sheet, 'peak_B')]
    expect(peak).toEqual(stage.map((at) => stages[at as number]!.memory_B.peak))
  })

  it('hatches dies that do not fit, and is not drawn of a cluster', () => {
    expect(stages.some(({ memory_B }) => memory_B.peak > memory_B.capacity)).toBe(true)
    expect(figure.picture.svg).toContain('fill="url(#peaks-over)"/><text')
    expect(memoryDiesFigure('peaks', { chip: chipPreset('a100-80gb'), mapping }, stages)).toBeUndefined()
  })
})

describe('on the command line', () => {
  const exported = async (...options: string[]) => {
    const output = join(folder, 'figure')
    const { code, err } = await runCli(['export', '--output', output, ...options])
    expect([code, err]).toEqual([0, ''])
    return readFileSync(output, 'utf8')
  }
  const chip = chipPreset('temp-48') as WaferChipSpec
  const { spec } = modelPreset('mixtral-8x7b')

  it('a die is what the editor saves', async () => {
    const { picture, sheet } = dieFigure(chip)
    expect(await exported('--format', 'svg', '--figure', 'die', '--chip', 'temp-48')).toBe(picture.svg)
    expect(await exported('--format', 'csv', '--figure', 'die', '--chip', 'temp-48')).toBe(sheetCsv(sheet))
  })

  it('operators are what the editor saves', async () => {
    const { picture, sheet } = operatorsFigure(spec.name, rowsOf(spec), 'weights')
    const options = ['--figure', 'operators', '--model', 'mixtral-8x7b', '--by', 'weights']
    expect(await exported('--format', 'svg', ...options)).toBe(picture.svg)
    expect(await exported('--format', 'csv', ...options)).toBe(sheetCsv(sheet))
  })

  it('a cluster has no die to draw', async () => {
    const output = join(folder, 'none')
    const { code, err } = await runCli([
      'export',
      '--format',
      'svg',
      '--figure',
      'die',
      '--chip',
      'a100-80gb',
      '--output',
      output
    ])
    expect(code).toBe(2)
    expect(err).toMatch(/a100-80gb' is a cluster; the inside of a die needs the dies of a wafer/)
  })
})
