import type { ArchitectureSpace } from './architecture-space.ts'
import { genesOf, spaceSize } from './gene.ts'
import { possibleGenes } from './possible-genes.ts'
import type { TaskFrame } from './tasks.ts'
import { waferTemplate, type WaferTemplate } from './wafer-template.ts'

/** The wafers that an exploration chooses from. */
export interface ExploredWafers {
  /** In a space that is looked at in part, without values that no wafer can be built with. */
  readonly template: WaferTemplate
  /** Wafers of the template; Infinity with a continuous gene. */
  readonly size: number
  /** Whether each of them is looked at. */
  readonly all: boolean
  /** Shares of genes' values that are ruled out, by the limit. */
  readonly ruledOut: Readonly<Record<string, number>>
}

const known = new WeakMap<ArchitectureSpace, ExploredWafers>()

/** The wafers of a frame with an architecture space; every task of the frame, and every workload of a family, means the same ones. */
export function exploredWafers(frame: TaskFrame): ExploredWafers {
  const space = frame.architecture!
  let wafers = known.get(space)
  if (!wafers) known.set(space, (wafers = chooseWafers(frame)))
  return wafers
}

function chooseWafers(frame: TaskFrame): ExploredWafers {
  const base = frame.base!
  const space = frame.architecture!
  const { points, resizeDie } = space
  const given = genesOf(space, base)
  // Where every wafer is looked at, its own limits say more.
  const { genes, ruledOut } =
    spaceSize(given) <= points ? { genes: given, ruledOut: {} } : possibleGenes(base, given, resizeDie)
  const size = spaceSize(genes)
  return { template: waferTemplate(base, genes, resizeDie), size, all: size <= points, ruledOut }
}
