import { expect, it } from 'vitest'
import { inTurn } from '../../src/renderer/stores/in-turn.ts'

it('tasks asked for at once each see what the ones before have done, also behind one that fails', async () => {
  const take = inTurn()
  let position = 3
  const back = (fails = false) =>
    take(async () => {
      const from = position
      await new Promise((resolve) => setTimeout(resolve, 1))
      if (fails) throw new Error('lost')
      position = from - 1
    })
  const all = await Promise.allSettled([back(), back(true), back(), back()])
  expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled'])
  expect(position).toBe(0)
})
