import type { SwitchedGroup } from './collective-cost.ts'

/** How the devices of a group lie on nodes of consecutive devices. */
export function switchedGroup(members: readonly number[], nodeDevices: number): SwitchedGroup {
  const onNode = new Map<number, number>()
  for (const member of members) {
    const node = Math.floor(member / nodeDevices)
    onNode.set(node, (onNode.get(node) ?? 0) + 1)
  }
  const counts = [...onNode.values()]
  return {
    size: members.length,
    perNode: counts.reduce((most, count) => Math.max(most, count), 0),
    fewest: counts.reduce((least, count) => Math.min(least, count), Infinity),
    nodes: onNode.size
  }
}

/** The ways in which groups side by side lie on nodes, each once. */
export function distinctSwitchedGroups(
  groups: readonly (readonly number[])[],
  nodeDevices: number
): readonly SwitchedGroup[] {
  const found = new Map<string, SwitchedGroup>()
  for (const members of groups) {
    const group = switchedGroup(members, nodeDevices)
    found.set(`${group.size} ${group.perNode} ${group.fewest} ${group.nodes}`, group)
  }
  return [...found.values()]
}
