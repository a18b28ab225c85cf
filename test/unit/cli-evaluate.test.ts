import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { Evaluation } from '../../src/core/simulator/evaluation.ts'
import { runCli } from './cli-run.ts'

const folder = mkdtempSync(join(tmpdir(), 'tmac-evaluate-'))
afterAll(() => rmSync(folder, { recursive: true }))

const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

const batch = ['--global-batch', '64', '--micro-batch', '1', '--seq-length', '2048']
const onWafer = ['evaluate', '--model', 'gpt-6.7b', '--chip', 'wsc-llm-54', ...batch]
const degrees = ['--tensor-parallel', '4', '--pipeline-parallel', '4', '--data-parallel', '2']
const withModel = (model: string): string[] => ['evaluate', '--model', model, '--chip', 'wsc-llm-54', ...batch]
const withChip = (chip: string): string[] => ['evaluate', '--model', 'gpt-6.7b', '--chip', chip, ...batch]

async function evaluationOf(args: readonly string[]): Promise<Evaluation> {
  const evaluation = JSON.parse((await runCli([...args, '--json'])).out) as Evaluation
  expect(evaluation.schema).toBe('tmac.evaluation/1')
  return evaluation
}

const tiny = '{"name":"tiny","layers":2,"hidden":96,"heads":4,"vocabulary":1000}'

describe('tmac evaluate', () => {
  it('prints one evaluation as JSON and nothing else on standard output', async () => {
    const { code, out, err } = await runCli([...onWafer, ...degrees, '--json'])
    expect(code).toBe(0)
    expect(err).toBe('')
    expect(out.endsWith('\n')).toBe(true)
    expect(JSON.parse(out)).toMatchObject({ schema: 'tmac.evaluation/1', feasible: true, violations: [] })
  })

  it('gives time categories that sum to the iteration time and memory categories that sum to the peak, to the last bit', async () => {
    for (const extra of [[], ['--recompute', 'full'], ['--zero', '3', '--sequence-parallel']]) {
      const { time_s: t, memory_B: m, iterationTime_s } = await evaluationOf([...onWafer, ...degrees, ...extra])
      const inOrder = [t.compute, t.recompute, t.tensorCommunication, t.pipelineCommunication, t.dataCommunication]
      expect([...inOrder, t.bubble, t.optimizer, t.other].reduce((sum, part) => sum + part, 0)).toBe(iterationTime_s)
      expect(m.weights + m.gradients + m.optimizer + m.activations + m.workspace).toBe(m.peak)
    }
  })

  it('puts every degree of the shorthand into the mapping', async () => {
    const { mapping } = await evaluationOf([
      ...onWafer,
      ...degrees,
      '--zero',
      '1',
      '--sequence-parallel',
      '--schedule',
      'gpipe'
    ])
    expect(mapping.region.rows * mapping.region.columns).toBe(4)
    expect(mapping.stages).toHaveLength(4)
    expect(mapping).toMatchObject({ dataParallel: 2, zeroStage: 1, microBatch: 1, schedule: { name: 'gpipe' } })
    expect(mapping.plans.dense?.residual).toEqual({ x: 'sequence' })
    const tall = await evaluationOf([...onWafer, ...degrees, '--tensor-rows', '2'])
    expect(tall.mapping.region).toMatchObject({ rows: 2, columns: 2 })
  })

  it('stores the attention scores only with standard attention', async () => {
    const flash = await evaluationOf([...onWafer, ...degrees])
    const standard = await evaluationOf([...onWafer, ...degrees, '--attention', 'standard'])
    expect(standard.memory_B.activations).toBeGreaterThan(flash.memory_B.activations)
  })

  it('takes fewer bytes per parameter when told so', async () => {
    const eighteen = await evaluationOf([...onWafer, ...degrees])
    const sixteen = await evaluationOf([...onWafer, ...degrees, '--optimizer-bytes', '16'])
    expect(sixteen.memory_B.gradients * 2).toBe(eighteen.memory_B.gradients)
  })

  it('hides no communication at overlap 0', async () => {
    const none = await evaluationOf([...onWafer, ...degrees, '--overlap', '0'])
    const all = await evaluationOf([...onWafer, ...degrees, '--overlap', '1'])
    expect(none.iterationTime_s).toBeGreaterThan(all.iterationTime_s)
  })

  it('gives the same time to a mapping file and to an evaluation that holds the mapping', async () => {
    const first = await evaluationOf([...onWafer, ...degrees])
    const args = [
      'evaluate',
      '--model',
      'gpt-6.7b',
      '--chip',
      'wsc-llm-54',
      '--global-batch',
      '64',
      '--seq-length',
      '2048'
    ]
    const bare = file('mapping.json', JSON.stringify(first.mapping))
    const whole = file('evaluation.json', JSON.stringify(first))
    for (const path of [bare, whole]) expect(await evaluationOf([...args, '--mapping', path])).toEqual(first)
  })

  it('gives a cluster the devices that the degrees multiply to unless a count is stated', async () => {
    const cluster = ['evaluate', '--model', 'gpt-6.7b', '--chip', 'a100-80gb', ...batch, ...degrees]
    const plain = await evaluationOf(cluster)
    expect(plain).toEqual(await evaluationOf([...cluster, '--devices', '32']))
    const twice = await evaluationOf([...cluster, '--devices', '64'])
    expect(twice.iterationTime_s).toBe(plain.iterationTime_s)
    expect(twice.mfu).toBeCloseTo(plain.mfu / 2, 12)
  })

  it('reads models and chips from files, inline JSON and presets with overrides alike', async () => {
    const alone = ['--data-parallel', '1']
    const inline = await evaluationOf([...withModel(tiny), ...alone])
    const path = file('tiny.json', `\uFEFF${tiny}`)
    expect(await evaluationOf([...withModel(path), ...alone])).toEqual(inline)
    const preset = await evaluationOf([...onWafer, ...alone])
    expect(await evaluationOf([...withModel('resources/models/gpt-6.7b.json'), ...alone])).toEqual(preset)
    expect(await evaluationOf([...withChip('resources/chips/wsc-llm-54.json'), ...alone])).toEqual(preset)
    const oneStack = '{"preset":"wsc-llm-54","override":{"memory":{"stacksPerDie":1}}}'
    const { capacity } = (await evaluationOf([...withChip(oneStack), ...alone])).memory_B
    expect(capacity).toBeLessThan(preset.memory_B.capacity)
  })

  it('ends with code 3 when nothing fits, names the binding limit, and prints the evaluation all the same', async () => {
    const args = ['evaluate', '--model', 'gpt3-175b', '--chip', 'a100-80gb', ...batch]
    const { code, out, err } = await runCli([...args, '--json'])
    expect(code).toBe(3)
    const evaluation = JSON.parse(out) as Evaluation
    expect(evaluation.feasible).toBe(false)
    expect(evaluation.violations[0]).toMatchObject({ code: 'memory-capacity', unit: 'B', limit: 85899345920 })
    expect(err).toMatch(
      /^tmac: not feasible: stage 0 needs [\d.,]+ [GT]B per die, [\d.,]+ [GT]B more than the 85\.9 GB there are.*\n$/
    )
    expect((await runCli(args)).out).toContain('DOES NOT FIT')
  })

  it('shows a person the headline, where the time and memory go, and the stages folded where equal', async () => {
    const { out } = await runCli([
      ...onWafer,
      '--pipeline-parallel',
      '8',
      '--data-parallel',
      '1',
      '--schedule',
      'gpipe'
    ])
    for (const words of ['gpt-6.7b', 'wsc-llm-54', 'Throughput', 'MFU', 'Lower bound', 'Pipeline bubble', 'Capacity'])
      expect(out).toContain(words)
    expect(out).toMatch(/^1–6 /m)
  })
})

describe('tmac evaluate refuses', () => {
  const cases: [string, string[], RegExp][] = [
    ['a model nobody knows', withModel('gpt3-17b'), /no model is called 'gpt3-17b'; did you mean 'gpt3-175b'\?/],
    ['a chip nobody knows', withChip('watos56'), /did you mean 'watos-56'\?/],
    ['a directory for a model', withModel('resources'), /model file 'resources' is a directory/],
    [
      'a directory for a mapping',
      [...onWafer.slice(0, 7), '--seq-length', '2048', '--mapping', '.'],
      /mapping file '\.' is a directory/
    ],
    ['a file that is not there', withModel('./none.json'), /'\.\/none\.json' does not exist/],
    ['an empty model', withModel(' '), /model is empty/],
    [
      'truncated JSON',
      withModel(file('cut.json', tiny.slice(0, 30))),
      /cut\.json' is not JSON: column 31: .*truncated/
    ],
    ['a comma too many', withModel(file('comma.json', '{\n  "layers": 2,\n}')), /line 3, column 1: expected a key/],
    ['NaN', withModel(tiny.replace('96', 'NaN')), /column \d+: expected a value, found 'NaN'/],
    ['text that is not UTF-8', withModel(file('latin.json', Buffer.from('{"name":"caf\xe9"}', 'latin1'))), /not UTF-8/],
    ['a tower of brackets', withModel(file('deep.json', '['.repeat(1e5))), /more than 100 levels deep at column 101/],
    ['a __proto__ key', withModel(tiny.replace('{', '{"__proto__":{"layers":9},')), /key '__proto__'/],
    ['an unknown key', withModel(tiny.replace('}', ',"kvHead":4}')), /unknown key 'kvHead'; did you mean 'kvHeads'\?/],
    ['a string for a number', withModel(tiny.replace('96', '"96"')), /'hidden' is "96"/],
    ['a negative number', withModel(tiny.replace('96', '-96')), /'hidden' is -96/],
    [
      'heads that do not divide',
      withModel(tiny.replace('"heads":4', '"heads":7')),
      /hidden 96 is not divisible by heads 7/
    ],
    ['a list for a model', withModel(file('list.json', '[1]')), /is \[1\]: must be an object, in braces/],
    [
      'a configuration of Hugging Face',
      withModel('resources/samples/hugging-face/gpt2.json'),
      /tmac import huggingface/
    ],
    [
      'a wrong unit',
      withChip('{"preset":"watos-56","override":{"die":{"clock_GHz":2}}}'),
      /'die\.clock_GHz'; did you mean 'clock_Hz'/
    ],
    ['a unit in a value', withChip('{"preset":"watos-56","override":{"die":{"clock_Hz":"2 GHz"}}}'), /"2 GHz"/],
    ['a preset nobody knows', withChip('{"preset":"watos"}'), /no chip is called 'watos'; did you mean/],
    ['a chip of no kind', withChip('{"name":"x"}'), /'kind' is missing: must be 'wafer' or 'cluster'/],
    [
      'more dies than memory can hold',
      withChip('{"preset":"watos-56","override":{"grid":{"rows":1000,"columns":1000},"wafers":8}}'),
      /8000000 dies, by grid.rows 1000, grid.columns 1000 and wafers 8; .* 1000000 at most/
    ],
    [
      'more dies in a column than a wafer has room for',
      withChip('{"preset":"watos-56","override":{"grid":{"rows":1000000}}}'),
      /grid.rows.*1000000.*more than 1,000/
    ],
    [
      'devices that contradict each other',
      withChip('{"preset":"a100-80gb","devices":16,"override":{"devices":32}}'),
      /devices is 16 and override.devices is 32; keep one/
    ],
    [
      'devices that contradict the chip',
      [...withChip('{"preset":"a100-80gb","devices":16}'), '--devices', '32'],
      /devices is 32 and the number of devices in the chip is 16; keep one/
    ],
    ['devices that a wafer does not have', [...onWafer, '--devices', '50'], /wafer of 54 working dies, not 50/],
    [
      'more devices than there are',
      [...onWafer, '--tensor-parallel', '8', '--data-parallel', '8'],
      /needs 64 devices; there are 54/
    ],
    [
      'a cut that does not divide',
      [...onWafer, '--tensor-parallel', '3', '--data-parallel', '1'],
      /'qkv' is cut 3 ways.*32 parts/
    ],
    [
      'more stages than layers',
      [...onWafer, '--pipeline-parallel', '40'],
      /pipeline-parallel 40 is more than the 32 layers/
    ],
    [
      'a batch that does not divide',
      [...onWafer, '--data-parallel', '54'],
      /global batch 64 is not a multiple of micro-batch 1 x data-parallel 54/
    ],
    ['a missing option', onWafer.slice(0, 5), /option '--global-batch N' is missing/],
    ['a misspelt option', [...onWafer, '--tensor-paralel', '2'], /did you mean '--tensor-parallel'\?/],
    ['an option without value', ['evaluate', '--model', '--chip', 'x'], /option '--model' needs a value/],
    ['an option twice', [...onWafer, '--model', 'gpt-13b'], /'--model' is given twice/],
    ['a value for a flag', [...onWafer, '--sequence-parallel=4'], /'--sequence-parallel' takes no value/],
    ['a stray word', [...onWafer, 'please'], /takes options only, not 'please'/],
    ['a number with a unit', [...onWafer, '--devices', '1k'], /'--devices' is '1k'; it must be a whole number/],
    [
      'half a die',
      [...onWafer, '--tensor-parallel', '1.5'],
      /'--tensor-parallel' is '1\.5'; it must be a whole number/
    ],
    ['a negative degree', [...onWafer, '--tensor-parallel', '-2'], /'--tensor-parallel' is '-2'/],
    ['an overlap over 1', [...onWafer, '--overlap', '1.1'], /'--overlap' is '1\.1'; it must be a number from 0 to 1/],
    ['ZeRO 4', [...onWafer, '--zero', '4'], /'--zero' is '4'; it must be a whole number from 0 to 3/],
    ['a word for another', [...onWafer, '--recompute', 'ful'], /did you mean 'full'\? it can be none, selective, full/],
    ['a mapping beside degrees', [...onWafer, '--mapping', 'm.json', '--zero', '1'], /either '--mapping' or '--zero'/],
    ['options beside --jsonl', [...onWafer, '--jsonl'], /'--model' does not go with '--jsonl'/]
  ]
  it.each(cases)('%s, in one line and with code 2', async (_what, args, message) => {
    const { code, out, err } = await runCli(args)
    expect(err).toMatch(message)
    expect(err).toMatch(/^tmac: [^\n]+\n$/)
    expect(err).not.toContain('fault of this program')
    expect({ code, out }).toEqual({ code: 2, out: '' })
  })

  it('a file larger than any spec', async () => {
    const { code, err } = await runCli(withModel(file('huge.json', Buffer.alloc(2 ** 24 + 1, 32))))
    expect(code).toBe(2)
    expect(err).toContain("huge.json' is larger than 16 MiB")
  })

  it('a mapping that belongs to another chip, naming gene and limit', async () => {
    const { mapping } = await evaluationOf([...onWafer, ...degrees])
    const moved = file(
      'moved.json',
      JSON.stringify({ ...mapping, placement: mapping.placement.map((row) => row.map(() => [90, 0])) })
    )
    const { code, out } = await runCli([...onWafer, '--json', '--mapping', moved])
    expect(code).toBe(2)
    expect(JSON.parse(out)).toMatchObject({ error: { code: 'illegal-mapping', path: 'placement[0][0]' } })
  })

  it('in JSON too when asked for JSON', async () => {
    const { code, out, err } = await runCli([...withModel('gpt3-17b'), '--json'])
    expect(code).toBe(2)
    const { error } = JSON.parse(out) as { error: { code: string; message: string; path: string } }
    expect(error).toMatchObject({ code: 'unknown-name', path: 'model' })
    expect(err).toBe(`tmac: ${error.message}\n`)
  })
})
