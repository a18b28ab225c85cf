import { statSync } from 'node:fs'
import { openProject } from '../../src/main/projects/open-project.ts'
import { exampleChip, exampleInputs, exampleKeptPoint, exampleMapping } from '../fixtures/kept-point.ts'

const BATCH = 500
const CHIPS = 1000
const MAPPINGS = 100

export interface LargeProject {
  readonly size_B: number
  readonly rowsPerSecond: number
}

/** Writes a project with one finished run of so many made-up points, by the calls that a search uses, and says how fast that went. */
export function writeLargeProject(path: string, points: number): LargeProject {
  const store = openProject(path, { create: true })
  const mappings = Array.from({ length: MAPPINGS }, (_, index) => exampleMapping(4, index + 1))
  // A search explores wafers: most points have a chip of their own, and many points share one.
  const chips = Array.from({ length: CHIPS }, (_, index) => exampleChip({ name: `wafer-${index}` }))
  // What the points differ in is what a chart shows; a run's evaluations are as large as this one.
  const pointAt = (index: number) => {
    const [turn, step] = [(index * 0.618_034) % 1, index / points]
    const tokensPerSecond = 8000 + 20_000 * step * (0.5 + turn / 2)
    return exampleKeptPoint({
      mapping: mappings[Math.floor(index / CHIPS) % MAPPINGS]!,
      chip: chips[index % CHIPS]!,
      source: index % CHIPS === 0 ? 'search' : 'architecture',
      label: `design ${index}`,
      area_mm2: 30_000 + 20_000 * turn,
      cost_usd: 20_000 + 30_000 * ((index * 0.414_214) % 1),
      evaluation: {
        tokensPerSecond,
        power_W: { low: 3000 + 9000 * step, high: 5000 + 10_000 * (0.4 * turn + 0.6 * step) }
      }
    })
  }
  try {
    const run = store.startRun(exampleInputs(), {
      command: 'bench',
      versions: { tmac: '0', node: '0', schema: 0 }
    })
    let writing_ms = 0
    for (let first = 0; first < points; first += BATCH) {
      const batch = Array.from({ length: Math.min(BATCH, points - first) }, (_, at) => pointAt(first + at))
      const before = performance.now()
      run.keep(batch)
      writing_ms += performance.now() - before
    }
    run.finish({})
    return { size_B: statSync(path).size, rowsPerSecond: (points / writing_ms) * 1000 }
  } finally {
    store.close()
  }
}
