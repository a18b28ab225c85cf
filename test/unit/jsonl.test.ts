import { describe, expect, it } from 'vitest'
import type { Evaluation } from '../../src/core/simulator/evaluation.ts'
import { runCli } from './cli-run.ts'

const request = {
  model: 'gpt-6.7b',
  chip: 'a100-80gb',
  devices: 16,
  training: { globalBatch: 32, microBatch: 1, sequenceLength: 2048 },
  strategy: { tensorParallel: 4, pipelineParallel: 2, dataParallel: 2 }
}

type Answer = Partial<Evaluation> & { id: unknown; error?: { code: string; message: string; path: string } }

async function ask(input: readonly (string | Uint8Array)[]): Promise<Answer[]> {
  const { code, out, err } = await runCli(['evaluate', '--jsonl'], { input })
  expect({ code, err }).toEqual({ code: 0, err: '' })
  if (out === '') return []
  expect(out.endsWith('\n')).toBe(true)
  return out
    .slice(0, -1)
    .split('\n')
    .map((line) => JSON.parse(line) as Answer)
}

const askOne = async (changes: object): Promise<Answer> => (await ask([JSON.stringify({ ...request, ...changes })]))[0]!

describe('tmac evaluate --jsonl', () => {
  it('answers every line in order, echoes any id and reads a last line without line feed', async () => {
    const ids = [7, 'b', null, [1, { a: 2 }], { deep: true }, 1.5, false]
    const answers = await ask([ids.map((id) => JSON.stringify({ id, ...request })).join('\r\n')])
    expect(answers.map(({ id }) => id)).toEqual(ids)
    expect(answers.every(({ schema, feasible }) => schema === 'tmac.evaluation/1' && feasible)).toBe(true)
  })

  it('answers alike however the bytes arrive', async () => {
    const bytes = Buffer.from(`${JSON.stringify({ id: 'é€', ...request })}\n${JSON.stringify({ id: 2, ...request })}\n`)
    const whole = await ask([bytes])
    const byOne = await ask([...bytes].map((byte) => Uint8Array.of(byte)))
    expect(byOne).toEqual(whole)
    expect(whole[0]!.id).toBe('é€')
  })

  it('answers what the same evaluation on the command line answers', async () => {
    const { id: _, ...answer } = await askOne({})
    const shorthand = ['--tensor-parallel', '4', '--pipeline-parallel', '2', '--data-parallel', '2', '--devices', '16']
    const training = ['--global-batch', '32', '--micro-batch', '1', '--seq-length', '2048']
    const { out } = await runCli([
      'evaluate',
      '--model',
      'gpt-6.7b',
      '--chip',
      'a100-80gb',
      ...training,
      ...shorthand,
      '--json'
    ])
    expect(answer).toEqual(JSON.parse(out))
  })

  it('gives sums that hold to the last bit', async () => {
    const { time_s: t, memory_B: m, iterationTime_s } = await askOne({})
    const inOrder = [t!.compute, t!.recompute, t!.tensorCommunication, t!.pipelineCommunication, t!.dataCommunication]
    expect([...inOrder, t!.bubble, t!.optimizer, t!.other].reduce((sum, part) => sum + part, 0)).toBe(iterationTime_s)
    expect(m!.weights + m!.gradients + m!.optimizer + m!.activations + m!.workspace).toBe(m!.peak)
  })

  it('takes a mapping in place of a strategy', async () => {
    const first = await askOne({})
    const again = await askOne({ strategy: undefined, mapping: first.mapping })
    expect(again).toEqual(first)
  })

  it('keeps specs of earlier lines apart: each line is answered by its own', async () => {
    const lines = [
      { ...request, id: 1 },
      { ...request, id: 2, overlap: 0 },
      { ...request, id: 3, training: { ...request.training, attention: 'standard' } },
      { ...request, id: 4, chip: 'a100-40gb' },
      { ...request, id: 5, chip: { preset: 'a100-80gb', override: { device: { peakFlops: 1e14 } } } },
      { ...request, id: 6, model: 'gpt-13b' },
      { ...request, id: 7, training: { ...request.training, optimizerBytesPerParameter: 16 } },
      { ...request, id: 8, devices: 32 },
      { ...request, id: 9, model: 'megatron-1.7b', training: { ...request.training, globalBatch: 64 } }
    ]
    const together = await ask([lines.map((line) => JSON.stringify(line)).join('\n')])
    const facts = together.map(({ iterationTime_s, mfu, memory_B }) => JSON.stringify([iterationTime_s, mfu, memory_B]))
    expect(new Set(facts).size).toBe(lines.length)
    for (const [index, line] of lines.entries()) expect(together[index]).toEqual((await ask([JSON.stringify(line)]))[0])
  })

  it('answers a design that does not fit with its violations, and goes on with code 0', async () => {
    const answer = await askOne({ model: 'gpt3-175b' })
    expect(answer).toMatchObject({ id: null, feasible: false })
    expect(answer.violations!.map(({ code, unit }) => `${code} ${unit}`)).toEqual([
      'memory-capacity B',
      'memory-capacity B'
    ])
  })

  it('answers nothing to nothing', async () => {
    expect(await ask([])).toEqual([])
    expect(await ask([''])).toEqual([])
  })

  it('answers line n by line n: a blank line too, but not the end after the last line feed', async () => {
    const line = (id: number): string => JSON.stringify({ id, ...request })
    const answers = await ask([`${line(1)}\n\n \t\r\n${line(4)}\n\n`])
    expect(answers.map(({ id }) => id)).toEqual([1, null, null, 4, null])
    for (const at of [1, 2, 4])
      expect(answers[at]).toMatchObject({ error: { code: 'bad-input', message: expect.stringContaining('blank') } })
    expect(await ask(['\n'])).toHaveLength(1)
  })

  it('reads a byte order mark before the first line', async () => {
    const [answer] = await ask([Uint8Array.of(0xef, 0xbb, 0xbf), JSON.stringify({ id: 1, ...request })])
    expect(answer).toMatchObject({ id: 1, feasible: true })
  })
})

describe('a line of tmac evaluate --jsonl that is not JSON', () => {
  it.each([
    ['cut off behind its id', '{"id":7,"model":', 7],
    ['with a member that is no value', '{"model":{"id":1},"id":"b\\"c","devices":NaN}', 'b"c'],
    ['with a comma too many', '{"chip":"x","id" : true ,}', true],
    ['cut off within its id', '{"id":12', null],
    ['cut off within its text', '{"id":"ab', null],
    ['with an id further in only', '{"model":{"id":1},"devices":NaN}', null],
    ['with two ids', '{"id":1}{"id":2}', null],
    ['with an id of too many digits', '{"id":9007199254740993,"devices":NaN}', null]
  ])('%s tells the id that can be recognised', async (_, line, id) => {
    const [answer] = await ask([line])
    expect(answer).toMatchObject({ id, error: { code: 'bad-json' } })
  })
})

describe('a bad line of tmac evaluate --jsonl', () => {
  const good = JSON.stringify({ id: 'after', ...request })
  const { strategy: _strategy, ...withoutStrategy } = request
  const withKey = (member: string): string => `{"id":"bad",${member}}`
  const cases: [string, unknown, string, RegExp, string][] = [
    ['no JSON', '{"id":"bad",', 'bad-json', /the line is not JSON: column 13: .*truncated/, ''],
    ['a list', '[1]', 'bad-input', /request is \[1\]: must be an object, in braces/, ''],
    ['a word', '"hello"', 'bad-input', /request is "hello": must be an object, in braces/, ''],
    ['a hostile tower', `{"id":${'['.repeat(5000)}${']'.repeat(5000)}}`, 'bad-json', /more than 100 levels/, ''],
    ['a NaN', '{"devices":NaN}', 'bad-json', /column 12: expected a value, found 'NaN'/, ''],
    ['an Infinity', '{"devices":-Infinity}', 'bad-json', /column 12: expected a value, found '-Infinity'/, ''],
    [
      'a number beyond all numbers',
      JSON.stringify({ ...request, id: 'bad' }).replace('16', '1e999'),
      'bad-input',
      /'devices' is Infinity/,
      'devices'
    ],
    ['an id of too many digits', '{"id":12345678901234567890}', 'bad-input', /beyond 2\^53.* as a string/, 'id'],
    ['an id with too many digits within', '{"id":{"run":[1,9007199254740993]}}', 'bad-input', /2\^53/, 'id.run[1]'],
    ['two requests', '{"id":1}{"id":2}', 'bad-json', /column 9: expected nothing more/, ''],
    ['__proto__', withKey('"__proto__":{"strategy":{}}'), 'bad-input', /'__proto__', which no spec has/, '__proto__'],
    [
      '__proto__ in escapes',
      withKey('"\\u005f_proto__":1'),
      'bad-input',
      /'__proto__', which no spec has/,
      '__proto__'
    ],
    ['__proto__ within', withKey('"model":[{"__proto__":{}}]'), 'bad-input', /model\[0\]/, 'model[0].__proto__'],
    [
      'a key twice',
      withKey('"devices":8,"devices":16'),
      'bad-input',
      /key 'devices' twice, again at column 25/,
      'devices'
    ],
    [
      'a key twice within',
      withKey('"model":{"moe":[1,{"a":[2],"\\u0061":1}]}'),
      'bad-input',
      /twice/,
      'model.moe[1].a'
    ],
    ['an unknown key', { ...request, trainin: {} }, 'bad-input', /did you mean 'training'/, 'trainin'],
    [
      'an unknown key within',
      { ...request, strategy: { tensorParalel: 2 } },
      'bad-input',
      /tensorParallel/,
      'strategy.tensorParalel'
    ],
    ['a string for a number', { ...request, devices: '16' }, 'bad-input', /"16"/, 'devices'],
    [
      'a negative batch',
      { ...request, training: { ...request.training, globalBatch: -1 } },
      'bad-input',
      /-1/,
      'training.globalBatch'
    ],
    [
      'no micro-batch',
      { ...request, training: { globalBatch: 32, sequenceLength: 2048 } },
      'bad-input',
      /micro-batch/,
      'training.microBatch'
    ],
    ['no strategy and no mapping', withoutStrategy, 'bad-input', /give a strategy or a mapping/, 'strategy'],
    ['a model nobody knows', { ...request, model: 'gpt3-17b' }, 'unknown-name', /gpt3-175b/, 'model'],
    [
      'a bad model',
      { ...request, model: { name: 'x', layers: 2, hidden: 96, heads: 7, vocabulary: 9 } },
      'bad-input',
      /not divisible/,
      'model.heads'
    ],
    ['a model that is a number', { ...request, model: 5 }, 'bad-input', /'model' is 5/, 'model'],
    ['a chip nobody knows', { ...request, chip: 'a100-80g' }, 'unknown-name', /a100-80gb/, 'chip'],
    [
      'a bad override',
      { ...request, chip: { preset: 'a100-80gb', override: { device: { peakFlop: 1 } } } },
      'bad-input',
      /peakFlops/,
      'chip.override.device.peakFlop'
    ],
    ['too many devices', { ...request, devices: 8 }, 'illegal-mapping', /needs 16 devices; there are 8/, 'strategy'],
    ['a path that is a directory', { ...request, model: './src' }, 'not-a-file', /directory/, 'model'],
    ['an overlap over 1', { ...request, overlap: 2 }, 'bad-input', /'overlap' is 2/, 'overlap']
  ]
  it.each(cases)(
    'that is or has %s is answered with its error, and the rest goes on',
    async (_what, line, code, message, path) => {
      const text = typeof line === 'string' ? line : JSON.stringify({ id: 'bad', ...(line as object) })
      const [bad, after, ...none] = await ask([`${text}\n${good}\n`])
      expect(none).toEqual([])
      expect(after).toMatchObject({ id: 'after', feasible: true })
      expect(bad!.error!.message).toMatch(message)
      expect(bad).toEqual({
        id: text.includes('"bad"') ? 'bad' : null,
        error: { code, message: bad!.error!.message, path }
      })
    }
  )

  it('leaves the prototype of objects alone', async () => {
    await ask(['{"id":1,"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'])
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })

  it('that is not UTF-8 is answered with its error', async () => {
    const [bad, after] = await ask([Uint8Array.of(0x22, 0xff, 0x22, 10), good])
    expect(bad).toMatchObject({ id: null, error: { code: 'bad-json' } })
    expect(after!.id).toBe('after')
  })

  it('that is longer than 16 MiB is refused without being kept, however it arrives', async () => {
    const mebi = 'x'.repeat(2 ** 20)
    const [bad, after] = await ask([...Array.from({ length: 20 }, () => mebi), `\n${good}`])
    expect(bad!.error!.message).toContain('larger than 16 MiB')
    expect(after!.id).toBe('after')
  })

  it('that is a megabyte of spaces around a request is read', async () => {
    const [answer] = await ask([`${' '.repeat(2 ** 20)}${good}${' '.repeat(2 ** 20)}`])
    expect(answer).toMatchObject({ id: 'after', feasible: true })
  })
})
