import type { Rectangle } from '../chip/floorplan.ts'
import { counted } from '../format/counted.ts'
import { formatBytes_B, formatFlops, formatShare } from '../format/format-quantity.ts'
import { formatCount } from '../format/format-number.ts'
import type { ModelSpec } from '../workload/model-spec.ts'
import type { OperatorRow } from '../workload/operator-rows.ts'

/** By which quantity operators are coloured. */
export const weighingNames = ['flops', 'weights', 'activations'] as const
export type Weighing = (typeof weighingNames)[number]

interface Weighed {
  readonly title: string
  /** The quantity within a sentence. */
  readonly noun: string
  of(row: OperatorRow): number
  /** The quantity of one operator, in words. */
  words(row: OperatorRow): string
}
export const weighings: Readonly<Record<Weighing, Weighed>> = {
  flops: {
    title: 'FLOPs, forward',
    noun: 'forward FLOPs',
    of: ({ forwardFlopsPerToken }) => forwardFlopsPerToken,
    words: ({ forwardFlopsPerToken }) => `${formatFlops(forwardFlopsPerToken)} per token`
  },
  weights: {
    title: 'Weights',
    noun: 'weights',
    of: ({ parameters }) => parameters,
    words: ({ parameters }) => `${formatCount(parameters)} parameters`
  },
  activations: {
    title: 'Activations kept',
    noun: 'kept activations',
    of: ({ stored_BPerToken }) => stored_BPerToken,
    words: ({ stored_BPerToken }) => `${formatBytes_B(stored_BPerToken)} per token`
  }
}

/** The step that shows a model until a person says otherwise. */
export const shownTraining = ({ maxPositions }: ModelSpec) => ({
  globalBatch: 512,
  sequenceLength: Math.min(4096, maxPositions)
})

export interface GraphNode {
  readonly row: OperatorRow
  readonly box: Rectangle
  /** Share of the whole model's quantity, 0..1. */
  readonly share: number
  readonly description: string
}
export interface GraphBlock {
  readonly layer: OperatorRow['layer']
  readonly title: string
  readonly box: Rectangle
  readonly nodes: readonly GraphNode[]
  /** Paths of the data: from operator to operator, and around a branch along the residual stream. */
  readonly arcs: readonly string[]
}

export interface OperatorGraph {
  readonly blocks: readonly GraphBlock[]
  readonly width: number
  readonly height: number
}

const NODE = { width: 96, height: 24 }
const GAP = 14
const [SIDE, TOP, LINE, BLOCK_HEIGHT, BLOCK_GAP] = [12, 40, 58, 74, 8] as const
/** How far above its operators a line of the residual stream runs, and how far from the block's edge one that goes around lines. */
const [ARC, RAIL] = [12, 3] as const
/** From an operator to where the stream leaves it for another line, or comes to it. */
const [LEAVES, COMES] = [GAP / 2 - 1, GAP / 2] as const

/** Operators of a line in so many pixels; three at least, below which a picture says nothing. */
export const operatorsAcross = (width: number): number =>
  Math.max(3, Math.floor((width - 2 * SIDE - 2 + GAP) / (NODE.width + GAP)))

/** The operators of a class in lines: a branch of the residual stream stays in one where it has room there. */
function linesOf(rows: readonly OperatorRow[], most: number): readonly (readonly OperatorRow[])[] {
  const branches: OperatorRow[][] = []
  for (const row of rows) {
    if (row.source === 'residual' || branches.length === 0) branches.push([])
    branches.at(-1)!.push(row)
  }
  const lines: OperatorRow[][] = [[]]
  for (const branch of branches) {
    if (lines.at(-1)!.length > 0 && lines.at(-1)!.length + branch.length > most) lines.push([])
    for (const row of branch) {
      if (lines.at(-1)!.length === most) lines.push([])
      lines.at(-1)!.push(row)
    }
  }
  return lines
}

/** Paths of the data of a block: from operator to operator, over to the next line, and around each branch. */
function arcsOf(lines: readonly (readonly GraphNode[])[]): readonly string[] {
  const middle = ({ box }: GraphNode): number => box.y + NODE.height / 2
  const arcs: string[] = []
  for (const [at, line] of lines.entries()) {
    for (const node of line.slice(1)) arcs.push(`M${node.box.x - GAP} ${middle(node)}H${node.box.x}`)
    const [last, next] = [line.at(-1)!, lines[at + 1]?.[0]]
    if (!next) continue
    const right = last.box.x + NODE.width
    const between = last.box.y + NODE.height + 8
    arcs.push(`M${right} ${middle(last)}h${LEAVES}V${between}H${next.box.x - COMES}V${middle(next)}H${next.box.x}`)
  }
  let from: GraphNode | undefined
  for (const node of lines.flat()) {
    if (node.row.source === 'residual' || !from) from = node
    if (!node.row.closes) continue
    const [start, end] = [from.box.x - COMES, node.box.x + NODE.width + LEAVES]
    const around = from.box.y === node.box.y ? '' : `H${RAIL}V${node.box.y - ARC}`
    arcs.push(`M${start} ${middle(from)}V${from.box.y - ARC}${around}H${end}V${middle(node)}`)
  }
  return arcs
}

/**
 * Lays the operators of each class of layers in lines, one class under the other; coordinates are pixels at scale 1.
 * @param most operators in a line
 */
export function graphOf(rows: readonly OperatorRow[], weighing: Weighing, most: number): OperatorGraph {
  const { of, words } = weighings[weighing]
  const whole = rows.reduce((sum, row) => sum + row.layers * of(row), 0)
  let top = 0
  const blocks = [...new Set(rows.map(({ layer }) => layer))].map((layer): GraphBlock => {
    const own = rows.filter((row) => row.layer === layer)
    const y = top
    const lines = linesOf(own, most).map((line, down) =>
      line.map((row, at): GraphNode => {
        const share = whole > 0 ? (row.layers * of(row)) / whole : 0
        return {
          row,
          share,
          box: { x: SIDE + at * (NODE.width + GAP), y: y + TOP + down * LINE, ...NODE },
          description: `${row.name}${row.shape && `, ${row.shape}`}: ${words(row)}, ${formatShare(share)} of the model with its ${counted(row.layers, 'layer')}`
        }
      })
    )
    const longest = Math.max(...lines.map(({ length }) => length))
    const height = BLOCK_HEIGHT + (lines.length - 1) * LINE
    top += height + BLOCK_GAP
    return {
      layer,
      title: `${layer}${own[0]!.layers > 1 ? ` × ${own[0]!.layers}` : ''}`,
      nodes: lines.flat(),
      arcs: arcsOf(lines),
      box: { x: 0, y, width: 2 * SIDE + longest * (NODE.width + GAP) - GAP + 2, height }
    }
  })
  return { blocks, width: Math.max(...blocks.map(({ box }) => box.width)), height: top - BLOCK_GAP }
}
