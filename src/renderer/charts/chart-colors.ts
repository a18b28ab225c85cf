/** Colours of a chart's own parts on light and dark ground; those of data are the same on both. */
export interface ChartColors {
  readonly ink: string
  readonly quiet: string
  readonly line: string
  readonly ground: string
  readonly ours: string
  readonly theirs: string
}

export const chartColors = (dark: boolean): ChartColors =>
  dark
    ? { ink: '#e6eaee', quiet: '#a3adb7', line: '#333b44', ground: '#1b2026', ours: '#4aa3df', theirs: '#7d8894' }
    : { ink: '#1f2933', quiet: '#5b6770', line: '#dde2e7', ground: '#ffffff', ours: '#0072B2', theirs: '#8d99a5' }
