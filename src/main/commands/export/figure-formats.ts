/** In which one figure is written: the picture, or its numbers. */
export const figureFormats = ['svg', 'csv'] as const

/** Figures that are of a chip or a model and need no project. */
export const drawingKinds = ['floorplan', 'die', 'operators'] as const
