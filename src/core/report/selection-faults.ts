import type { ChipSpec } from '../chip/chip-spec.ts'
import { counted } from '../format/counted.ts'
import type { Mapping } from '../mapping/mapping.ts'
import type { Workload } from '../workload/workload.ts'
import { selectionOf, type Selection } from './selection.ts'

/** A part of an address as it is told: not longer than a line. */
export const shownPart = (part: string): string => `‘${part.length > 60 ? `${part.slice(0, 57)}…` : part}’`

/** What a member of a query has to be, by its name in the query. */
const forms: Readonly<Record<string, readonly [member: keyof Selection, form: string]>> = {
  point: ['point', 'a number of a point'],
  stage: ['stage', 'a number of a stage, from 0'],
  op: ['op', 'an operator'],
  layer: ['layer', 'a class of layers'],
  die: ['die', 'a die: ROW,COLUMN, from 0'],
  link: ['link', 'a link: ROW,COLUMN-ROW,COLUMN'],
  tensor: ['tensor', 'a tensor'],
  t: ['time_s', 'a range of time: FROM,TO in s']
}

/** Why parts of the query of an address select nothing. @param others names that say something else */
export function unreadMembers(query: URLSearchParams, others: readonly string[]): readonly string[] {
  const read = selectionOf(query)
  return [...new Set(query.keys())].flatMap((name) => {
    if (others.includes(name)) return []
    const [member, form] = forms[name] ?? []
    if (member === undefined) return [`${shownPart(name)} is nothing that an address says`]
    return read[member] === undefined ? [`${shownPart(`${name}=${query.get(name)}`)} is not ${form}`] : []
  })
}

/** What a selection names that a design does not have. @param workload undefined as long as it is not known */
export function absentMembers(
  { stage, layer, op, die, link }: Selection,
  {
    chip,
    mapping,
    workload
  }: { readonly chip: ChipSpec; readonly mapping: Mapping; readonly workload: Workload | undefined }
): readonly string[] {
  const absent: string[] = []
  if (chip.kind === 'wafer') {
    const [rows, columns] = [chip.grid.rows * chip.wafers, chip.grid.columns]
    const isThere = ([row, column]: readonly number[]): boolean => row! < rows && column! < columns
    const has = `the chip has ${rows} × ${columns} dies, counted from 0`
    if (die && !isThere(die)) absent.push(`die ${die.join(',')}: ${has}`)
    if (link && !link.split('-').every((end) => isThere(end.split(',').map(Number))))
      absent.push(`link ${link}: ${has}`)
  }
  const { stages } = mapping
  if (stage !== undefined && stage >= stages.length)
    absent.push(`stage ${stage}: the mapping has ${counted(stages.length, 'stage')}, counted from 0`)
  if (!workload) return absent
  const known = workload.classes.find(({ name }) => name === layer)
  const classes = workload.classes.map(({ name }) => name)
  if (layer !== undefined && !known) absent.push(`layer ${shownPart(layer)}: there are ${classes.join(', ')}`)
  const steps = (known ? [known] : workload.classes).flatMap((one) => one.steps)
  if (
    op !== undefined &&
    !steps.some((step) => [...step.before, step.main, ...step.after].some(({ name }) => name === op))
  ) {
    const mains = new Set(steps.map(({ main }) => main.name))
    absent.push(`operator ${shownPart(op)}: there are ${[...mains].join(', ')}`)
  }
  return absent
}
