import type { WaferChipSpec } from '../chip-spec.ts'
import { chipField, fieldText, inSentence, numberAt, withNumber } from './fields.ts'
import type { ChipChange } from './moves.ts'

/** A chip too large for its budgets to be worked out while a person edits: which number, and a way back. */
export interface TooLarge {
  readonly path: string
  readonly message: string
  readonly fix: ChipChange
}

/** Numbers whose size the time of a verdict grows with, or that a picture cannot take. */
const bounded = ['grid.rows', 'grid.columns', 'grid.spares', 'die.cores', 'die.spareCores', 'wafers'] as const

/** The first number of a chip that is beyond what the editor takes; specs from files may have any. */
export function tooLargeToEdit(chip: WaferChipSpec): TooLarge | undefined {
  for (const path of bounded) {
    const field = chipField(path)
    const value = numberAt(chip, path) ?? 0
    if (value <= field.most) continue
    const title = `Set ${inSentence(field)} to ${fieldText(field, field.most)}`
    return {
      path,
      message: `${field.title} is ${fieldText(field, value)} (${path}), more than the ${fieldText(field, field.most)} that the editor draws and judges while you edit. The document is kept as it is`,
      fix: { title, chip: withNumber(chip, path, field.most) }
    }
  }
  return undefined
}
