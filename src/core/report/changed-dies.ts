import type { Place } from '../chip/defects/defect-map.ts'
import type { KeptPoint } from '../search/exploration.ts'

/** What each busy die works for, by `row,column`, rows counted on from wafer to wafer. */
function workOf({ mapping }: KeptPoint): Map<string, string> {
  const work = new Map<string, string>()
  const { rows, columns } = mapping.region
  for (const [replica, stages] of mapping.placement.entries())
    for (const [stage, [row, column]] of stages.entries())
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < columns; j++) work.set(`${row + i},${column + j}`, `${replica}/${stage}`)
  return work
}

/** The dies of a wafer that the baseline does not have, or uses for another stage or replica, or not at all. */
export function changedDies(point: KeptPoint, baseline: KeptPoint): Place[] {
  const { chip } = point
  if (chip.kind !== 'wafer') return []
  const [own, other] = [workOf(point), workOf(baseline)]
  const size = baseline.chip.kind === 'wafer' ? baseline.chip.grid : { rows: 0, columns: 0 }
  const changed: Place[] = []
  for (let row = 0; row < chip.grid.rows * chip.wafers; row++)
    for (let column = 0; column < chip.grid.columns; column++) {
      const place = `${row},${column}`
      const isNew = row % chip.grid.rows >= size.rows || column >= size.columns
      if (isNew || own.get(place) !== other.get(place)) changed.push([row, column])
    }
  return changed
}
