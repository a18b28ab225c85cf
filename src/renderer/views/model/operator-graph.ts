import { formatBytes_B, formatFlops, formatShare } from '../../../core/format/format-quantity.ts'
import { formatCount } from '../../../core/format/format-number.ts'
import type { OperatorRow } from '../../../core/workload/operator-rows.ts'

/** By which quantity operators are coloured. */
export const weighings = {
  forwardFlopsPerToken: { title: 'FLOPs, forward', format: (value: number) => `${formatFlops(value)} per token` },
  parameters: { title: 'Weights', format: (value: number) => `${formatCount(value)} parameters` },
  stored_BPerToken: { title: 'Activations kept', format: (value: number) => `${formatBytes_B(value)} per token` }
} as const
export type Weighing = keyof typeof weighings

interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}
export interface GraphNode {
  readonly row: OperatorRow
  readonly box: Box
  /** Share of the whole model's quantity, 0..1. */
  readonly share: number
  readonly description: string
}
export interface GraphBlock {
  readonly layer: OperatorRow['layer']
  readonly title: string
  readonly box: Box
  readonly nodes: readonly GraphNode[]
  /** Paths of the data: from operator to operator, and around a branch along the residual stream. */
  readonly arcs: readonly string[]
}

const NODE = { width: 92, height: 24 }
const GAP = 18
const [LEFT, TOP, BLOCK_HEIGHT, BLOCK_GAP] = [12, 44, 84, 10] as const

/** Lays the operators of each class of layers in a row, one class under the other; coordinates are pixels at scale 1. */
export function graphOf(rows: readonly OperatorRow[], weighing: Weighing) {
  const whole = rows.reduce((sum, row) => sum + row.layers * row[weighing], 0)
  const layers = [...new Set(rows.map(({ layer }) => layer))]
  const blocks = layers.map((layer, index): GraphBlock => {
    const own = rows.filter((row) => row.layer === layer)
    const y = index * (BLOCK_HEIGHT + BLOCK_GAP)
    const nodes = own.map((row, at): GraphNode => {
      const share = whole > 0 ? (row.layers * row[weighing]) / whole : 0
      return {
        row,
        share,
        box: { x: LEFT + at * (NODE.width + GAP), y: y + TOP, ...NODE },
        description: `${row.name}${row.shape && `, ${row.shape}`}: ${weighings[weighing].format(row[weighing])}, ${formatShare(share)} of the model with its ${row.layers} ${row.layers === 1 ? 'layer' : 'layers'}`
      }
    })
    const middle = y + TOP + NODE.height / 2
    const chain = nodes.slice(1).map(({ box }) => `M${box.x - GAP} ${middle}H${box.x}`)
    const branches: string[] = []
    let from = 0
    for (const [at, { row }] of nodes.entries()) {
      if (row.source === 'residual') from = at
      if (!row.closes) continue
      const [start, end] = [nodes[from]!.box.x - GAP / 2, nodes[at]!.box.x + NODE.width + GAP / 2 - 2]
      branches.push(`M${start} ${middle}V${y + TOP - 12}H${end}V${middle}`)
    }
    return {
      layer,
      title: `${layer}${own[0]!.layers > 1 ? ` × ${own[0]!.layers}` : ''}`,
      nodes,
      arcs: [...chain, ...branches],
      box: { x: 0, y, width: LEFT * 2 + own.length * (NODE.width + GAP) - GAP + 6, height: BLOCK_HEIGHT }
    }
  })
  return {
    blocks,
    width: Math.max(...blocks.map(({ box }) => box.width)),
    height: blocks.length * (BLOCK_HEIGHT + BLOCK_GAP) - BLOCK_GAP
  }
}
