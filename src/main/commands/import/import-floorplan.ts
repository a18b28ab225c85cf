import { requireWafer } from '../../../core/chip/require-wafer.ts'
import { readFloorplan, withFloorplan } from '../../../core/chip/editing/hotspot-floorplan.ts'
import { chipFrom } from '../../input/chip-input.ts'
import { readTextFile } from '../../input/read-json-file.ts'
import { AccountBook } from '../../../core/import-account.ts'
import { requiredText, textOption } from '../option-values.ts'
import { accountText } from './account-text.ts'
import type { Importer } from './imported.ts'

/** A chip with the array of dies of a HotSpot floorplan; what is no geometry is the chip's that the options name. */
export const importFloorplan: Importer = (path, values, cwd) => {
  const base = requireWafer(chipFrom(requiredText(values, 'chip', 'C'), cwd), 'a floorplan')
  const units = readFloorplan(readTextFile(path, cwd, 'floorplan'))
  const chip = { ...withFloorplan(base, units), name: textOption(values, 'name') ?? base.name }
  const book = new AccountBook()
  book.map('grid.rows', 'units', chip.grid.rows)
  book.map('grid.columns', 'units', chip.grid.columns)
  book.map('grid.gap_mm', 'left, bottom', chip.grid.gap_mm)
  book.map('die.width_mm', 'width', chip.die.width_mm)
  book.map('die.height_mm', 'height', chip.die.height_mm)
  book.mapOr(
    'all other fields',
    '',
    undefined,
    base.name,
    'a floorplan says nothing of them; the chip named by --chip does'
  )
  const others = units.filter(({ name }) => !name.startsWith('die')).length
  if (others > 0 && others < units.length) book.ignored.push({ key: 'units that are no dies', value: others })
  return {
    spec: `${JSON.stringify(chip, null, 2)}\n`,
    answer: { chip, ...book.account },
    text: `${chip.name}: ${chip.grid.rows} x ${chip.grid.columns} dies of ${chip.die.width_mm} x ${chip.die.height_mm} mm\n\n${accountText(book.account)}`
  }
}
