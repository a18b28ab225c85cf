import type { WaferChipSpec } from '../chip/chip-spec.ts'
import type { Mapping, Region } from '../mapping/mapping.ts'
import { chooseRegions, largestRectangle, packRegions, type LivingGrid } from '../mapping/packing.ts'
import { dealCorners, placeInSnake, tileCount, type Corner, type PlacementOrder } from '../mapping/placement.ts'
import { regionDies } from '../mapping/region.ts'
import type { Machine } from '../simulator/machine.ts'
import { defectViolations, type MachineDefects } from '../simulator/machine-defects.ts'

/** Where regions may lie, and how many of a shape there is room for: asked again for every combination of a search. */
interface Living {
  readonly grid: LivingGrid
  readonly counts: Map<string, number>
  readonly chosen: Map<string, readonly Corner[] | undefined>
}

const known = new WeakMap<MachineDefects, Living>()

function living({ defects, gridRows: rows, gridColumns: columns }: Machine): Living | undefined {
  if (!defects) return undefined
  let found = known.get(defects)
  if (!found) {
    const { speeds, map } = defects
    const number = ([row, column]: readonly [number, number]): number => row * columns + column
    const deadLinks = map.deadLinks.map(([a, b]): readonly [number, number] => [number(a), number(b)])
    found = { grid: { rows, columns, speeds, deadLinks }, counts: new Map(), chosen: new Map() }
    known.set(defects, found)
  }
  return found
}

/** Dies and dead wires of a damaged machine, for packing. */
export const livingGrid = (machine: Machine): LivingGrid | undefined => living(machine)?.grid

const shapeOf = ({ rows, columns }: Region): string => `${rows}x${columns}`

/** Regions of a shape that can be placed: as many as tile the grid, or as are packed on what lives; no more than the dies of the chip make. */
export function placeableRegions(machine: Machine, region: Region): number {
  const found = living(machine)
  const most = Math.floor(machine.dies / regionDies(region))
  if (!found) return Math.min(tileCount(machine.gridRows, machine.gridColumns, region), most)
  let count = found.counts.get(shapeOf(region))
  if (count === undefined) found.counts.set(shapeOf(region), (count = packRegions(found.grid, region).length))
  return Math.min(count, most)
}

/**
 * Corners of every stage of every replica by the one rule of the search: in a snake over the grid, or over the regions packed on what lives,
 * the slowest of which stay empty where there are more than needed.
 * @returns [replica][stage], or undefined when there is no room
 */
export function placeRegions(
  machine: Machine,
  region: Region,
  replicas: number,
  stages: number,
  order: PlacementOrder
): Corner[][] | undefined {
  const found = living(machine)
  if (!found) return placeInSnake(machine.gridRows, machine.gridColumns, region, replicas, stages, order)
  const wanted = replicas * stages
  const key = `${shapeOf(region)} ${wanted}`
  if (!found.chosen.has(key)) found.chosen.set(key, chooseRegions(found.grid, region, wanted))
  const corners = found.chosen.get(key)
  return corners && dealCorners(corners, replicas, stages, order)
}

/**
 * A mapping of the whole wafer on a damaged one: as it is where all its dies can be used, else placed anew by the rule of the search, in the
 * order it had.
 * @returns undefined when its regions do not fit on what lives
 */
export function replaced(machine: Machine, mapping: Mapping): Mapping | undefined {
  if (defectViolations(machine, mapping).length === 0) return mapping
  return placedAnew(machine, mapping)
}

/** The mapping placed by the rule of the search, whatever places it had. */
export function placedAnew(machine: Machine, mapping: Mapping): Mapping | undefined {
  const { region, dataParallel, stages } = mapping
  if (dataParallel * stages.length > placeableRegions(machine, region)) return undefined
  const inOrder = placeInSnake(
    machine.gridRows,
    machine.gridColumns,
    region,
    dataParallel,
    stages.length,
    'replica-first'
  )
  const order = JSON.stringify(inOrder) === JSON.stringify(mapping.placement) ? 'replica-first' : 'pipeline-first'
  const placement = placeRegions(machine, region, dataParallel, stages.length, order)
  return placement && { ...mapping, placement }
}

/** A damaged wafer's largest rectangle of dies that can all be used, as a wafer of its own, and the way back from it. */
export interface WholeRectangle {
  readonly chip: WaferChipSpec
  onWafer(mapping: Mapping): Mapping
}

/** Undefined on a machine that is whole. */
export function largestWholeWafer(machine: Machine): WholeRectangle | undefined {
  const grid = livingGrid(machine)
  if (!grid || machine.chip.kind !== 'wafer') return undefined
  const { chip } = machine
  const { rows } = chip.grid
  const perWafer = rows * grid.columns
  const inside = (die: number, wafer: number): boolean => Math.floor(die / perWafer) === wafer
  const found = Array.from({ length: chip.wafers }, (_, wafer) => {
    const deadLinks = grid.deadLinks
      .filter(([a, b]) => inside(a, wafer) && inside(b, wafer))
      .map(([a, b]): readonly [number, number] => [a - wafer * perWafer, b - wafer * perWafer])
    const speeds = grid.speeds.slice(wafer * perWafer, (wafer + 1) * perWafer)
    return { wafer, rectangle: largestRectangle({ rows, columns: grid.columns, speeds, deadLinks }) }
  }).flatMap(({ wafer, rectangle }) => (rectangle ? [{ wafer, ...rectangle }] : []))
  const largest = found.reduce((best, one) => (one.rows * one.columns > best.rows * best.columns ? one : best))
  const [down, right] = [largest.corner[0] + largest.wafer * rows, largest.corner[1]]
  return {
    chip: { ...chip, wafers: 1, grid: { ...chip.grid, rows: largest.rows, columns: largest.columns, spares: 0 } },
    onWafer: (mapping) => ({
      ...mapping,
      placement: mapping.placement.map((corners) =>
        corners.map(([row, column]): Corner => [row + down, column + right])
      )
    })
  }
}
