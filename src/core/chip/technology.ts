import { byName } from '../by-name.ts'
import * as z from 'zod'
import assemblyTable from '../../../resources/technology/assembly.json' with { type: 'json' }
import node12nm from '../../../resources/technology/12nm.json' with { type: 'json' }
import node14nm from '../../../resources/technology/14nm.json' with { type: 'json' }
import node3nm from '../../../resources/technology/3nm.json' with { type: 'json' }
import node5nm from '../../../resources/technology/5nm.json' with { type: 'json' }
import node7nm from '../../../resources/technology/7nm.json' with { type: 'json' }
import { parseInput } from '../problem.ts'

const sourced = <Value extends z.ZodType>(value: Value) =>
  z.strictObject({ value, source: z.string().min(1), mark: z.enum(['R', 'S', 'M', 'I', 'X']) })
const number = sourced(z.number().positive())
const range = sourced(z.tuple([z.number().positive(), z.number().positive()]))
const share = sourced(z.number().positive().max(1))

/** What a process node costs and how large things are in it; ranges are [low, high]. */
const Technology = z.strictObject({
  name: z.string().min(1),
  defectDensity_perCm2: number,
  waferPrice_usd: number,
  sram_mm2PerMB: range,
  macArea_um2: range
})
export type Technology = z.output<typeof Technology>

/** What holds whatever the process node: the wafer, the reticle, cooling, bonding and prices beside the logic. */
const Assembly = z.strictObject({
  waferDiameter_mm: number,
  reticleShortSide_mm: number,
  reticleLongSide_mm: number,
  powerCap_W: number,
  powerCapOption_W: number,
  staticShare: range,
  bondYield: share,
  minimumWaferYield: share,
  negativeBinomialAlpha: number,
  repairableShare: share,
  edgeLoss_mm: number,
  scribe_mm: number,
  dramPrice_usdPerGB: number,
  bond_usd: number,
  carrierPrice_usd: number
})

/** All process nodes of the tables, finest first. */
export const technologies: readonly Technology[] = [node3nm, node5nm, node7nm, node12nm, node14nm].map((table) =>
  parseInput(Technology, table, `technology ${table.name}`)
)

export const assembly: z.output<typeof Assembly> = parseInput(Assembly, assemblyTable, 'technology assembly')

/**
 * The process node of that name.
 * @throws Problem `unknown-name` with the nearest name
 */
export const technology = (name: string): Technology => byName(technologies, name, 'technology')
