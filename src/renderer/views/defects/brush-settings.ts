import type { BrushStroke } from '../../../core/chip/defects/edit-defects.ts'
import type { Symmetry } from '../../../core/chip/editing/symmetry.ts'

/** What the left button does on the wafer. */
export type Tool = 'select' | 'paint' | 'erase'

export const brushes: readonly {
  readonly paints: BrushStroke['paints']
  readonly title: string
  readonly hint: string
}[] = [
  { paints: 'die', title: 'Dies', hint: 'Dead dies' },
  { paints: 'link', title: 'Links', hint: 'Dead links: the one nearest to the brush' },
  { paints: 'core', title: 'Cores', hint: 'Dead cores: a map holds how many of a die, not which' },
  { paints: 'slow', title: 'Slow', hint: 'Dies that run at a share of the clock' }
]

export const turns: readonly { readonly symmetry: Symmetry; readonly sign: string; readonly title: string }[] = [
  { symmetry: 'columns', sign: '↔', title: 'Mirror left to right' },
  { symmetry: 'rows', sign: '↕', title: 'Mirror top to bottom' },
  { symmetry: 'half-turn', sign: '↻ ½', title: 'Turn by half' },
  { symmetry: 'quarter-turn', sign: '↻ ¼', title: 'Turn by a quarter' }
]
