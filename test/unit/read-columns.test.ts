import { beforeEach, expect, test } from 'vitest'
import { POINTS_AT_ONCE, type PointColumns } from '../../src/contract/runs-contract.ts'
import { readColumns } from '../../src/renderer/stores/point-columns.ts'

const asked: number[] = []
let points = 0
function ask(after: number): Promise<PointColumns> {
  asked.push(after)
  const length = Math.min(POINTS_AT_ONCE, points - after)
  const ordinal = Float64Array.from({ length }, (_, at) => after + at + 1)
  return Promise.resolve({ id: ordinal, ordinal, label: Array.from(ordinal, String) } as unknown as PointColumns)
}
beforeEach(() => asked.splice(0))
const always = (): boolean => true

test('a run is read page by page, whether or not its last page is full', async () => {
  for (points of [0, 3, POINTS_AT_ONCE, 2 * POINTS_AT_ONCE + 1]) {
    const { ordinal, label } = (await readColumns(ask, always))!
    expect(ordinal).toHaveLength(points)
    expect(ordinal.at(-1) ?? 0).toBe(points)
    expect(label).toHaveLength(points)
  }
})

test('what came later is put behind what is known', async () => {
  points = 5
  const before = await readColumns(ask, always)
  points = 7
  expect((await readColumns(ask, always, before))!.ordinal).toEqual(Float64Array.of(1, 2, 3, 4, 5, 6, 7))
  expect(asked).toEqual([0, 5])
})

test('of what nobody waits for any more no more pages are read', async () => {
  points = 100 * POINTS_AT_ONCE
  expect(await readColumns(ask, () => asked.length < 3)).toBeUndefined()
  expect(asked).toHaveLength(3)
})
