import { dieMemory_B } from '../chip/die-resources.ts'
import { drawWafers, thinned } from './draw-wafers.ts'
import { exploredWafers } from './explored-wafers.ts'
import type { ExplorationHost } from './exploration-host.ts'
import type { Genome } from './gene.ts'
import type { TaskFrame } from './tasks.ts'

/** Wafers drawn to see which grids can be built. */
const DRAWN = 512
const PART = 128
/** Grids that get a mapping search of their own before anything is estimated. */
const MOST_GRIDS = 24
/** Waves of searches: those of a later one start from mappings of the former ones. */
const WAVES = 3

/**
 * Wafers whose mappings are worth knowing before others are estimated, in waves: of each grid that can be built, or of as many as there is
 * time for, the one in the middle by its memory.
 */
export async function scoutWafers(
  frame: TaskFrame,
  host: ExplorationHost,
  seed: number
): Promise<readonly (readonly Genome[])[]> {
  const wafers = exploredWafers(frame)
  const drawn = thinned(drawWafers(wafers, wafers.all ? wafers.size : DRAWN, seed), DRAWN)
  const screened = await host.run<'screen'>(
    Array.from({ length: Math.ceil(drawn.length / PART) }, (_, part) => ({
      kind: 'screen',
      genomes: drawn.slice(part * PART, (part + 1) * PART)
    }))
  )
  const byGrid = new Map<string, { readonly genome: Genome; readonly dies: number; readonly memory_B: number }[]>()
  for (const genome of screened.flatMap(({ buildable }) => buildable)) {
    const chip = wafers.template.chip(genome)
    const { rows, columns } = chip.grid
    const member = { genome, dies: rows * columns, memory_B: dieMemory_B(chip) }
    const key = `${rows}x${columns}`
    const known = byGrid.get(key)
    if (known) known.push(member)
    else byGrid.set(key, [member])
  }
  const grids = [...byGrid.values()].sort((a, b) => a[0]!.dies - b[0]!.dies)
  const scouts = thinned(grids, MOST_GRIDS).map((members) => {
    const ranked = members.toSorted((a, b) => a.memory_B - b.memory_B)
    return ranked[ranked.length >> 1]!.genome
  })
  return Array.from({ length: Math.min(WAVES, scouts.length) }, (_, wave) =>
    scouts.filter((_scout, index) => index % WAVES === wave)
  )
}
