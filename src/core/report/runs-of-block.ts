import { sourcesOf } from './figure-of.ts'
import type { ReportMaterial } from './report-material.ts'
import type { ReportBlock } from './report-spec.ts'

/** The runs of which a block shows something; those that are gone are not among them. */
export function runsOfBlock(block: ReportBlock, material: ReportMaterial): readonly number[] {
  const ofPoint = (id: number): number[] => {
    const point = material.point(id)
    return point ? [point.runId] : []
  }
  switch (block.kind) {
    case 'text':
      return []
    case 'table':
    case 'passage':
    case 'provenance':
      return [block.run]
    case 'facts':
    case 'mapping':
      return ofPoint(block.point)
    case 'comparison':
      return block.points.flatMap(ofPoint)
    case 'figure': {
      const { run, points } = sourcesOf(block.figure)
      return run === undefined ? points.flatMap(ofPoint) : [run]
    }
  }
}
