import { frameworkTitles } from '../../core/frameworks/framework.ts'
import { byteUnits } from '../../core/format/format-quantity.ts'
import { stepGroupings } from '../../core/report/step-bars.ts'
import type { ViewName } from './place.ts'

export const menus = ['File', 'Edit', 'View', 'Go', 'Model', 'Chip', 'Search', 'Results', 'Tools', 'Help'] as const
export type MenuName = (typeof menus)[number]

/** Where a command can act: everywhere, in a view, or in one side of it. */
export type CommandScope = '*' | ViewName | `${ViewName}/${string}`

/** What is settled of a command before a part of the page that runs it is there. */
export interface CommandEntry {
  readonly menu: MenuName
  readonly title: string
  /** A chord as `Ctrl+Shift+P`, or none; a person may set another. */
  readonly keys: string
  /** Chords that do the same and cannot be remapped. */
  readonly alsoKeys: readonly string[]
  readonly where: readonly CommandScope[]
}

/** Views of a project that its bar offers, in the order of the work. */
export const offeredViews = {
  overview: 'Project',
  model: 'Models',
  chip: 'Chips',
  defects: 'Defect maps',
  search: 'Search',
  run: 'Results',
  compare: 'Compare',
  report: 'Reports'
} as const satisfies Partial<Record<ViewName, string>>

/** Sides of a run's results, in the order in which a person asks. */
export const resultSides = {
  summary: 'Summary',
  front: 'Front',
  mapping: 'Mapping',
  breakdown: 'Breakdown',
  memory: 'Memory',
  timeline: 'Timeline',
  links: 'Links'
} as const

export const themeTitles = {
  system: 'as the system',
  light: 'light',
  dark: 'dark',
  'high-contrast': 'high contrast'
} as const

/** Points that stand side by side, by number: so many at most. */
export const comparedNumbers = [1, 2, 3, 4, 5, 6, 7, 8] as const
export const MOST_COMPARED = comparedNumbers.length

type Given = readonly [MenuName, string, keys?: string, ...alsoKeys: string[]]

/** Commands of a part of the page, their ids `PART.NAME`. */
const of = <Part extends string, Name extends string>(
  part: Part,
  where: CommandScope | readonly CommandScope[],
  commands: Readonly<Record<Name, Given>>
): Readonly<Record<`${Part}.${Name}`, CommandEntry>> =>
  Object.fromEntries(
    Object.entries<Given>(commands).map(([name, [menu, title, keys = '', ...alsoKeys]]) => [
      `${part}.${name}`,
      { menu, title, keys, alsoKeys, where: typeof where === 'string' ? [where] : where }
    ])
  ) as unknown as Record<`${Part}.${Name}`, CommandEntry>

/** A command for each of several alike. @param make from a title and its number, from 1 */
const each = <Name extends string>(
  titles: Readonly<Record<Name, string>>,
  make: (title: string, number: number) => Given
): Readonly<Record<Name, Given>> =>
  Object.fromEntries(
    Object.entries<string>(titles).map(([name, title], at) => [name, make(title, at + 1)])
  ) as unknown as Record<Name, Given>

const named = <Name extends string>(names: readonly Name[]): Readonly<Record<Name, string>> =>
  Object.fromEntries(names.map((name) => [name, name])) as unknown as Record<Name, string>

const baselines = named(comparedNumbers.map((number) => `baseline-${number}` as const))

/**
 * Every command there is, by its id. One list of all, so that no two which can act together share a key, and so that a person sees and sets the
 * keys of a view that is not open. An id stays the same for ever: keys are remapped by it.
 */
export const commandTable = {
  ...of('file', '*', {
    start: ['File', 'Start page: new, open, recent …', 'Ctrl+O'],
    sample: ['File', 'Open the sample'],
    import: ['File', 'Open or import a file …', 'Ctrl+Shift+O'],
    version: ['File', 'Keep a named version …', 'Ctrl+S'],
    versions: ['File', 'Named versions …'],
    saveAs: ['File', 'Save as …', 'Ctrl+Shift+S'],
    check: ['File', 'Check the whole project file …'],
    download: ['File', 'Download a copy of the project']
  }),
  ...of('file', 'overview', { emptyTrash: ['File', 'Empty the trash …'] }),
  ...of('edit', '*', {
    undo: ['Edit', 'Undo', 'Ctrl+Z'],
    redo: ['Edit', 'Redo', 'Ctrl+Shift+Z', 'Ctrl+Y']
  }),
  ...of('document', '*', {
    rename: ['Edit', 'Rename …', 'F2'],
    duplicate: ['Edit', 'Duplicate', 'Ctrl+D'],
    trash: ['Edit', 'Move to the trash']
  }),
  ...of('view', '*', {
    sidebar: ['View', 'Show or hide the project tree', 'Ctrl+B'],
    panel: ['View', 'Show or hide problems, searches and history', 'Ctrl+J'],
    inspector: ['View', 'Show or hide the inspector', 'Ctrl+Alt+I'],
    nextPane: ['View', 'Next pane', 'F6'],
    menu: ['View', 'Menu of what has the keyboard', 'Shift+F10', 'ContextMenu'],
    newWindow: ['View', 'Open in a new window', 'Ctrl+Alt+O']
  }),
  ...of('view', ['run', 'compare', 'search'], { table: ['View', 'Charts as tables, or back', 'T'] }),
  ...of(
    'view.theme',
    '*',
    each(themeTitles, (title) => ['View', `Theme: ${title}`])
  ),
  ...of(
    'view.bytes',
    '*',
    each(named(byteUnits), (title) => ['View', `Bytes in ${title}`])
  ),
  ...of('go', '*', {
    commands: ['Go', 'Command palette', 'Ctrl+Shift+P', 'F1'],
    places: ['Go', 'Go to …', 'Ctrl+P'],
    back: ['Go', 'Back', 'Alt+ArrowLeft'],
    forward: ['Go', 'Forward', 'Alt+ArrowRight'],
    ...each(offeredViews, (title, number) => ['Go', title, `Ctrl+${number}`])
  }),
  ...of('tools', '*', {
    settings: ['Tools', 'Settings', 'Ctrl+,'],
    report: ['Tools', 'Send what is shown to a report', 'Ctrl+Shift+R'],
    copyLink: ['Tools', 'Copy a link']
  }),
  ...of('key', 'settings', {
    set: ['Tools', 'Set the key of the command'],
    clear: ['Tools', 'Take the key from the command'],
    reset: ['Tools', 'Reset the key of the command']
  }),
  ...of('help', '*', { keys: ['Help', 'Keys that act here', '?'] }),

  ...of('model', 'model', {
    import: ['Model', 'Import a Hugging Face config.json', 'Ctrl+I'],
    copyField: ['Model', 'Copy the field of the import'],
    copyAccount: ['Model', 'Copy the whole account of the import'],
    table: ['Model', 'Operators as graph or table', 'G']
  }),
  ...of('wafer', ['chip/wafer', 'defects', 'run/links'], {
    layers: ['View', 'Wafer: hide the top layer, after the last show all', 'H'],
    fitDie: ['View', 'Wafer: show the selected die', 'Shift+F'],
    fit: ['View', 'Wafer: show all of it', 'F']
  }),
  ...of('chip', 'chip', {
    // The wafer's grid takes L to walk a die's links.
    lock: ['Chip', 'Keep the chosen budget while solving, or let it go', 'K'],
    copy: ['Chip', 'Copy the chip as JSON'],
    paste: ['Chip', 'Paste a chip'],
    'export-json': ['Chip', 'Export as JSON'],
    'export-flp': ['Chip', 'Export as HotSpot floorplan']
  }),
  ...of('chip', 'chip/wafer', {
    turn: ['Chip', 'Turn by a quarter', 'T'],
    import: ['Chip', 'Import a chip or a floorplan …'],
    die: ['Chip', 'Inside of the die'],
    snap: ['Chip', 'Snap while dragging']
  }),
  ...of('chip', 'chip/die', {
    up: ['Chip', 'Back to the wafer', 'Backspace'],
    moreCores: ['Chip', 'A row of cores more', 'Plus', 'Shift+Plus', '='],
    lessCores: ['Chip', 'A row of cores less', '-']
  }),
  ...of('defects', 'defects', {
    select: ['Chip', 'Choose dies and links', 'V'],
    paint: ['Chip', 'Paint defects', 'B'],
    erase: ['Chip', 'Erase defects', 'E'],
    toggle: ['Chip', 'Kill or revive what is under the cursor', 'X'],
    'paint-die': ['Chip', 'Brush for dies', 'D'],
    'paint-link': ['Chip', 'Brush for links', 'J'],
    'paint-core': ['Chip', 'Brush for cores', 'C'],
    'paint-slow': ['Chip', 'Brush for slow dies', 'S'],
    'size-1': ['Chip', 'Brush 1 across', '1'],
    'size-2': ['Chip', 'Brush 3 across', '2'],
    'size-3': ['Chip', 'Brush 5 across', '3'],
    'turn-columns': ['Chip', 'Defects: mirror left to right'],
    'turn-rows': ['Chip', 'Defects: mirror top to bottom'],
    'turn-half-turn': ['Chip', 'Defects: turn by half'],
    'next-seed': ['Chip', 'Draw the next seed'],
    'export-csv': ['Chip', 'Export the defect map as CSV'],
    'export-json': ['Chip', 'Export the defect map as JSON']
  }),

  ...of('search', 'search', {
    run: ['Search', 'Run the search', 'Ctrl+Enter', 'Ctrl+Shift+Enter'],
    check: ['Search', 'Check the search'],
    copy: ['Search', 'Copy the command line of the search'],
    keep: ['Search', 'Save the set-up as a document'],
    pause: ['Search', 'Pause or resume the search', 'Ctrl+.'],
    keepGene: ['Search', 'Keep the number of the wafer as it is'],
    suggestGene: ['Search', 'Choose from the values suggested for the number'],
    copyGene: ['Search', 'Copy what the number may be'],
    // What the key of Pause gives with Shift, on American and on German keyboards.
    stop: ['Search', 'Stop the search', 'Ctrl+Alt+.', 'Ctrl+>', 'Ctrl+:']
  }),
  ...of('results', '*', {
    'compare-tray': ['Results', 'Compare the points put aside', 'Ctrl+Shift+C'],
    'clear-tray': ['Results', 'Put no points aside any more']
  }),
  ...of('results', 'run', {
    ...each(resultSides, (title, number) => ['Results', title, `Alt+${number}`]),
    'save-megatron': ['Results', `Save for ${frameworkTitles.megatron}`],
    'save-deepspeed': ['Results', `Save for ${frameworkTitles.deepspeed}`],
    aside: ['Results', 'Put the point aside for a comparison, or take it back']
  }),
  ...of('run', '*', {
    resume: ['Search', 'Go on with the search of this run'],
    trash: ['Results', 'Put this run into the trash']
  }),
  ...of('run', 'run', { note: ['Results', 'Note on this run', 'Ctrl+Alt+N'] }),
  ...of('what-if', 'run', { keep: ['Results', 'Keep what was tried as a point', 'Ctrl+Enter'] }),
  ...of('front', 'run/front', {
    brush: ['Results', 'Draw a rectangle around designs', 'B'],
    lasso: ['Results', 'Draw a lasso around designs', 'L'],
    keep: ['Results', 'Keep only the region'],
    exclude: ['Results', 'Exclude the region'],
    restore: ['Results', 'Restore: no filter, no region']
  }),
  ...of('mapping', 'run/mapping', {
    differences: ['Results', 'Only rows that differ', 'D'],
    onlyStage: ['Results', 'What if: change only the selected stage', 'O'],
    copy: ['Results', 'Copy the mapping table', 'Ctrl+Alt+C'],
    try: ['Results', 'What if: try another value'],
    fold: ['Results', 'Fold or unfold the layers'],
    copyRow: ['Results', 'Copy the row']
  }),
  ...of(
    'breakdown',
    'run/breakdown',
    each(named(stepGroupings), (title, number) => ['Results', `Break the step down by ${title}`, String(number)])
  ),
  ...of('memory', 'run/memory', {
    next: ['Results', 'Memory: next change', '.'],
    previous: ['Results', 'Memory: change before', ','],
    peak: ['Results', 'Memory: next peak', 'Shift+ArrowRight'],
    peakBefore: ['Results', 'Memory: peak before', 'Shift+ArrowLeft']
  }),
  ...of('timeline', 'run/timeline', {
    in: ['Results', 'Timeline: zoom in', 'W'],
    out: ['Results', 'Timeline: zoom out', 'S'],
    left: ['Results', 'Timeline: earlier', 'A'],
    right: ['Results', 'Timeline: later', 'D'],
    focus: ['Results', 'Timeline: zoom to what is selected', 'F'],
    critical: ['Results', 'Timeline: critical path', 'C'],
    find: ['Results', 'Timeline: find', '/'],
    export: ['Results', 'Timeline: export for Perfetto', 'E']
  }),
  ...of('links', 'run/links', {
    play: ['Results', 'Links: play the step', 'Space'],
    next: ['Results', 'Links: next interval', '.'],
    previous: ['Results', 'Links: interval before', ','],
    csv: ['Results', 'Links: save as CSV']
  }),
  ...of('compare', 'compare', {
    ...each(baselines, (_, number) => ['Results', `Compare: point ${number} is the baseline`, `Alt+${number}`]),
    swap: ['Results', 'Compare: swap with the baseline', 'X'],
    differences: ['Results', 'Compare: only what differs', 'D'],
    transpose: ['Results', 'Compare: turn the table round', 'Shift+T'],
    save: ['Results', 'Compare: save as an exploration']
  }),
  ...of('report', 'report', {
    up: ['Edit', 'Report: move the block up', 'Alt+ArrowUp'],
    down: ['Edit', 'Report: move the block down', 'Alt+ArrowDown'],
    pdf: ['File', 'Report: export as PDF', 'Ctrl+E']
  })
} satisfies Readonly<Record<string, CommandEntry>>

export type CommandId = keyof typeof commandTable

/** Whether commands of both can act at one time. */
export const canMeet = (one: CommandEntry, other: CommandEntry): boolean =>
  one.where.some((here) =>
    other.where.some(
      (there) =>
        here === '*' || there === '*' || here === there || here.startsWith(`${there}/`) || there.startsWith(`${here}/`)
    )
  )
