/** Figures a report may show; a host draws them. */
export type ChartName = 'policies' | 'front' | 'time' | 'memory' | 'wafer'
