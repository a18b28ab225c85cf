/** In which a report is written. */
export const reportFormats = ['html', 'pdf', 'markdown', 'zip'] as const
export type ReportFormat = (typeof reportFormats)[number]
