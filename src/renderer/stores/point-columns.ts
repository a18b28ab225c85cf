import { POINTS_AT_ONCE, type PointColumns } from '../../contract/runs-contract.ts'

type Column = PointColumns[keyof PointColumns]

function together(parts: readonly Column[]): Column {
  const [first] = parts
  if (Array.isArray(first)) return (parts as readonly (readonly string[])[]).flat()
  const numbers = parts as readonly (Float64Array | Uint8Array)[]
  const length = numbers.reduce((sum, part) => sum + part.length, 0)
  const whole = first instanceof Float64Array ? new Float64Array(length) : new Uint8Array(length)
  let at = 0
  for (const part of numbers) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** Columns of points one behind another. */
function joined(parts: readonly PointColumns[]): PointColumns {
  const [first] = parts as readonly [PointColumns]
  if (parts.length === 1) return first
  const names = Object.keys(first) as (keyof PointColumns)[]
  return Object.fromEntries(
    names.map((name) => [name, together(parts.map((part) => part[name]))])
  ) as unknown as PointColumns
}

/**
 * The points of a run, page by page.
 * @param ask for the page behind an ordinal
 * @param isWanted asked before each page: of what nobody waits for any more no more is read
 * @param before those that are known; what was kept later comes behind them
 */
export async function readColumns(
  ask: (after: number) => Promise<PointColumns>,
  isWanted: () => boolean,
  before?: PointColumns
): Promise<PointColumns | undefined> {
  const parts = before ? [before] : []
  while (isWanted()) {
    const page = await ask(parts.at(-1)?.ordinal.at(-1) ?? 0)
    parts.push(page)
    if (page.id.length < POINTS_AT_ONCE) return joined(parts)
  }
  return undefined
}
