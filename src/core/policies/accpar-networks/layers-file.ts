import * as z from 'zod'

const count = z.int().positive()
const extent = z.union([count, z.tuple([count, count])])

const common = {
  name: z.string().min(1),
  inputs: count.describe('input features, or input channels of a convolution'),
  outputs: count.describe('output features, or output channels of a convolution')
}

const FullyConnected = z.strictObject({ kind: z.literal('fc'), ...common })

const Convolution = z.strictObject({
  kind: z.literal('conv'),
  ...common,
  kernel: extent.describe('height and width of the filters, or one number for both'),
  inputSize: extent.describe('height and width of the feature map that the layer reads'),
  outputSize: extent.describe(
    'height and width of the feature map that it hands on, after pooling where pooling follows'
  )
})

const Layer = z.discriminatedUnion('kind', [FullyConnected, Convolution], {
  error: "must be 'fc' (fully connected) or 'conv' (convolution)"
})

const Edge = z.tuple([z.string(), z.string()])

/** A network of fully-connected and convolution layers, as AccPar and HyPar partition it. Layers stand in an order in which data can flow. */
export const LayersFile = z
  .strictObject({
    schema: z.literal('tmac.layers/1').default('tmac.layers/1'),
    name: z.string().default(''),
    source: z.string().optional().describe('where the shapes are from'),
    batch: count.describe('samples of one training step'),
    layers: z.array(Layer).min(1),
    shortcuts: z
      .array(Edge)
      .optional()
      .describe('[from, to] beside the chain: what from hands on is also added to what to reads'),
    edges: z
      .array(Edge)
      .optional()
      .describe('[from, to], all of them, for networks that are no chain; a chain in the order listed when absent')
  })
  .refine(({ shortcuts, edges }) => shortcuts === undefined || edges === undefined, {
    error: 'shortcuts are beside a chain and edges are all there is; give one of them, shortcuts as further edges',
    path: ['shortcuts']
  })
export type LayersFile = z.output<typeof LayersFile>
export type LayerSpec = LayersFile['layers'][number]
