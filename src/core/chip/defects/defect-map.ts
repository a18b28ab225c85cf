import * as z from 'zod'
import type { WaferChipSpec } from '../chip-spec.ts'

const count = z.int().positive()
const Place = z
  .tuple([z.int(), z.int()])
  .describe('[row, column] of a die, from 0; rows of several wafers one below the other')

/** Where a die lies: row and column from 0, rows of several wafers counted on. */
export type Place = readonly [row: number, column: number]

const DeadCores = z
  .strictObject({
    die: Place,
    cores: count.optional().describe('how many of the cores made, spare ones included'),
    share: z.number().positive().lt(1).optional().describe('or which share of them')
  })
  .refine(({ cores, share }) => (cores === undefined) !== (share === undefined), {
    error: "give either 'cores', how many are dead, or 'share', which part of them"
  })

const MeshGrid = z.strictObject({
  rows: count.describe('of one wafer'),
  columns: count,
  wafers: count.default(1)
})
export type MeshGrid = z.output<typeof MeshGrid>

/** What is broken on a wafer, or on several: dies, links between neighbours, cores, and dies that are slow. */
export const DefectMap = z.strictObject({
  schema: z.literal('tmac.defects/1').default('tmac.defects/1'),
  name: z.string().optional(),
  source: z.string().optional().describe('where the map is from: a test, a paper, or a seed'),
  grid: MeshGrid.describe('the mesh of dies that the map is of'),
  deadDies: z.array(Place).default([]),
  deadLinks: z
    .array(z.tuple([Place, Place]))
    .default([])
    .describe('pairs of neighbours whose link carries nothing'),
  deadCores: z.array(DeadCores).default([]),
  slowDies: z
    .array(z.strictObject({ die: Place, clock: z.number().positive().max(1) }))
    .default([])
    .describe('dies that run at a share of the clock')
})
export type DefectMap = z.output<typeof DefectMap>

/** The mesh of a wafer chip. */
export const gridOf = ({ grid: { rows, columns }, wafers }: WaferChipSpec): MeshGrid => ({ rows, columns, wafers })

export const diesOfGrid = ({ rows, columns, wafers }: MeshGrid): number => rows * columns * wafers

/** Number of a die, row by row. */
export const dieNumber = ([row, column]: Place, { columns }: MeshGrid): number => row * columns + column

/** Where the die of that number lies. */
export const placeOf = (die: number, { columns }: MeshGrid): Place => [Math.floor(die / columns), die % columns]

/** Whether a map says of anything that it is broken. */
export const isBroken = ({ deadDies, deadLinks, deadCores, slowDies }: DefectMap): boolean =>
  deadDies.length + deadLinks.length + deadCores.length + slowDies.length > 0
