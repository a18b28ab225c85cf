import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parquetMetadata, parquetReadObjects } from 'hyparquet'
import { afterAll, describe, expect, it } from 'vitest'
import type { WaferChipSpec } from '../../src/core/chip/chip-spec.ts'
import { chipPreset } from '../../src/core/chip/chip-presets.ts'
import { floorplanFigure } from '../../src/core/report/floorplan-map.ts'
import { references } from '../../src/core/report/references.ts'
import { modelPresets } from '../../src/core/workload/model-presets.ts'
import { defectsFrom } from '../../src/main/input/defects-input.ts'
import { openProject } from '../../src/main/projects/open-project.ts'
import { repository, runCli } from './cli-run.ts'

const folder = mkdtempSync(join(tmpdir(), 'tmac-points-'))
afterAll(() => rmSync(folder, { recursive: true }))

const project = join(repository, 'resources/samples/projects/llama-3-70b-on-54-dies.tmac')
const exported = async (format: string, name: string, ...more: string[]) => {
  const output = join(folder, name)
  return { output, ...(await runCli(['export', '--format', format, '--output', output, ...more])) }
}
const storedPoints = () => {
  using store = openProject(project, { readOnly: true })
  return store.runs().flatMap(({ id }) => store.points(id))
}

describe('points of a project', () => {
  it('are the same in CSV and in Parquet as in the project, with units in the names', async () => {
    const [csv, parquet] = [
      await exported('csv', 'p.csv', '--project', project),
      await exported('parquet', 'p.parquet', '--project', project)
    ]
    expect([csv.code, csv.err, parquet.code, parquet.err]).toEqual([0, '', 0, ''])
    const bytes = readFileSync(parquet.output)
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)
    const rows = await parquetReadObjects({ file })
    const points = storedPoints()
    expect(rows.map((row) => row.iterationTime_s)).toEqual(points.map(({ evaluation }) => evaluation.iterationTime_s))
    expect(rows.map((row) => row.peakMemory_B)).toEqual(points.map(({ evaluation }) => evaluation.memory_B.peak))
    expect(rows.map((row) => row.label)).toEqual(points.map(({ label }) => label))
    expect(rows.map((row) => row.feasible)).toEqual(points.map(({ evaluation }) => evaluation.feasible))
    const [header, ...lines] = readFileSync(csv.output, 'utf8').trimEnd().split('\r\n')
    expect(header!.split(',')).toEqual(Object.keys(rows[0]!))
    expect(lines).toHaveLength(rows.length)
    const at = header!.split(',').indexOf('zeroStage')
    expect(Number(lines[0]!.split(',')[at])).toBe(rows[0]!.zeroStage)
    const { key_value_metadata: about, created_by: program } = parquetMetadata(file)
    expect(program).toMatch(/^tmac /)
    expect(about?.find(({ key }) => key === 'command')?.value).toContain('tmac export --format parquet')
  })

  it('have parts of the step that add up to it', async () => {
    const { output } = await exported('parquet', 'q.parquet', '--project', project, '--run', '1')
    const bytes = readFileSync(output)
    const [row] = await parquetReadObjects({
      file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)
    })
    const parts = [
      'compute',
      'recompute',
      'tensorCommunication',
      'pipelineCommunication',
      'dataCommunication',
      'bubble',
      'optimizer',
      'other'
    ]
    const sum = parts.reduce((total, part) => total + Number(row![`${part}_s`]), 0)
    expect(sum).toBeCloseTo(Number(row!.iterationTime_s), 9)
  })

  it.each([
    [['parquet', 'no/such/folder.parquet', '--project', project], /cannot be written: its folder does not exist/],
    [['parquet', 'a.parquet'], /option '--project F.tmac' is missing/],
    [['parquet', 'a.parquet', '--project', project, '--run', '9'], /has no run 9/],
    [['parquet', 'a.parquet', '--project', project, '--figure', 'front'], /'--figure' is an option of '--format svg'/],
    [['bibtex', 'a.bib', '--project', 'nowhere.tmac'], /nowhere.tmac/]
  ])('%j is refused', async ([format, name, ...more], message) => {
    const { code, err } = await exported(format!, name!, ...more)
    expect(code).toBe(2)
    expect(err).toMatch(message)
  })

  it('that cannot be written to a full disk say so', async () => {
    const { code, err } = await runCli(['export', '--format', 'parquet', '--project', project, '--output', '/dev/full'])
    expect(code).toBe(2)
    expect(err).toMatch("'/dev/full' cannot be written: the disk is full")
  })
})

describe('literature as BibTeX', () => {
  it('cites the program, the paper, and what model, chip, policies and methods rest on, each once', async () => {
    const { code, output } = await exported('bibtex', 'l.bib', '--project', project)
    expect(code).toBe(0)
    const text = readFileSync(output, 'utf8')
    const keys = [...text.matchAll(/^@\w+\{([^,]+),$/gm)].map(([, key]) => key!)
    expect(new Set(keys).size).toBe(keys.length)
    for (const key of [
      'tmac-workbench',
      'tmac',
      'touvron2023llama',
      'narayanan2021efficient',
      'song2020accpar',
      'dao2022flashattention',
      'fang2024palm'
    ])
      expect(keys).toContain(key)
    for (const open of text.matchAll(/^ {2}\w+ += \{(.*)$/gm)) expect(open[0]).not.toMatch(/[^\\]&/)
    expect(text.split('{').length).toBe(text.split('}').length)
  })

  it('knows the title of everything that the models that come with the program name by number', () => {
    const { entries } = references(modelPresets.flatMap(({ sources }) => sources.map(({ source }) => source)))
    expect(entries.filter(({ text }) => !text.includes('title = ')).map(({ key }) => key)).toEqual([])
  })
})

describe('floorplans on the command line', () => {
  it('come back to the chip that they were made from', async () => {
    const { code, err, output } = await exported('flp', 'w.flp', '--chip', 'temp-48')
    expect([code, err]).toEqual([0, ''])
    const { out } = await runCli(['import', 'flp', output, '--chip', 'temp-48', '--json'])
    const { chip } = JSON.parse(out) as { chip: WaferChipSpec }
    const { grid, die } = chipPreset('temp-48') as WaferChipSpec
    expect(chip.grid).toEqual(grid)
    expect(chip.die).toEqual(die)
  })

  it('draws the wafers of a chip as the editors save them, with what is broken on them', async () => {
    const { code, err, output } = await exported('svg', 'w.svg', '--chip', 'temp-48', '--defects', 'sample:8')
    expect(code, err).toBe(0)
    const chip = chipPreset('temp-48') as WaferChipSpec
    expect(readFileSync(output, 'utf8')).toBe(floorplanFigure(chip, defectsFrom('sample:8', chip, '.')).picture.svg)
    expect((await exported('svg', 'c.svg', '--chip', 'a100-80gb')).err).toMatch(/wafer/)
  })

  it('are of wafers alone', async () => {
    const { code, err } = await exported('flp', 'c.flp', '--chip', 'a100-80gb')
    expect(code).toBe(2)
    expect(err).toMatch(/'a100-80gb' is a cluster; a floorplan needs the dies of a wafer/)
  })
})
