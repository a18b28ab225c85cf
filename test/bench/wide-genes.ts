import type { ArchitectureSpace } from '../../src/core/search/architecture-space.ts'

/** Ranges of six genes around `wsc-llm-54`, far more wafers than a bench looks at; the default neighbourhood has fewer than ten thousand. */
export const wideGenes: ArchitectureSpace['genes'] = {
  'grid.rows': { from: 4, to: 9 },
  'grid.columns': { from: 4, to: 9 },
  'die.cores': { from: 96, to: 400 },
  'die.clock_Hz': { from: 0.5e9, to: 2e9 },
  'links.bandwidthPerEdge_Bps': { from: 0.1e12, to: 1.5e12 },
  'memory.stacksPerDie': { from: 1, to: 6, step: 1 }
}
