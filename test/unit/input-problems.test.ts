import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { MappingSpace } from '../../src/core/mapping/mapping-space.ts'
import { parseInput } from '../../src/core/problem.ts'

const Die = z.strictObject({
  rows: z.int().positive().max(9).optional(),
  clock_Hz: z.number().min(1).lt(10).optional(),
  name: z.string().min(2).optional(),
  cores: z.array(z.number()).min(1).max(2).optional(),
  place: z.tuple([z.int(), z.int()]).optional(),
  kind: z.enum(['mesh', 'torus']).optional(),
  schema: z.literal('tmac.die/1').optional(),
  isSpare: z.boolean().optional(),
  group: z.number().multipleOf(4).optional(),
  notes: z.record(z.string(), z.string()).optional(),
  part: z
    .discriminatedUnion('type', [z.object({ type: z.literal('a') }), z.object({ type: z.literal('b') })])
    .optional(),
  either: z.union([z.string(), z.strictObject({ name: z.string() })]).optional(),
  owner: z.strictObject({ name: z.string() }).optional()
})

describe('what is wrong with an input is said in words', () => {
  it.each([
    [{ rows: 2.5 }, "'rows' is 2.5: must be a whole number"],
    [{ rows: 0 }, "'rows' is 0: must be more than 0"],
    [{ rows: 10 }, "'rows' is 10: must be at most 9"],
    [{ rows: '3' }, `'rows' is "3": must be a number`],
    [{ clock_Hz: 0.5 }, "'clock_Hz' is 0.5: must be at least 1"],
    [{ clock_Hz: 10 }, "'clock_Hz' is 10: must be less than 10"],
    [{ clock_Hz: Infinity }, "'clock_Hz' is Infinity: must be a number"],
    [{ name: 'x' }, `'name' is "x": must have at least 2 characters`],
    [{ name: 5 }, "'name' is 5: must be text in double quotes"],
    [{ cores: [] }, "'cores' is []: must have at least 1 entry"],
    [{ cores: [1, 2, 3] }, "'cores' is [1,2,3]: must have at most 2 entries"],
    [{ cores: {} }, "'cores' is {}: must be a list, in square brackets"],
    [{ place: [1] }, "'place' is [1]: must have at least 2 entries"],
    [{ place: [1, 2, 3] }, "'place' is [1,2,3]: must have at most 2 entries"],
    [{ kind: 'tours' }, `'kind' is "tours": did you mean "torus"? it can be "mesh", "torus"`],
    [{ kind: 7 }, `'kind' is 7: it can be "mesh", "torus"`],
    [{ schema: 'tmac.die/2' }, `'schema' is "tmac.die/2": must be "tmac.die/1"`],
    [{ isSpare: 'yes' }, `'isSpare' is "yes": must be true or false`],
    [{ group: 6 }, "'group' is 6: must be a multiple of 4"],
    [{ notes: { a: 1 } }, "'notes.a' is 1: must be text in double quotes"],
    [{ part: { type: 'c' } }, `'part.type' is "c": it can be "a", "b"`],
    [{ part: {} }, `'part.type' is missing; it can be "a", "b"`],
    [{ either: { name: 1 } }, "'either.name' is 1: must be text in double quotes"],
    [{ owner: {} }, "'owner.name' is missing"],
    [{ owner: null }, "'owner' is null: must be an object, in braces"],
    [[1], 'is [1]: must be an object, in braces'],
    [undefined, 'is missing']
  ])('%j', (value, message) => {
    expect(() => parseInput(Die, value, 'die')).toThrow(message)
  })
})

it('a space that restricts an operator which there is not says so: it would restrict nothing', () => {
  expect(() => parseInput(MappingSpace, { roles: { qvk: ['output'] } }, 'space')).toThrow(
    /'roles\.qvk' is \["output"\]: no operator is called so; did you mean 'qkv'\?/
  )
})
