import { describe, expect, it } from 'vitest'
import { memoryTreemap, treemapNodes } from '../../src/core/report/charts/memory-treemap.ts'
import { chartThemes } from '../../src/core/report/charts/chart-theme.ts'
import { piecesOf, selectionOfPiece } from '../../src/core/report/memory-view.ts'
import { mappingRows } from '../../src/core/report/mapping-rows.ts'
import { changedSelection, isSelectedOperator } from '../../src/core/report/selection.ts'
import { stepInsight } from '../../src/core/simulator/insight/step-insight.ts'
import { stepOf } from '../fixtures/exported-step.ts'

describe('what is selected', () => {
  it('keeps the stage and the die when another operator is, and drops the layer and the tensor of the one before', () => {
    const before = { point: 3, stage: 1, die: [2, 4] as const, layer: 'dense', op: 'qkv', tensor: 'qkv.input' }
    expect(changedSelection(before, { stage: 0, op: 'logits' })).toEqual({
      point: 3,
      stage: 0,
      die: [2, 4],
      op: 'logits'
    })
    expect(changedSelection(before, { time_s: [1, 2], die: undefined })).toEqual({
      point: 3,
      stage: 1,
      layer: 'dense',
      op: 'qkv',
      tensor: 'qkv.input',
      time_s: [1, 2]
    })
  })

  it('is a row of every class of layers where no class is named, and nothing where nothing is', () => {
    expect(isSelectedOperator({ op: 'qkv' }, { layer: 'dense', op: 'qkv' })).toBe(true)
    expect(isSelectedOperator({ op: 'qkv', layer: 'moe' }, { layer: 'dense', op: 'qkv' })).toBe(false)
    expect(isSelectedOperator({ layer: 'dense' }, { layer: 'dense', op: undefined })).toBe(true)
    expect(isSelectedOperator({}, { layer: 'dense', op: undefined })).toBe(false)
  })
})

describe('a tensor in memory', () => {
  const step = stepOf({ strategy: { tensorParallel: 2, pipelineParallel: 2 } })
  const insight = stepInsight(step, 'analytic')
  const rows = mappingRows(insight, step)
  const pieces = step.mapping.stages.flatMap((_, stage) => piecesOf(insight.memory, stage))

  it('is of a row of the mapping, and of one of its cells where the mapping says what becomes of it', () => {
    const optional = new Set(rows.flatMap(({ tensors }) => tensors.map(({ name }) => name)))
    let cells = 0
    for (const piece of pieces) {
      const own = selectionOfPiece(piece, step)
      const row = rows.find((one) => one.kind === 'operator' && isSelectedOperator(own, one))
      if (piece.step >= 0) expect(row, piece.name).toBeDefined()
      if (!optional.has(own.tensor)) continue
      cells++
      expect(row!.tensors.map(({ name }) => name)).toContain(own.tensor)
    }
    expect(cells).toBeGreaterThan(0)
  })

  it('is found again in the treemap, which counts the whole and the categories as well', () => {
    const own = piecesOf(insight.memory, 0)
    const nodes = treemapNodes(own)
    expect(nodes.filter((node) => node !== undefined)).toHaveLength(own.length)
    const chart = memoryTreemap(own, 'now', chartThemes.print)
    for (const { row, datum } of chart.stops!()) expect(nodes[datum]).toBe(own[row])
  })
})
