/** A number of the model that a person may set. */
export interface NumberField {
  readonly field: string
  readonly title: string
  readonly unit: string
}

export const shapeFields: readonly NumberField[] = [
  { field: 'layers', title: 'Layers', unit: 'layers' },
  { field: 'hidden', title: 'Hidden width', unit: 'elements' },
  { field: 'heads', title: 'Attention heads', unit: 'heads' },
  { field: 'kvHeads', title: 'Key and value heads', unit: 'heads' },
  { field: 'headDimension', title: 'Width of a head', unit: 'elements' },
  { field: 'ffnHidden', title: 'Feed-forward width', unit: 'elements' },
  { field: 'vocabulary', title: 'Vocabulary', unit: 'tokens' },
  { field: 'maxPositions', title: 'Longest sequence', unit: 'tokens' }
]

export const expertFields: readonly NumberField[] = [
  { field: 'moe.experts', title: 'Experts of a layer', unit: 'experts' },
  { field: 'moe.topK', title: 'Experts a token visits', unit: 'experts' },
  { field: 'moe.expertHidden', title: 'Width of an expert', unit: 'elements' },
  { field: 'moe.sharedExperts', title: 'Experts all tokens visit', unit: 'experts' },
  { field: 'moe.firstLayer', title: 'First layer with experts', unit: 'index' },
  { field: 'moe.everyLayers', title: 'One layer in', unit: 'layers' }
]

export const choiceFields = [
  { field: 'ffn', title: 'Feed-forward', choices: ['gelu', 'swiglu'] },
  { field: 'positions', title: 'Positions', choices: ['learned', 'rotary'] },
  { field: 'normalization', title: 'Normalization', choices: ['layernorm', 'rmsnorm'] }
] as const

export const flagFields = [
  { field: 'tiedEmbeddings', title: 'Embedding and head share one table' },
  { field: 'biases', title: 'Products have biases' }
] as const
