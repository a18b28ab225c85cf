import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, test } from 'vitest'
import { requireWafer } from '../../src/core/chip/require-wafer.ts'
import { checkDefects } from '../../src/core/chip/defects/check-defects.ts'
import { defectDamage, defectFacts, dieSpeeds, isolationOf } from '../../src/core/chip/defects/defect-facts.ts'
import { DefectMap, gridOf } from '../../src/core/chip/defects/defect-map.ts'
import { defectsCsv, parseDefectsCsv } from '../../src/core/chip/defects/defects-csv.ts'
import { describeDefects, drawDefects } from '../../src/core/chip/defects/describe-defects.ts'
import { chipPreset } from '../../src/core/chip/chip-presets.ts'
import { meshNetwork } from '../../src/core/simulator/network/mesh-network.ts'
import { defectsFrom } from '../../src/main/input/defects-input.ts'
import { waferPreset } from './chip-wafer-preset.ts'
import { repository, runCli } from './cli-run.ts'

const folder = mkdtempSync(join(tmpdir(), 'tmac-defects-'))
afterAll(() => rmSync(folder, { recursive: true }))

const chip = waferPreset('watos-56')
const grid = gridOf(chip)
const sample = (name: string): string => readFileSync(join(repository, 'resources/samples/defects', name), 'utf8')
const mapOf = (rest: object): DefectMap => DefectMap.parse({ grid, ...rest })
const csv = (...lines: readonly string[]): string => ['kind,row,column,toRow,toColumn,value', ...lines].join('\n')

describe('a map', () => {
  it('is the same from JSON and from CSV', () => {
    const { name: _name, source: _source, ...json } = DefectMap.parse(JSON.parse(sample('watos-56-few.json')))
    expect(parseDefectsCsv(sample('watos-56-few.csv'), undefined, 'map')).toEqual(json)
    expect(parseDefectsCsv(defectsCsv(DefectMap.parse(json)), undefined, 'map')).toEqual(json)
  })

  it('takes its grid from the chip where no line states one, and columns in any order', () => {
    const text = 'column,kind,row\n7,dead-die,2\n'
    expect(parseDefectsCsv(text, grid, 'map')).toEqual(mapOf({ deadDies: [[2, 7]] }))
    expect(() => parseDefectsCsv(text, undefined, 'map')).toThrow(/no line 'grid,ROWS,COLUMNS'/)
  })

  test.each([
    [['dead-die,7,0,,,'], /line 2: dead-die row 7, column 0: .* outside the grid, rows 0 to 6 and columns 0 to 7/],
    [['# note', 'dead-link,0,0,0,8,'], /line 3: dead-link .*row 0, column 8 lies outside the grid/],
    [['dead-link,0,0,1,1,'], /line 2: dead-link from row 0, column 0 to row 1, column 1: .* no neighbours/],
    [['dead-link,0,7,1,0,'], /no neighbours/],
    [['dead-link,0,0,0,0,'], /no neighbours/],
    [['dead-die,1,1,,,', '', 'dead-die,1,1,,,'], /line 4: dead-die row 1, column 1: line 2 says so already/],
    [['dead-link,0,0,0,1,', 'dead-link,0,1,0,0,'], /line 3: .* line 2 says so already/],
    [['dead-cores,0,0,,,3', 'dead-core-share,0,0,,,0.1'], /line 3: .* line 2 says so already/],
    [['slow-die,0,0,,,0.5', 'dead-die,0,0,,,'], /line 2: slow-die .* line 3 says that this die is dead/],
    [['slow-die,0,0,,,1.5'], /line 2: value is '1.5'; it must be a share of the clock above 0 and at most 1/],
    [['dead-cores,0,0,,,2.5'], /line 2: value is '2.5'; it must be a whole number of cores/],
    [['dead-core-share,0,0,,,1'], /line 2: value is '1'; it must be a share above 0 and below 1/],
    [['dead-die,x,0,,,'], /line 2: row is 'x'; it must be a whole number of at least 0/],
    [['dead-die,-1,0,,,'], /line 2: row is '-1'/],
    [['dead-die,0,0,,,7'], /line 2: value is '7'; it must be empty in a dead-die line/],
    [['broken,0,0,,,'], /line 2: kind is 'broken'; it must be one of grid, dead-die/],
    [['grid,7,8', 'grid,7,8'], /line 3: line 2 states the grid already/]
  ])('refuses the lines %j', (lines, message) => {
    expect(() => parseDefectsCsv(csv(...lines), grid, 'map')).toThrow(message)
  })

  it('refuses a first line that is no header', () => {
    expect(() => parseDefectsCsv('dead-die,0,0', grid, 'map')).toThrow(/line 1: .* must name the columns kind,row/)
    expect(() => parseDefectsCsv('', grid, 'map')).toThrow(/must name the columns/)
    const parted = (by: string) => ['kind', 'row', 'column'].join(by)
    for (const by of [';', '\t'])
      expect(() => parseDefectsCsv(parted(by), grid, 'map')).toThrow(/save the table with commas/)
  })

  it('names the place in JSON, the other grid and the chip without a mesh', () => {
    const faulty = mapOf({
      deadLinks: [
        [
          [0, 0],
          [0, 1]
        ],
        [
          [0, 0],
          [2, 0]
        ]
      ]
    })
    expect(() => checkDefects(faulty, chip, 'map')).toThrow(/map, deadLinks\[1\]: dead-link .* no neighbours/)
    const other = DefectMap.parse({ grid: { rows: 8, columns: 7 } })
    expect(() => checkDefects(other, chip, 'map')).toThrow(/8 rows x 7 columns; chip 'watos-56' has 7 rows x 8 columns/)
    expect(() => requireWafer(chipPreset('a100-80gb'), 'a defect map')).toThrow(/'a100-80gb' is a cluster/)
    const cores = chip.die.cores + (chip.die.spareCores ?? 0)
    const all = mapOf({ deadCores: [{ die: [0, 0], cores }] })
    expect(() => checkDefects(all, chip, 'map')).toThrow(/belongs in deadDies/)
    expect(DefectMap.safeParse({ grid, deadCores: [{ die: [0, 0], cores: 1, share: 0.1 }] }).success).toBe(false)
  })
})

describe('what a map leaves', () => {
  it('is everything where nothing is broken', () => {
    const facts = defectFacts(mapOf({}), chip)
    expect(facts).toMatchObject({ aliveDies: 56, links: 7 * 7 + 6 * 8, aliveLinks: 97, peakShare: 1, slowestSpeed: 1 })
    expect(facts.parts).toEqual([Array.from({ length: 56 }, (_, die) => die)])
  })

  it('numbers dies row by row, as networks of links do', () => {
    const map = mapOf({
      deadDies: [[3, 4]],
      deadLinks: [
        [
          [5, 6],
          [6, 6]
        ]
      ]
    })
    expect(defectDamage(map)).toEqual({ deadDies: [28], deadLinks: [[46, 54]] })
    // The network holds as many links, each one way, as are said to live.
    const { linkFrom } = meshNetwork(chip, defectDamage(map))
    expect(linkFrom.length).toBe(2 * defectFacts(map, chip).aliveLinks)
  })

  it('puts spare cores in for dead ones before a die gets slower, and multiplies cores by clock', () => {
    const spare = waferPreset('watos-56', { die: { cores: 100, spareCores: 4 } })
    const map = mapOf({
      deadDies: [[0, 3]],
      deadCores: [
        { die: [0, 0], cores: 4 },
        { die: [0, 1], cores: 14 },
        { die: [0, 2], share: 0.25 }
      ],
      slowDies: [{ die: [0, 1], clock: 0.5 }]
    })
    expect(dieSpeeds(map, spare).slice(0, 5)).toEqual([1, 0.9 * 0.5, (100 - (26 - 4)) / 100, 0, 1])
    const facts = defectFacts(map, spare)
    expect(facts.peakShare).toBeCloseTo((52 + 1 + 0.45 + 0.78) / 56, 12)
    expect(facts).toMatchObject({ slowestSpeed: 0.45, aliveDies: 55 })
  })

  it('falls apart where a line of dead dies crosses it', () => {
    const { parts } = defectFacts(mapOf({ deadDies: Array.from({ length: 8 }, (_, column) => [2, column]) }), chip)
    expect(parts.map(({ length }) => length)).toEqual([32, 16])
  })

  it('says once which die is cut off, and what becomes of it', () => {
    const map = parseDefectsCsv(sample('watos-56-isolated.csv'), grid, 'map')
    const facts = defectFacts(map, chip)
    expect(facts.parts.map(({ length }) => length)).toEqual([55, 1])
    const message = /^die row 0, column 0 cannot be reached from the other 55 that live: .* it stays idle$/
    expect(isolationOf(facts, grid)).toMatch(message)
    expect(describeDefects(map, facts).filter((line) => line.includes('cannot be reached'))).toHaveLength(1)
    const without = mapOf({ ...map, deadDies: [[0, 0]] })
    expect(isolationOf(defectFacts(without, chip), grid)).toBeUndefined()
  })

  it('counts spare dies in', () => {
    const spare = waferPreset('watos-56', { grid: { spares: 1 } })
    const one = mapOf({ deadDies: [[0, 0]] })
    expect(describeDefects(one, defectFacts(one, spare)).join(' ')).not.toContain('needs')
    expect(describeDefects(one, defectFacts(one, chip)).join(' ')).toContain('needs 56 working dies')
  })

  it('is drawn as a mesh', () => {
    const small = waferPreset('watos-56', { grid: { rows: 2, columns: 3 } })
    const map = DefectMap.parse({
      grid: gridOf(small),
      deadDies: [[0, 2]],
      deadLinks: [
        [
          [0, 0],
          [0, 1]
        ]
      ],
      slowDies: [{ die: [1, 0], clock: 0.9 }]
    })
    expect(drawDefects(map, defectFacts(map, small))).toBe('. . X\n| |\no-.-.\n')
  })
})

describe('tmac defects', () => {
  it('draws the same map for the same seed, and reads what it wrote', async () => {
    const file = join(folder, 'map.csv')
    const json = join(folder, 'map.json')
    const args = ['defects', 'sample', '--chip', 'watos-56', '--seed', '7', '--json']
    const first = await runCli([...args, '--csv', file, '--output', json])
    expect(first.code).toBe(0)
    expect((await runCli(args)).out).toBe(first.out)
    const { map, facts } = JSON.parse(first.out)
    expect(DefectMap.parse(map)).toEqual(map)
    for (const written of [file, json]) {
      const checked = await runCli(['defects', 'check', written, '--chip', 'watos-56', '--json'])
      expect(JSON.parse(checked.out).facts).toEqual(facts)
    }
    expect(defectsFrom('dies:7', chip, folder)).toEqual(map)
    const bonds = await runCli([...args, '--cause', 'bonds'])
    expect(defectsFrom('bonds:7', chip, folder)).toEqual(JSON.parse(bonds.out).map)
  })

  it('says of untested dies that they are tested before they are bonded, unless bonds are drawn', async () => {
    const args = ['defects', 'sample', '--chip', 'watos-56']
    expect((await runCli(args)).err).toMatch(/watos-56 are tested before .* --cause bonds/)
    expect((await runCli([...args, '--cause', 'bonds'])).err).toBe('')
    expect((await runCli(['defects', 'sample', '--chip', 'wse-2-like'])).err).toBe('')
  })

  it('ends with 3 when what lives is no connected mesh', async () => {
    const path = 'resources/samples/defects/watos-56-isolated.csv'
    const { code, out, err } = await runCli(['defects', 'check', path, '--chip', 'watos-56'])
    expect(code).toBe(3)
    expect(err).toMatch(/^tmac: die row 0, column 0 cannot be reached from the other 55 that live: [^\n]*\n$/)
    expect(out).toContain('Die row 0, column 0 cannot be reached from the other 55')
  })

  test.each([
    [['defects'], /needs a word/],
    [['defects', 'chek', 'x', '--chip', 'watos-56'], /did you mean 'check'/],
    [['defects', 'check', '--chip', 'watos-56'], /needs a file/],
    [['defects', 'sample', 'x', '--chip', 'watos-56'], /takes options only, not 'x'/],
    [['defects', 'check', 'x', '--chip', 'watos-56', '--seed', '1'], /'--seed' is for 'defects sample'/],
    [['defects', 'sample', '--chip', 'a100-80gb'], /is a cluster/],
    [['defects', 'sample'], /'--chip CHIP' is missing/],
    [['defects', 'check', 'nowhere.csv', '--chip', 'watos-56'], /does not exist/]
  ])('refuses %j', async (args, message) => {
    const { code, err } = await runCli(args)
    expect(code).toBe(2)
    expect(err).toMatch(message)
  })

  it('names the file, the line and the value', async () => {
    const path = join(folder, 'wrong.csv')
    writeFileSync(path, csv('dead-die,9,0,,,'))
    const { err } = await runCli(['defects', 'check', path, '--chip', 'watos-56'])
    expect(err).toMatch(/wrong\.csv', line 2: dead-die row 9, column 0/)
    expect(() => defectsFrom('sample:-1', chip, folder)).toThrow(/a seed is a whole number/)
  })
})
