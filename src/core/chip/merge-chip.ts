import { canonicalJson } from '../canonical.ts'
import { parseInput, Problem } from '../problem.ts'
import { ChipSpec } from './chip-spec.ts'
import { numericLeaves } from './numeric-leaves.ts'

type Tree = Record<string, unknown>
const isTree = (value: unknown): value is Tree => value !== null && typeof value === 'object' && !Array.isArray(value)

/** Members of the override replace those of the base; objects merge, arrays and numbers are taken whole. */
const merged = (base: unknown, override: unknown): unknown =>
  isTree(base) && isTree(override)
    ? Object.fromEntries([
        ...Object.entries(base),
        ...Object.entries(override).map(([key, value]) => [
          key,
          merged(Object.hasOwn(base, key) ? base[key] : undefined, value)
        ])
      ])
    : override

/** Bandwidths fitted per group size say nothing of a node whose bandwidth somebody sets. */
function withoutGroups(base: ChipSpec, change: Tree): ChipSpec {
  const node = isTree(change.node) ? change.node : {}
  if (base.kind !== 'cluster' || node.bandwidth_Bps === undefined || node.groupBandwidth_Bps !== undefined) return base
  const { groupBandwidth_Bps: _fitted, ...rest } = base.node
  const { 'node.groupBandwidth_Bps': _source, ...provenance } = base.provenance
  return { ...base, node: rest, provenance }
}

function withDevices(base: ChipSpec, override: Tree, devices: number | undefined): Tree {
  if (devices === undefined) return override
  if (base.kind === 'cluster') return { ...override, devices }
  throw new Problem(
    'bad-input',
    `chip '${base.name}' is a wafer and has no device count: it has ${base.grid.rows} rows x ${base.grid.columns} columns` +
      ` of dies; set grid.rows, grid.columns or wafers in place of devices ${devices}`,
    'devices'
  )
}

/**
 * A chip that is the base but for what the override says, parsed by the schema. Numbers that the override changes
 * lose the source they had and are marked 'U', unless the override brings a source of its own.
 * @param override part of a ChipSpec, as `{ grid: { columns: 7 } }`; undefined or null changes nothing
 * @param devices count of a cluster's devices
 * @throws Problem `bad-input` for an unknown key, an illegal value, a change of kind, or devices on a wafer
 */
export function mergeChip(base: ChipSpec, override: unknown, devices?: number): ChipSpec {
  const given = override ?? {}
  if (!isTree(given)) throw new Problem('bad-input', `chip '${base.name}': what overrides it must be an object`, 'chip')
  const change = withDevices(base, given, devices)
  if (Object.keys(change).length === 0) return base
  if (change.kind !== undefined && change.kind !== base.kind)
    throw new Problem(
      'bad-input',
      `chip '${base.name}' is a ${base.kind} and cannot become '${String(change.kind)}'; start from another preset`,
      'kind'
    )
  const chip = parseInput(ChipSpec, merged(withoutGroups(base, change), change), `chip '${base.name}'`)
  const before = numericLeaves(base)
  const ownSources = isTree(change.provenance) ? change.provenance : {}
  const changed = [...numericLeaves(chip)].filter(
    ([path, value]) => canonicalJson(value) !== canonicalJson(before.get(path)) && !Object.hasOwn(ownSources, path)
  )
  const set = changed.map(([path]) => [
    path,
    { source: `set in place of the value of ${base.name}`, mark: 'U' as const }
  ])
  return { ...chip, provenance: { ...chip.provenance, ...Object.fromEntries(set) } }
}
