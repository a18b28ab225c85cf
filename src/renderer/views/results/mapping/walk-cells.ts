/** Arrows walk over the cells of a table that can be edited (`data-cell`), F2 edits one. Keys with Ctrl or Alt are commands'. */
export function walkCells(event: KeyboardEvent, table: HTMLElement): void {
  const from = (event.target as HTMLElement).closest<HTMLElement>('[data-cell]')
  if (!from || event.ctrlKey || event.altKey || event.metaKey) return
  const cellsOf = (row: Element): HTMLElement[] => [...row.querySelectorAll<HTMLElement>('[data-cell]')]
  const rows = [...table.querySelectorAll('tbody tr')]
  const row = rows.findIndex((one) => one.contains(from))
  const inRow = cellsOf(rows[row]!)
  const at = inRow.indexOf(from)
  const line = (by: number): HTMLElement | undefined => {
    for (let to = row + by; rows[to]; to += by) {
      const there = cellsOf(rows[to]!)
      if (there.length > 0) return there[Math.min(at, there.length - 1)]
    }
    return undefined
  }
  const to = {
    ArrowRight: () => inRow[at + 1],
    ArrowLeft: () => inRow[at - 1],
    ArrowDown: () => line(1),
    ArrowUp: () => line(-1)
  }[event.key]
  if (event.key === 'F2') from.click()
  else if (to) to()?.focus()
  else return
  event.preventDefault()
}
