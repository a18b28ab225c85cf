import * as z from 'zod'

const positive = z.number().positive()
const nonnegative = z.number().nonnegative()
// Values no chip has, but a value in another unit would: told before they become results.
const bandwidth = positive.min(1e6, 'under 1,000,000 B/s; bandwidths are in bytes per second, 1 GB/s is 1e9')
const clock = positive.min(1e6, 'under 1,000,000 Hz; clocks are in hertz, 1 GHz is 1e9')
const speed = positive.min(1e9, 'under 1e9 FLOP/s; speeds are in FLOP per second, 1 TFLOP/s is 1e12')
const capacity = positive.min(1e4, 'under 10,000 B; capacities are in bytes, 1 GB is 1e9')
const latency = nonnegative.max(0.1, 'above 0.1 s; latencies are in seconds, 1 ns is 1e-9')
const millimetres = positive.max(1e4, 'above 10,000 mm; lengths are in millimetres')
const count = z.int().positive()
/** Lowest and highest published value, picojoule per bit. */
const energyRange = z.tuple([nonnegative, nonnegative]).describe('[low, high] in pJ/bit')

const Wafer = z.strictObject({
  shape: z.enum(['disc', 'square']).describe('a round wafer, or the square (corners clipped) cut from one'),
  size_mm: millimetres.describe('diameter of the disc or side of the square'),
  edgeExclusion_mm: nonnegative.describe('ring of the 300 mm wafer, or of the disc given, that carries no dies')
})

const Die = z.strictObject({
  width_mm: millimetres,
  height_mm: millimetres,
  cores: count.describe('compute cores per die that work; spare ones are not counted'),
  spareCores: z
    .int()
    .nonnegative()
    .optional()
    .describe('cores made beside `cores`, any of which may be dead; none when absent'),
  macsPerCore: count.describe('16-bit multiply-accumulates per core and cycle'),
  arrayRows: count.describe('rows of the systolic array a core is made of'),
  arrayColumns: count,
  clock_Hz: clock,
  sramPerCore_B: positive,
  sramBandwidth_Bps: bandwidth.describe('all cores of a die together'),
  energyPerFlop_pJ: z.tuple([positive, positive]).describe('[low, high] whole-chip energy of one 16-bit FLOP')
})

const Memory = z.strictObject({
  kind: z
    .enum(['stacks', 'stacked-on-die', 'edge', 'sram'])
    .describe('DRAM stacks beside each die; bonded on the die; DRAM ports on the wafer edge; none but the SRAM'),
  stacksPerDie: nonnegative.describe('for edge: ports of the whole wafer, shared equally by its dies'),
  stackCapacity_B: nonnegative,
  stackBandwidth_Bps: nonnegative.describe('reads and writes together'),
  stackFootprint_mm2: nonnegative,
  energy_pJPerBit: energyRange
})

const Links = z.strictObject({
  bandwidthPerEdge_Bps: bandwidth.describe('one edge of a die, one direction'),
  latency_s: latency.describe('one hop'),
  reach_mm: positive.describe('longest wire'),
  energy_pJPerBit: energyRange,
  shorelineDensity_BpsPerMm: positive.describe(
    'what a millimetre of die edge carries, both directions, DRAM and links together'
  )
})

const WaferLink = z.strictObject({
  bandwidth_Bps: bandwidth.describe('one wafer edge, one direction'),
  latency_s: latency,
  energy_pJPerBit: energyRange
})

const PowerLimit = z
  .strictObject({
    cap_W: positive.nullable().describe('of one wafer; null waives the cap'),
    waiver: z.string().min(1).optional().describe('why a null cap is acceptable; required with it')
  })
  .refine((power) => power.cap_W !== null || power.waiver !== undefined, {
    error: 'a null cap needs a waiver that says why; give power.waiver, or power.cap_W in watt',
    path: ['waiver']
  })

/** How the wafer is made, where it differs from bonding known-good dies at the yields of the technology table. */
const Manufacture = z.strictObject({
  assembly: z
    .enum(['known-good-dies', 'monolithic'])
    .optional()
    .describe('tested dies bonded on a passive wafer (when absent), or one wafer whose reticles are stitched'),
  yieldModel: z
    .enum(['negative-binomial', 'poisson', 'murphy', 'seeds'])
    .optional()
    .describe('negative binomial when absent'),
  bondYield: z
    .number()
    .positive()
    .max(1)
    .optional()
    .describe('share of bonds that hold; the assembly table when absent'),
  repairableShare: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe('share of the die area that spare cores can replace; the assembly table when absent'),
  costCap_usd: positive.optional().describe('most that one good wafer may cost; no limit when absent')
})

/** A larger, slower memory behind every die for tensors that wait for the backward pass: host memory, or memory off the wafer. */
const Offload = z.strictObject({
  bandwidthPerDie_Bps: bandwidth.describe('each way'),
  capacityPerDie_B: capacity
})

/** What an operator costs beyond arithmetic and bytes; zero overheads on wafers, fitted ones on GPUs. */
const Execution = z.strictObject({
  matrixEfficiency: z.number().positive().max(1).describe('share of peak that a very large matrix product reaches'),
  halfRows: nonnegative.describe('rows M at which a product reaches half of matrixEfficiency: M/(M+halfRows)'),
  halfColumns: nonnegative,
  halfReduction: nonnegative,
  memoryEfficiency: z.number().positive().max(1).describe('share of peak bandwidth that streaming operators reach'),
  launchOverhead_s: nonnegative.describe('host and scheduler time of one kernel'),
  iterationOverhead_s: nonnegative.describe('data loader and framework time of one optimiser step'),
  overlap: z
    .number()
    .min(0)
    .max(1)
    .describe('share of the communication that can hide under independent compute that does'),
  gradientOverlap: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe('the same for the gradient synchronisation at the end of a step; overlap when absent'),
  collectiveShare: z
    .number()
    .positive()
    .optional()
    .describe('bandwidth that collectives reach inside a training step over what they reach alone; 1 when absent'),
  misalignedShare: z
    .number()
    .positive()
    .max(1)
    .optional()
    .describe('share of its speed that a product keeps whose width is no multiple of 8 elements; 1 when absent'),
  flashEfficiency: z
    .number()
    .positive()
    .max(1)
    .optional()
    .describe('share of peak that fused attention kernels reach at most; that of other products when absent'),
  unfusedShare: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe(
      'share of norms, rotations and gates that ZeRO-3 runs as they are written, one kernel for each operation: 1 plain modules, 0 compiled ones; 0 when absent'
    ),
  optimizerPasses_BPerParameter: nonnegative
    .optional()
    .describe(
      'main-memory bytes per parameter that an optimiser of separate kernels moves beyond one pass, with fp32 gradients; 0 when absent'
    )
})

/** Source of every number, by its path as `die.clock_Hz`; a range of two numbers is one entry. */
const Provenance = z.record(
  z.string(),
  z.strictObject({
    source: z.string().min(1),
    mark: z
      .enum(['R', 'S', 'M', 'I', 'X', 'F', 'U'])
      .describe('R primary, S secondary, M general knowledge, I inferred, X computed, F fitted, U set by the user')
  })
)

// More dies than fit on a wafer when each is a tenth of a millimetre wide would only fill the memory.
const side = count.max(1000, 'more than 1,000; a wafer of 300 mm has no room for so many dies in a row')

/** The mesh of dies of one wafer. */
const Grid = z
  .strictObject({
    rows: side.describe('rows of dies'),
    columns: side.describe('dies of a row'),
    gap_mm: nonnegative.describe('between neighbouring sites, a die with its stacks'),
    spares: z.int().nonnegative().default(0).describe('dies of the mesh that stand by for ones that fail')
  })
  .refine((grid) => grid.spares < grid.rows * grid.columns, {
    error: 'spares must be fewer than rows x columns; at least one die must work',
    path: ['spares']
  })

/** A wafer: a mesh of equal dies. */
export const WaferChipSpec = z.strictObject({
  schema: z.literal('tmac.chip/1').default('tmac.chip/1'),
  kind: z.literal('wafer'),
  name: z.string().min(1),
  title: z.string().default(''),
  technology: z.string(),
  wafer: Wafer,
  wafers: count.default(1),
  grid: Grid,
  die: Die,
  memory: Memory,
  links: Links,
  waferLink: WaferLink,
  power: PowerLimit,
  manufacture: Manufacture.optional(),
  offload: Offload.optional(),
  execution: Execution,
  provenance: Provenance.default({})
})
export type WaferChipSpec = z.output<typeof WaferChipSpec>

/** A switched cluster: nodes of accelerators behind a two-level network. */
export const ClusterChipSpec = z.strictObject({
  schema: z.literal('tmac.chip/1').default('tmac.chip/1'),
  kind: z.literal('cluster'),
  name: z.string().min(1),
  title: z.string().default(''),
  devices: count,
  device: z.strictObject({
    peakFlops: speed.describe('dense 16-bit FLOP/s'),
    memory_B: capacity,
    memoryBandwidth_Bps: bandwidth,
    cache_B: capacity,
    power_W: positive,
    energyPerFlop_pJ: z.tuple([positive, positive]),
    memoryEnergy_pJPerBit: energyRange
  }),
  node: z.strictObject({
    devices: count,
    bandwidth_Bps: bandwidth.describe('per device and direction, what collectives of a whole node reach'),
    groupBandwidth_Bps: z
      .array(positive)
      .optional()
      .describe('the same for groups of 2, 3, ... devices of one node; bandwidth_Bps for sizes it does not list'),
    latency_s: latency.describe('one collective launch'),
    stepLatency_s: latency.describe('one ring step'),
    energy_pJPerBit: energyRange
  }),
  network: z.strictObject({
    bandwidthPerDevice_Bps: bandwidth.describe('between nodes, per device and direction'),
    latency_s: latency.describe('one step between nodes'),
    energy_pJPerBit: energyRange
  }),
  offload: Offload.optional(),
  execution: Execution,
  provenance: Provenance.default({})
})
export type ClusterChipSpec = z.output<typeof ClusterChipSpec>

export const ChipSpec = z.discriminatedUnion('kind', [WaferChipSpec, ClusterChipSpec])
export type ChipSpec = z.output<typeof ChipSpec>
export type ChipSpecInput = z.input<typeof ChipSpec>
