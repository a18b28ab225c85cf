import type { ChipSpec } from '../../chip/chip-spec.ts'
import { dieMemoryBandwidth_Bps, diePeak_flops } from '../../chip/die-resources.ts'

const GIBI = 2 ** 30
const GIGA = 1e9
const TERA = 1e12
const NANO_PER_S = 1e9

/** A dimension of the network as ASTRA-sim's analytical network describes it. */
interface Dimension {
  readonly topology: 'Mesh' | 'Switch'
  readonly dies: number
  readonly bandwidth_Bps: number
  readonly latency_s: number
}

/**
 * Die numbers run through the first dimension first: along a wafer's row, then down its column, then wafer by wafer; on a cluster through a
 * node, then node by node. Facing edges of wafers share one link, of which each die is given its part.
 */
function dimensionsOf(chip: ChipSpec): readonly Dimension[] {
  const all: readonly Dimension[] =
    chip.kind === 'wafer'
      ? [
          ...([chip.grid.columns, chip.grid.rows] as const).map((dies) => ({
            topology: 'Mesh' as const,
            dies,
            bandwidth_Bps: chip.links.bandwidthPerEdge_Bps,
            latency_s: chip.links.latency_s
          })),
          {
            topology: 'Mesh',
            dies: chip.wafers,
            bandwidth_Bps: chip.waferLink.bandwidth_Bps / (chip.grid.rows * chip.grid.columns),
            latency_s: chip.waferLink.latency_s
          }
        ]
      : [
          {
            topology: 'Switch',
            dies: Math.min(chip.devices, chip.node.devices),
            bandwidth_Bps: chip.node.bandwidth_Bps,
            latency_s: chip.node.stepLatency_s
          },
          {
            topology: 'Switch',
            dies: Math.ceil(chip.devices / chip.node.devices),
            bandwidth_Bps: chip.network.bandwidthPerDevice_Bps,
            latency_s: chip.network.latency_s
          }
        ]
  // A dimension of one die joins nothing, and readers refuse it.
  const used = all.filter(({ dies }) => dies > 1)
  return used.length > 0 ? used : all.slice(0, 1)
}

/** Dies of the network that {@link networkFile} describes: those of the chip, and where its last node is not full, that node's empty places. */
export const networkPlaces = (chip: ChipSpec): number =>
  dimensionsOf(chip).reduce((product, { dies }) => product * dies, 1)

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

/** `network.yml`: topology, dies, GB/s (2^30 bytes, as ASTRA-sim counts) and ns by dimension. */
export function networkFile(chip: ChipSpec): string {
  const dimensions = dimensionsOf(chip)
  const list = (values: readonly (string | number)[]): string => `[ ${values.join(', ')} ]`
  return [
    `topology: ${list(dimensions.map(({ topology }) => topology))}`,
    `npus_count: ${list(dimensions.map(({ dies }) => dies))}`,
    `bandwidth: ${list(dimensions.map(({ bandwidth_Bps }) => bandwidth_Bps / GIBI))}`,
    `latency: ${list(dimensions.map(({ latency_s }) => latency_s * NANO_PER_S))}`,
    ''
  ].join('\n')
}

/**
 * `system.json` of ASTRA-sim 2: compute takes the durations of the trace, collectives ring in every dimension. What a chip does not say
 * (endpoint delay, chunks) is as in ASTRA-sim's own examples (examples/system/native_collectives).
 */
export function systemFile(chip: ChipSpec): string {
  const each = (algorithm: string): readonly string[] => dimensionsOf(chip).map(() => algorithm)
  return json({
    'scheduling-policy': 'FIFO',
    'endpoint-delay': 10,
    'active-chunks-per-dimension': 1,
    'preferred-dataset-splits': 4,
    'all-reduce-implementation': each('ring'),
    'all-gather-implementation': each('ring'),
    'reduce-scatter-implementation': each('ring'),
    'all-to-all-implementation': each('direct'),
    'collective-optimization': 'localBWAware',
    'local-mem-bw': dieMemoryBandwidth_Bps(chip) / GIGA,
    'boost-mode': 0,
    'roofline-enabled': 0,
    'peak-perf': diePeak_flops(chip) / TERA
  })
}

/** `memory.json`: memory outside the die is in the compute times already. */
export const memoryFile = (): string => json({ 'memory-type': 'NO_MEMORY_EXPANSION' })

/** `groups.json`: dies of each communicator by its number. */
export const groupsFile = (members: Readonly<Record<string, readonly number[]>>): string => json(members)
