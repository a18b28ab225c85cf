import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { mappingOf, waferOf, workloadOf } from './simulator-fixture.ts'
import { contentHash } from '../../src/core/content-hash.ts'
import type { Evaluation } from '../../src/core/simulator/evaluation.ts'
import { openProject } from '../../src/main/projects/open-project.ts'
import { exampleInputs, exampleKeptPoint } from '../fixtures/kept-point.ts'
import { readTrace } from '../fixtures/replay-execution-traces.ts'
import { runCli } from './cli-run.ts'

const folder = mkdtempSync(join(tmpdir(), 'tmac-export-'))
afterAll(() => rmSync(folder, { recursive: true }))

const tiny = '{"name":"tiny","layers":4,"hidden":256,"heads":4,"vocabulary":1000}'
const design = `--model ${tiny} --chip wsc-llm-54 --global-batch 8 --micro-batch 1 --seq-length 256
  --tensor-parallel 2 --pipeline-parallel 2 --data-parallel 2`.split(/\s+/)
const exported = (format: string, output: string, ...more: string[]) =>
  runCli(['export', '--format', format, '--output', join(folder, output), ...design, ...more])

interface ChromeFile {
  readonly traceEvents: readonly { readonly ph: string }[]
  readonly metadata: Readonly<Record<string, unknown>> & { readonly mappingGenes: unknown; readonly command: string }
}

const readChrome = (name: string): ChromeFile => JSON.parse(readFileSync(join(folder, name), 'utf8')) as ChromeFile

describe('tmac export --format chrome-trace', () => {
  it('writes a trace that says where it comes from, and how large it is', async () => {
    const { code, out, err } = await exported('chrome-trace', 'a.json', '--json')
    expect(code).toBe(0)
    expect(err).toBe('')
    const summary = JSON.parse(out) as { schema: string; size_B: number; iterationTime_s: number; mapping: string }
    expect(summary.schema).toBe('tmac.export/1')
    expect(summary.size_B).toBe(statSync(join(folder, 'a.json')).size)
    const { metadata, traceEvents } = readChrome('a.json')
    expect(traceEvents.length).toBeGreaterThan(100)
    expect(metadata).toMatchObject({ schema: 'tmac.chrome-trace/1', level: 'event', model: { name: 'tiny' } })
    expect(metadata.iterationTime_s).toBe(summary.iterationTime_s)
    expect(contentHash(metadata.mappingGenes)).toBe(summary.mapping)
    expect(metadata.command).toContain('tmac export --format chrome-trace')
    const { out: evaluated } = await runCli(['evaluate', ...design, '--level', 'event', '--json'])
    expect((JSON.parse(evaluated) as Evaluation).iterationTime_s).toBeCloseTo(summary.iterationTime_s, 12)
  })

  it('tells a person the size and what is shown', async () => {
    const { out } = await exported('chrome-trace', 'b.json', '--detail', 'tasks')
    expect(out).toMatch(/b\.json, [\d.]+ [kM]?B\n/)
    expect(out).toContain('Shows tasks and transfers')
  })

  it('leaves an old file as it is when the new one cannot be made, and no other', async () => {
    mkdirSync(join(folder, 'old'))
    writeFileSync(join(folder, 'old', 'c.json'), 'old')
    const { code } = await exported('chrome-trace', 'old/c.json', '--stages', '5')
    expect(code).toBe(2)
    expect(readFileSync(join(folder, 'old', 'c.json'), 'utf8')).toBe('old')
    expect(readdirSync(join(folder, 'old'))).toEqual(['c.json'])
  })

  it('writes to a device without taking its place', async () => {
    const { code } = await runCli(['export', '--format', 'chrome-trace', '--output', '/dev/null', ...design])
    expect(code).toBe(0)
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true)
  })

  it.each([
    ['no-such-folder/c.json', 'its folder does not exist'],
    ['.', 'is a directory; name a file'],
    ['a.json/c.json', 'part of its path is not a folder'],
    ['a'.repeat(300), 'is too long for a path']
  ])('refuses to write %s with one reason', async (output, reason) => {
    const { code, out, err } = await exported('chrome-trace', output)
    expect(code).toBe(2)
    expect(out).toBe('')
    expect(err).toContain(reason)
    expect(err.trim().split('\n')).toHaveLength(1)
  })

  it.runIf(existsSync('/proc/self'))('says of a folder that is there but takes no files that it does not', async () => {
    for (const format of ['chrome-trace', 'chakra']) {
      const { code, err } = await runCli(['export', '--format', format, '--output', '/proc/a.json', ...design])
      expect(code).toBe(2)
      expect(err).toBe("tmac: '/proc/a.json' cannot be written: the folder '/proc' takes no new files\n")
    }
  })

  it('shows dies that compute unevenly, by the seed', async () => {
    const time_s = async (...options: string[]) => {
      const { out } = await exported('chrome-trace', 'uneven.json', '--json', ...options)
      return (JSON.parse(out) as { iterationTime_s: number }).iterationTime_s
    }
    const slow_s = await time_s('--stragglers', '1:1.5')
    expect(slow_s).toBeGreaterThan(await time_s())
    expect(readChrome('uneven.json').metadata.jitter).toBeUndefined()
    expect(await time_s('--jitter', '0.2', '--seed', '4')).toBe(await time_s('--jitter', '0.2', '--seed', '4'))
    expect(readChrome('uneven.json').metadata.jitter).toMatchObject({ seed: 4, variation: 0.2 })
    expect((await exported('chakra', 'uneven', '--jitter', '0.2')).err).toMatch(/'--jitter' is an option of .*chrome/)
  })

  it('shows the wafer as it is: its transfers keep off what is broken', async () => {
    const map = join(folder, 'map.csv')
    writeFileSync(map, 'kind,row,column,toRow,toColumn,value\ndead-link,0,0,0,1,\n')
    const links = async (...options: string[]) => {
      await exported('chrome-trace', 'broken.json', ...options)
      return readFileSync(join(folder, 'broken.json'), 'utf8')
    }
    expect(await links('--defects', map)).not.toBe(await links())
  })

  it.runIf(process.getuid?.() !== 0)('refuses to write into a folder that is read-only', async () => {
    mkdirSync(join(folder, 'locked'))
    chmodSync(join(folder, 'locked'), 0o500)
    for (const [format, output] of [
      ['chrome-trace', 'locked/a.json'],
      ['chakra', 'locked/traces']
    ] as const) {
      const { code, err } = await exported(format, output)
      expect(code).toBe(2)
      expect(err).toContain('permission denied')
    }
    expect(readdirSync(join(folder, 'locked'))).toEqual([])
  })
})

describe('tmac export --format chakra', () => {
  it('writes a trace for every die of the chip, and the files beside them', async () => {
    const { code, out } = await exported('chakra', 'traces', '--json')
    expect(code).toBe(0)
    const summary = JSON.parse(out) as { dies: number; nodes: number; size_B: number }
    expect(summary.dies).toBe(54)
    const names = readdirSync(join(folder, 'traces'))
    const traces = names.filter((name) => name.endsWith('.et'))
    expect(traces).toHaveLength(54)
    expect(names.filter((name) => !name.endsWith('.et')).sort()).toEqual([
      'groups.json',
      'memory.json',
      'network.yml',
      'system.json'
    ])
    const read = traces.map((name) => readTrace(readFileSync(join(folder, 'traces', name))))
    expect(read.reduce((sum, { nodes }) => sum + nodes.length, 0)).toBe(summary.nodes)
    expect(read.filter(({ nodes }) => nodes.length > 1)).toHaveLength(8)
    for (const { metadata } of read) expect(metadata.attr.map(({ name }) => name)).toContain('chip')
    const sizes = names.map((name) => statSync(join(folder, 'traces', name)).size)
    expect(sizes.reduce((sum, one) => sum + one, 0)).toBe(summary.size_B)
  })

  it.each([
    ['traces', 'holds 58 files'],
    ['a.json', 'is a file; name a folder'],
    ['no-such-folder/traces', 'its folder does not exist']
  ])('refuses to write to %s with one reason', async (output, reason) => {
    const { code, err } = await exported('chakra', output)
    expect(code).toBe(2)
    expect(err).toContain(reason)
    expect(err.trim().split('\n')).toHaveLength(1)
  })

  it('leaves nothing behind when it fails on the way', async () => {
    const { code } = await exported('chakra', 'half', '--tensor-parallel', '3')
    expect(code).toBe(2)
    expect(readdirSync(folder).filter((name) => name.includes('half') || name.includes('partial'))).toEqual([])
  })

  it('fills a folder that is there but empty', async () => {
    mkdirSync(join(folder, 'empty'))
    expect((await exported('chakra', 'empty')).code).toBe(0)
    expect(existsSync(join(folder, 'empty', 'step.0.et'))).toBe(true)
  })
})

describe('tmac export', () => {
  it('takes the mapping of a file', async () => {
    const workload = workloadOf(JSON.parse(tiny) as never, { globalBatch: 8, sequenceLength: 256 })
    const mapping = mappingOf(workload, waferOf({ grid: { rows: 6, columns: 9 } }), {
      tensorParallel: 2,
      dataParallel: 1
    })
    writeFileSync(join(folder, 'mapping.json'), JSON.stringify(mapping))
    const given = `--model ${tiny} --chip wsc-llm-54 --global-batch 8 --seq-length 256`.split(' ')
    const files = ['--mapping', join(folder, 'mapping.json'), '--output', join(folder, 'm.json')]
    const { code, err } = await runCli(['export', '--format', 'chrome-trace', ...given, ...files])
    expect(err).toBe('')
    expect(code).toBe(0)
    expect(readChrome('m.json').metadata.mapping).toBe(contentHash(mapping))
  })

  it('takes a point of a project', async () => {
    const path = join(folder, 'study.tmac')
    const workload = workloadOf(JSON.parse(tiny) as never, { globalBatch: 8, sequenceLength: 256 })
    const machine = waferOf()
    const mapping = mappingOf(workload, machine, { tensorParallel: 2, dataParallel: 1 })
    const point = exampleKeptPoint({ chip: machine.chip, mapping })
    const { model, training } = workload
    {
      using store = openProject(path, { create: true })
      const run = store.startRun(exampleInputs({ model, training, chip: machine.chip, space: {} }), {
        command: 'tmac explore',
        versions: { tmac: '0.1.0', node: '24.21.0', schema: 1 }
      })
      run.keep([point])
      run.interrupt()
    }
    const args = ['export', '--format', 'chrome-trace', '--project', path, '--output', join(folder, 'p.json')]
    const { code, err } = await runCli([...args, '--point', '1'])
    expect(err).toBe('')
    expect(code).toBe(0)
    expect(readChrome('p.json').metadata.mapping).toBe(contentHash(mapping))
    const unknown = await runCli([...args, '--point', '7'])
    expect(unknown.code).toBe(2)
    expect(unknown.err).toContain('has no point 7')
  })

  it.each([
    [['--format', 'chakra', '--every-die'], "'--every-die' is an option of '--format chrome-trace'"],
    [['--format', 'chrome-trace', '--one-stream'], "'--one-stream' is an option of '--format chakra'"],
    [['--format', 'perfetto'], 'it can be chrome-trace, chakra'],
    [['--format', 'chrome-trace', '--micro-batches', '3-1'], 'it must be a range such as 0-3 within 0-3'],
    [['--format', 'chrome-trace', '--point', '3'], "'--point' needs the project"],
    [['--format', 'chrome-trace', '--project', 'a.tmac'], "'--project' needs a point"],
    [['--format', 'chrome-trace', '--project', 'a.tmac', '--point', '3'], "give either '--project' or '--model'"],
    [[], "option '--format chrome-trace|chakra|megatron|deepspeed|svg|csv|parquet|bibtex|flp' is missing"]
  ])('refuses %j', async (options, message) => {
    const { code, err } = await runCli(['export', '--output', join(folder, 'x'), ...design, ...options])
    expect(code).toBe(2)
    expect(err).toContain(message)
    expect(existsSync(join(folder, 'x'))).toBe(false)
  })
})
