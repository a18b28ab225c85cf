import type { PointColumns } from '../../../contract/runs-contract.ts'

/** Columns with those kept later behind them. */
export function joined(before: PointColumns | undefined, after: PointColumns): PointColumns {
  if (!before) return after
  return Object.fromEntries(
    Object.entries(before).map(([name, values]) => [name, [...values, ...after[name as keyof PointColumns]]])
  ) as unknown as PointColumns
}
