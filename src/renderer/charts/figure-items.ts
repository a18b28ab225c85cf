import { sheetRecords } from '../../core/report/data-sheet.ts'
import type { DrawnFigure } from '../../core/report/figure.ts'
import { inDecimalBytes } from '../../core/format/format-quantity.ts'
import type { MenuItem } from '../components/MenuButton.vue'
import { svgBlob, usePictureItems } from './picture-items.ts'
import { useRecordItems } from './record-items.ts'

/**
 * What a menu offers of a drawing that is done: the picture in every form, and its numbers. To be called in a component's setup.
 * @param what is drawn, where the menu offers other things as well
 */
export function useFigureItems(figure: () => DrawnFigure, what?: string): readonly MenuItem[] {
  const drawn = (): DrawnFigure => inDecimalBytes(figure)
  const picture = usePictureItems(() => ({ name: drawn().name, svg: () => svgBlob(drawn().picture.svg) }), what)
  const records = useRecordItems(
    () => drawn().name,
    () => sheetRecords(drawn().sheet),
    what
  )
  return [...picture, ...records.items]
}
