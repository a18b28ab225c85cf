import * as z from 'zod'

// Far beyond any published model, so that a slip of the pen is refused before it fills the memory.
const count = z
  .int()
  .positive()
  .max(2 ** 30)
const layerCount = z.int().positive().max(10_000)

const MoeSpec = z.strictObject({
  experts: count.describe('routed experts of one MoE layer'),
  topK: count.describe('routed experts that each token visits'),
  expertHidden: count.describe('inner width of one expert'),
  sharedExperts: z.int().nonnegative().default(0).describe('experts every token visits, each expertHidden wide'),
  firstLayer: z.int().nonnegative().default(0).describe('index of the first MoE layer; the layers before it are dense'),
  everyLayers: count.default(1).describe('one layer in this many is MoE, counted from firstLayer')
})

const ModelFields = z.strictObject({
  name: z.string().min(1),
  layers: layerCount,
  hidden: count,
  heads: count,
  kvHeads: count.optional(),
  headDimension: count.optional(),
  ffnHidden: count.optional(),
  ffn: z.enum(['gelu', 'swiglu']).default('gelu'),
  vocabulary: count,
  maxPositions: count.default(2048),
  positions: z.enum(['learned', 'rotary']).optional(),
  tiedEmbeddings: z.boolean().optional(),
  normalization: z.enum(['layernorm', 'rmsnorm']).optional(),
  biases: z.boolean().optional(),
  moe: MoeSpec.optional()
})

/**
 * A decoder-only transformer as its configuration file describes it. Only layers, hidden, heads and vocabulary have no default; a gated
 * (`swiglu`) model defaults to the Llama family's conventions (rotary, untied, RMS norm, no biases, ffn 8h/3), any other to GPT's.
 */
export const ModelSpec = ModelFields.transform((fields, context) => {
  const gated = fields.ffn === 'swiglu'
  const kvHeads = fields.kvHeads ?? fields.heads
  const headDimension = fields.headDimension ?? fields.hidden / fields.heads
  const refuse = (path: string, message: string): void =>
    context.addIssue({ code: 'custom', path: [path], message, input: fields })
  if (!Number.isInteger(headDimension))
    refuse('heads', `hidden ${fields.hidden} is not divisible by heads ${fields.heads}; state headDimension`)
  if (fields.heads % kvHeads !== 0) refuse('kvHeads', `heads ${fields.heads} is not a multiple of kvHeads ${kvHeads}`)
  if (fields.moe && fields.moe.topK > fields.moe.experts)
    refuse('moe', `topK ${fields.moe.topK} is more than experts ${fields.moe.experts}`)
  if (fields.moe && fields.moe.firstLayer >= fields.layers)
    refuse('moe', `firstLayer ${fields.moe.firstLayer} is not one of the ${fields.layers} layers`)
  return {
    name: fields.name,
    layers: fields.layers,
    hidden: fields.hidden,
    heads: fields.heads,
    kvHeads,
    headDimension,
    ffnHidden: fields.ffnHidden ?? (gated ? Math.round((8 * fields.hidden) / 3) : 4 * fields.hidden),
    ffn: fields.ffn,
    vocabulary: fields.vocabulary,
    maxPositions: fields.maxPositions,
    positions: fields.positions ?? (gated ? ('rotary' as const) : ('learned' as const)),
    tiedEmbeddings: fields.tiedEmbeddings ?? !gated,
    normalization: fields.normalization ?? (gated ? ('rmsnorm' as const) : ('layernorm' as const)),
    biases: fields.biases ?? !gated,
    ...(fields.moe && { moe: fields.moe })
  }
})

/** What people write: most fields optional. */
export type ModelSpecInput = z.input<typeof ModelSpec>
/** What the engine works on: every field present (moe only for mixture-of-experts models). */
export type ModelSpec = z.output<typeof ModelSpec>
