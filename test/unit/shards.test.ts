import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ExplorationSpaceInput } from '../../src/core/search/exploration-space.ts'
import { isInShard, type Shard } from '../../src/core/shard.ts'
import { runExploration } from '../../src/main/engine/run-exploration.ts'
import { EMPTY_JOURNAL, type FromEngine, type Journal } from '../../src/main/engine/protocol.ts'
import { StopSwitch } from '../../src/main/engine/stop-switch.ts'
import { openProject } from '../../src/main/projects/open-project.ts'
import { smallInputs, smallModel, smallSpace } from '../fixtures/small-exploration.ts'
import { runCli } from './cli-run.ts'

/** A test of many whole explorations may take longer than others on a busy machine. */
const MANY_EXPLORATIONS_ms = 400_000

/** The given wafer is over the cap, and so nothing but the wafers around it is searched for long. */
const dividedSpace = (points: number): ExplorationSpaceInput => ({
  powerCap_W: 15_000,
  mapping: { ...smallSpace.mapping, residual: ['sequence'], pipelineParallel: [2] },
  architecture: {
    genes: {
      'grid.rows': [5, 6],
      'die.clock_Hz': { from: 0.5e9, to: 1.2e9, step: points < 1000 ? 0.002e9 : 0.02e9 },
      'memory.stacksPerDie': [2, 3, 4]
    },
    points
  }
})

interface Heard {
  readonly journal: Journal
  readonly tasks: readonly string[]
  readonly outcome: unknown
  readonly kept: readonly unknown[]
}

async function heard(points: number, shard: Shard | undefined, journal: Journal = EMPTY_JOURNAL): Promise<Heard> {
  const inputs = smallInputs({ space: dividedSpace(points), policies: [] })
  const messages: FromEngine[] = []
  await runExploration({ type: 'explore', inputs, workers: 1, journal, shard }, new StopSwitch(), (message) => {
    messages.push(message)
  })
  const results = messages.flatMap((message) => (message.type === 'result' ? [[message.task, message.result]] : []))
  return {
    journal: JSON.parse(JSON.stringify({ results: Object.fromEntries(results), partial: {} })) as Journal,
    tasks: results.map(([task]) => task as string),
    outcome: messages.find(({ type }) => type === 'done'),
    kept: messages.flatMap((message) => (message.type === 'keep' ? message.points : []))
  }
}

const shards = (of: number): readonly Shard[] => Array.from({ length: of }, (_, index) => ({ part: index + 1, of }))

const unitedOf = (parts: readonly Heard[]): Journal => ({
  results: Object.assign({}, ...parts.map(({ journal }) => journal.results)) as Journal['results'],
  partial: {}
})

test('every place of a list is in exactly one shard', () => {
  for (const of of [1, 2, 3, 7])
    for (let index = 0; index < 20; index++)
      expect(shards(of).filter((shard) => isInShard(index, shard)).length).toBe(1)
})

describe('an exploration in shards', () => {
  test.each([
    ['every wafer of a space', 1000, [3]],
    ['wafers bred in rounds', 900, [1, 2, 3]]
  ])(
    'of %s is, united, the undivided one to the byte, whatever their number',
    async (_what, points, numbers) => {
      const whole = await heard(points, undefined)
      expect(whole.outcome).toBeDefined()
      expect(whole.kept.length).toBeGreaterThan(4)
      for (const of of numbers) {
        const parts = await Promise.all(shards(of).map((shard) => heard(points, shard)))
        const united = unitedOf(parts)
        if (of > 1) {
          for (const { outcome } of parts) expect(outcome).toBeUndefined()
          // No task that may be divided is done twice: what two shards share is what each needs for itself.
          const common = parts[0]!.tasks.filter((task) => parts.every(({ tasks }) => tasks.includes(task)))
          for (const { tasks } of parts) expect(tasks.length).toBeGreaterThan(common.length)
          expect(Object.keys(united.results).length).toBeLessThanOrEqual(whole.tasks.length)
        }
        const merged = of === 1 ? parts[0]! : await heard(points, undefined, united)
        expect(JSON.stringify(merged.outcome)).toBe(JSON.stringify(whole.outcome))
        expect(JSON.stringify(merged.kept)).toBe(JSON.stringify(whole.kept))
      }
    },
    MANY_EXPLORATIONS_ms
  )

  test(
    'that goes on from what all have has the next round divided as well',
    async () => {
      const first = unitedOf(await Promise.all(shards(2).map((shard) => heard(900, shard))))
      const second = await Promise.all(shards(2).map((shard) => heard(900, shard, first)))
      expect(second.map(({ outcome }) => outcome)).toEqual([undefined, undefined])
      const own = second.map(({ tasks }) =>
        tasks.filter((task) => !second.every((other) => other.tasks.includes(task)))
      )
      expect(own.every((tasks) => tasks.length > 0)).toBe(true)
      const last = { results: { ...first.results, ...unitedOf(second).results }, partial: {} }
      expect((await heard(900, undefined, last)).outcome).toBeDefined()
    },
    MANY_EXPLORATIONS_ms
  )
})

describe('tmac explore', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tmac-shards-'))
    writeFileSync(join(folder, 'space.json'), JSON.stringify(dividedSpace(1000)))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const file = (name: string): string => join(folder, `${name}.tmac`)
  const explore = (...more: readonly string[]) =>
    runCli([
      'explore',
      '--model',
      JSON.stringify(smallModel),
      '--chip',
      'wsc-llm-54',
      '--policies',
      'none',
      '--workers',
      '1',
      '--global-batch',
      '16',
      '--seq-length',
      '1024',
      '--space',
      join(folder, 'space.json'),
      ...more
    ])
  /** What a project keeps of its last run. */
  const pointsOf = (name: string): string => {
    using store = openProject(file(name), { readOnly: true })
    return JSON.stringify(store.points(store.runs().at(-1)!.id))
  }

  test(
    '--shard and --merge give the points of the undivided run; shards of another one are refused by name',
    async () => {
      for (const [name, ...options] of [['whole'], ['a', '--shard', '1/2'], ['b', '--shard', '2/2']] as const) {
        const { code, err } = await explore('--project', file(name), ...options)
        expect(code, err).toBe(0)
      }
      using shard = openProject(file('a'), { readOnly: true })
      expect(shard.runs().at(-1)!.status).toBe('interrupted')
      const merged = await runCli(['explore', '--merge', `${file('b')},${file('a')}`, '--project', file('all')])
      expect(merged.code, merged.err).toBe(0)
      expect(pointsOf('all')).toBe(pointsOf('whole'))

      await explore('--project', file('c'), '--shard', '1/2', '--seed', '2')
      const mixed = await runCli(['explore', '--merge', `${file('a')},${file('c')}`, '--project', file('mixed')])
      expect(mixed.code).toBe(2)
      expect(mixed.err.trim().split('\n').length).toBe(1)
      for (const part of [file('a'), file('c'), 'inputs']) expect(mixed.err).toContain(part)
    },
    MANY_EXPLORATIONS_ms
  )

  test('--shard says what it needs', async () => {
    expect((await explore('--shard', '1/2')).err).toContain('--project')
    expect((await explore('--shard', '3/2', '--project', file('a'))).err).toContain("'3/2'")
    expect((await explore('--shard', '1/2', '--fixed-chip', '--project', file('a'))).err).toContain('explored wafers')
  })
})
