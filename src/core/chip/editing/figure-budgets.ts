import type { WaferChipSpec } from '../chip-spec.ts'
import { diesOfWafer, dieArea_mm2 } from '../floorplan.ts'
import { waferPower_W } from '../power.ts'
import { NEAR_SHARE, type Budget, type BudgetPart } from './budgets.ts'
import { bisectionLinks, quickFigures } from './quick-figures.ts'

/** Memory that a model asks of a chip. */
export interface MemoryNeed {
  readonly model: string
  readonly capacity_B: number
  /** What of its state takes how much, B. */
  readonly parts: readonly BudgetPart[]
}

const open = (
  name: string,
  title: string,
  value: number,
  unit: string,
  message: string,
  parts: readonly BudgetPart[]
): Budget => ({
  verdict: { name, value, limit: null, unit, ok: true, waived: false, margin: null, message, fix: '' },
  title,
  filled: undefined,
  state: 'open',
  parts: parts.filter((part) => part.value > 0)
})

/** Bytes per second across the cut that halves the mesh of one wafer: of what links it is made. */
function bisection(chip: WaferChipSpec): Budget {
  const { rows, columns } = chip.grid
  const { bandwidthPerEdge_Bps } = chip.links
  const links = bisectionLinks(rows, columns)
  const [cut, across] = rows <= columns ? ['columns', rows] : ['rows', columns]
  const { bisection_Bps } = quickFigures(chip)
  const message =
    links === 0
      ? 'a single die has no bisection'
      : `the narrower cut, between ${cut}, crosses ${Math.min(links, across)} links of one way; nothing limits it`
  return open('bisection', 'Bisection', bisection_Bps, 'B/s', message, [
    { name: `${links} × one direction of a link`, value: links * bandwidthPerEdge_Bps }
  ])
}

/** Power at full rate over the area of the dies, by what takes it, at the low end of published energies. */
function density(chip: WaferChipSpec): Budget {
  const { compute, memory, links, waferLinks } = waferPower_W(chip)
  const area_mm2 = diesOfWafer(chip) * dieArea_mm2(chip)
  const parts = [
    { name: 'arithmetic', value: compute.low / area_mm2 },
    { name: 'DRAM', value: memory.low / area_mm2 },
    { name: 'links', value: links.low / area_mm2 },
    { name: 'wafer links', value: waferLinks.low / area_mm2 }
  ]
  const value = parts.reduce((sum, part) => sum + part.value, 0)
  const message = 'power at full rate over the area of the dies, low end; what cools it sets the cap on power'
  return open('power-density', 'Power density', value, 'W/mm²', message, parts)
}

/** The model's state against the memory of all dies at work. */
function dramNeed({ model, capacity_B, parts }: MemoryNeed): Budget {
  const value = parts.reduce((sum, part) => sum + part.value, 0)
  const ok = value <= capacity_B
  const filled = capacity_B > 0 ? value / capacity_B : undefined
  return {
    verdict: {
      name: 'dram-need',
      value,
      limit: capacity_B,
      unit: 'B',
      ok,
      waived: false,
      margin: capacity_B / value - 1,
      message: `state of ${model} once over all dies, without activations`,
      fix: ok ? '' : 'more stacks, larger stacks, more dies, or offloading'
    },
    title: 'DRAM need',
    filled,
    state: !ok ? 'over' : filled !== undefined && filled > NEAR_SHARE ? 'near' : 'ok',
    parts
  }
}

/** What is worth a bar beside the limits: figures that nothing bounds, and the memory that a model asks for. */
export const figureBudgets = (chip: WaferChipSpec, need: MemoryNeed | undefined): readonly Budget[] => [
  bisection(chip),
  density(chip),
  ...(need ? [dramNeed(need)] : [])
]
