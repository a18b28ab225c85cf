import type { PointColumns } from '../../../contract/runs-contract.ts'

type Column = PointColumns[keyof PointColumns]

function behind(before: Column, after: Column): Column {
  if (Array.isArray(before)) return [...before, ...(after as readonly string[])]
  const [first, second] = [before as Float64Array | Uint8Array, after as Float64Array | Uint8Array]
  const both =
    first instanceof Float64Array
      ? new Float64Array(first.length + second.length)
      : new Uint8Array(first.length + second.length)
  both.set(first)
  both.set(second, first.length)
  return both
}

/** Columns with those kept later behind them. */
export function joined(before: PointColumns | undefined, after: PointColumns): PointColumns {
  if (!before) return after
  return Object.fromEntries(
    Object.entries(before).map(([name, values]: [string, Column]) => [
      name,
      behind(values, after[name as keyof PointColumns])
    ])
  ) as unknown as PointColumns
}
