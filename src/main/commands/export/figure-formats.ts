/** In which one figure of a project is written: the picture, or its numbers. */
export const figureFormats = ['svg', 'csv'] as const
