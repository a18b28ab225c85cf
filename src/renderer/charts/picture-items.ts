import type { MenuItem } from '../components/MenuButton.vue'
import { useWorkbench } from '../stores/workbench.ts'
import { pngOfSvg } from './chart-files.ts'
import { saveFile } from './save-file.ts'

/** A picture as it is saved: for paper, whatever the page's theme. */
export interface Picture {
  /** Of its files, without an ending. */
  readonly name: string
  svg(): Blob | Promise<Blob>
}

/**
 * What a menu offers of a picture: SVG, PNG in three sizes, and the clipboard. To be called in a component's setup.
 * @param what is pictured, where the menu offers other things as well: `Wafer` gives `Wafer as SVG`
 */
export function usePictureItems(picture: () => Picture, what?: string): readonly MenuItem[] {
  const workbench = useWorkbench()
  const titled = (title: string): string => (what === undefined ? title : `${what} as ${title}`)
  const png = async (scale: number): Promise<Blob> => pngOfSvg(await picture().svg(), scale)
  const save = (file: () => Blob | Promise<Blob>, ending: string) => () =>
    workbench.attempt(async () => saveFile(await file(), `${picture().name}.${ending}`))
  return [
    { title: titled('SVG'), run: save(() => picture().svg(), 'svg') },
    ...[1, 2, 4].map((scale) => ({
      title: titled(`PNG, ${scale}×`),
      run: save(() => png(scale), scale === 1 ? 'png' : `${scale}x.png`)
    })),
    {
      title: what === undefined ? 'Copy image' : `Copy image of the ${what.toLowerCase()}`,
      run: () => workbench.attempt(() => navigator.clipboard.write([new ClipboardItem({ 'image/png': png(2) })]))
    }
  ]
}

/** A drawing that is done, as a file. */
export const svgBlob = (svg: string): Blob => new Blob([svg], { type: 'image/svg+xml' })
