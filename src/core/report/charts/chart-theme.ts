/** Colours and type of a chart's own parts and of its data; a chart is built for one theme. */
export interface ChartTheme {
  readonly name: ChartThemeName
  readonly ink: string
  readonly quiet: string
  /** Rules of the grid. */
  readonly line: string
  readonly ground: string
  readonly ours: string
  readonly theirs: string
  /** Policies of others among points. */
  readonly rival: string
  /** What must not be passed, as the capacity of a memory. */
  readonly limit: string
  /** Categories in the order in which they are used. */
  readonly categories: readonly string[]
  /** Low to high of a quantity, perceptually even. */
  readonly sequence: readonly string[]
  /** Whether areas carry a pattern beside their colour. */
  readonly patterns: boolean
  /** Without quotes: a renderer writes it into an attribute as it is. */
  readonly font: string
  readonly fontSize: number
}
export type ChartThemeName = 'light' | 'dark' | 'high-contrast' | 'print'

const font = 'system-ui, Segoe UI, Roboto, DejaVu Sans, sans-serif'

/**
 * Okabe and Ito's hues (Color Universal Design, 2008). The first four keep a contrast of 3:1 on white and on #1e1e1e (WCAG 2.2, 1.4.11); the
 * later ones need the outline that every area has.
 */
const categories = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9', '#F0E442', '#8A8A8A']

/** Cividis (Nuñez, Anderton, Renslow 2018) at five places, readable also without red-green vision. */
const cividis = ['#00224E', '#35456C', '#7D7C78', '#BCAF6F', '#FEE838']
/** The upper part of cividis, which stands out from a dark ground. */
const lightCividis = ['#4E5A73', '#7D7C78', '#9D9674', '#BCAF6F', '#FEE838']

const light: ChartTheme = {
  name: 'light',
  ink: '#1f2933',
  quiet: '#52606d',
  line: '#dde2e7',
  ground: '#ffffff',
  ours: '#0072B2',
  theirs: '#8d99a5',
  rival: '#D55E00',
  limit: '#B3261E',
  categories,
  sequence: cividis,
  patterns: true,
  font,
  fontSize: 12
}

export const chartThemes: Readonly<Record<ChartThemeName, ChartTheme>> = {
  light,
  dark: {
    ...light,
    name: 'dark',
    ink: '#e6eaee',
    quiet: '#a3adb7',
    line: '#333b44',
    ground: '#1b2026',
    ours: '#4aa3df',
    theirs: '#7d8894',
    limit: '#ff9a8f',
    sequence: lightCividis
  },
  'high-contrast': {
    ...light,
    name: 'high-contrast',
    ink: '#ffffff',
    quiet: '#ffffff',
    line: '#8a8a8a',
    ground: '#000000',
    ours: '#56B4E9',
    theirs: '#c0c0c0',
    rival: '#E69F00',
    limit: '#ff8f87',
    categories: ['#56B4E9', '#E69F00', '#00c795', '#f0a8cf', '#F0E442', '#ffffff', '#D55E00', '#b0b0b0'],
    sequence: lightCividis
  },
  print: { ...light, name: 'print', quiet: '#444b52', line: '#e3e7eb', theirs: '#9aa5b1', patterns: false }
}
