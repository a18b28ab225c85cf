import { chipPreset } from '../../src/core/chip/chip-presets.ts'
import { evolve, type Domain, type Individual } from '../../src/core/optimization/evolution.ts'
import { hypervolume } from '../../src/core/optimization/hypervolume.ts'
import { paretoFront } from '../../src/core/optimization/pareto.ts'
import { randomStream, type Random } from '../../src/core/optimization/random.ts'
import { cell, columns, type Table } from '../../src/core/report/document.ts'
import type { ArchitectureSpace } from '../../src/core/search/architecture-space.ts'
import { exploredWafers } from '../../src/core/search/explored-wafers.ts'
import type { ExplorationSpaceInput } from '../../src/core/search/exploration-space.ts'
import { taskFrame } from '../../src/core/search/explore.ts'
import { traitsOf, type KnownMapping } from '../../src/core/search/known-mappings.ts'
import { scoutWafers } from '../../src/core/search/scout-wafers.ts'
import { runTask, type ResultOf, type Task, type TaskFrame } from '../../src/core/search/tasks.ts'
import {
  DRAWN_FIRST,
  domainsOf,
  estimateCoordinates,
  knownWorkloads,
  lookAt
} from '../../src/core/search/wafer-sweep.ts'
import { modelPreset } from '../../src/core/workload/model-presets.ts'
import { TrainingSpec } from '../../src/core/workload/training-spec.ts'
import { wideGenes } from './wide-genes.ts'

interface Template {
  readonly name: string
  readonly model: string
  readonly chip: string
  readonly globalBatch: number
  readonly powerCap_W: number
  readonly genes: ArchitectureSpace['genes']
}

/** Continuous, whole and categorical genes around three published wafers. */
const templates: readonly Template[] = [
  {
    name: 'wsc-llm-54, Llama-3 70B, 15 kW',
    model: 'llama-3-70b',
    chip: 'wsc-llm-54',
    globalBatch: 512,
    powerCap_W: 15e3,
    genes: wideGenes
  },
  {
    name: 'watos-56, GPT-3 175B, 40 kW, node and memory chosen',
    model: 'gpt3-175b',
    chip: 'watos-56',
    globalBatch: 512,
    powerCap_W: 40e3,
    genes: {
      'grid.rows': { from: 4, to: 9 },
      'grid.columns': { from: 4, to: 9 },
      'grid.spares': { from: 0, to: 3 },
      'die.cores': { from: 128, to: 420 },
      'die.sramPerCore_B': { from: 0.5e6, to: 3e6 },
      'die.clock_Hz': { from: 0.8e9, to: 2.4e9 },
      'links.bandwidthPerEdge_Bps': { from: 0.2e12, to: 2e12 },
      'memory.stacksPerDie': { from: 1, to: 6, step: 1 },
      'memory.kind': ['stacks', 'stacked-on-die'],
      technology: ['7nm', '5nm']
    }
  },
  {
    name: 'lean-48, Llama-2 70B, 23 kW',
    model: 'llama-2-70b',
    chip: 'lean-48',
    globalBatch: 256,
    powerCap_W: 23e3,
    genes: {
      'grid.rows': { from: 3, to: 9 },
      'grid.columns': { from: 3, to: 9 },
      'die.cores': { from: 100, to: 500 },
      'die.macsPerCore': [256, 512, 1024, 2048],
      'die.clock_Hz': { from: 0.6e9, to: 2.2e9 },
      'links.bandwidthPerEdge_Bps': { from: 0.1e12, to: 2e12 },
      'memory.stacksPerDie': { from: 1, to: 5, step: 1 },
      'memory.stackCapacity_B': [16e9, 24e9, 36e9]
    }
  }
]

const SEEDS = [1, 2, 3, 4, 5]
/** Wafers looked at after which the front is measured. */
const MARKS = [125, 250, 500, 1000, 2000]

const frameOf = ({ model, chip, globalBatch, powerCap_W, genes }: Template): TaskFrame => {
  const space: ExplorationSpaceInput = { powerCap_W, architecture: { genes, points: 2000 } }
  return taskFrame({
    model: modelPreset(model).spec,
    chip: chipPreset(chip),
    training: TrainingSpec.parse({ globalBatch, sequenceLength: 2048 }),
    space,
    policies: [],
    objective: 'throughput',
    seed: 1
  })
}

/** Mappings that an exploration would know before it estimates anything. */
async function knownMappings(frame: TaskFrame): Promise<readonly KnownMapping[]> {
  const host = {
    run: <Kind extends Task['kind']>(tasks: readonly Extract<Task, { kind: Kind }>[]) =>
      Promise.resolve(tasks.map((task) => runTask(frame, task) as ResultOf<Kind>)),
    keep: () => undefined,
    progress: () => undefined
  }
  const scouts = (await scoutWafers(frame, host, 1)).flat()
  const { template } = exploredWafers(frame)
  return scouts.flatMap((genome) => {
    const { trail } = runTask(frame, { kind: 'search', genome, effort: 'quick' }) as ResultOf<'search'>
    return trail.map(({ mapping }) => ({ mapping, foundOn: traitsOf(template.chip(genome)) }))
  })
}

/** As many levels of every gene as make a full grid of at most so many wafers, shifted within its cells by the seed. */
function grid(domains: readonly Domain[], most: number, random: Random): readonly Individual[] {
  const levels = domains.map(() => 1)
  const size = (): number => levels.reduce((product, count) => product * count, 1)
  for (let grown = true; grown;) {
    grown = false
    for (const [at, domain] of domains.entries()) {
      if (domain.kind !== 'continuous' && levels[at]! >= domain.count) continue
      levels[at]!++
      if (size() <= most) grown = true
      else levels[at]!--
    }
  }
  const axes = domains.map((domain, at) => {
    const shift = random.fraction()
    return Array.from({ length: levels[at]! }, (_, level) => {
      const share = (level + shift) / levels[at]!
      return domain.kind === 'continuous'
        ? domain.from + share * (domain.to - domain.from)
        : Math.floor(share * domain.count)
    })
  })
  return axes.reduce<readonly Individual[]>(
    (former, axis) => former.flatMap((start) => axis.map((value) => [...start, value])),
    [[]]
  )
}

type Coordinates = readonly number[]
type Loop = 'random' | 'grid' | 'evolution'
const loops: readonly Loop[] = ['random', 'grid', 'evolution']

/** Fronts of one loop after each mark. */
function run(
  frame: TaskFrame,
  pool: readonly KnownMapping[],
  loop: Loop,
  seed: number
): readonly (readonly Coordinates[])[] {
  const { template } = exploredWafers(frame)
  const known = knownWorkloads(frame, [pool])
  const domains = domainsOf(template.genes)
  const score = (genome: Individual): Coordinates | undefined => {
    const seen = lookAt(frame, template, known, genome)
    return seen.wafer && estimateCoordinates(seen.wafer)
  }
  const frontOf = (points: readonly Coordinates[]): readonly Coordinates[] => paretoFront(points, (point) => point)
  if (loop === 'grid')
    return MARKS.map((mark) =>
      frontOf(
        grid(domains, mark, randomStream(seed)).flatMap((genome) => {
          const at = score(genome)
          return at ? [at] : []
        })
      )
    )
  const points: Coordinates[] = []
  const fronts: (readonly Coordinates[])[] = []
  let looked = 0
  evolve(
    {
      domains,
      random: randomStream(seed),
      evaluations: MARKS.at(-1)!,
      starts: [],
      drawnFirst: loop === 'random' ? Infinity : DRAWN_FIRST
    },
    (genome) => {
      const at = score(genome)
      if (at) points.push(at)
      if (MARKS.includes(++looked)) fronts.push(frontOf(points))
      return at
    }
  )
  return fronts
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!

/**
 * Hypervolume of the front after so many wafers looked at, for loops over the same genes with the same known mappings: share of that of all
 * fronts of the template together, in coordinates scaled to their extent. Median of the seeds, with the least and most.
 */
export async function architectureLoops(): Promise<Table> {
  const rows = []
  for (const template of templates) {
    const frame = frameOf(template)
    const pool = await knownMappings(frame)
    const fronts = loops.map((loop) => SEEDS.map((seed) => run(frame, pool, loop, seed)))
    const all = paretoFront(fronts.flat(3), (point) => point)
    const ideal = all[0]!.map((_, axis) => Math.min(...all.map((point) => point[axis]!)))
    const nadir = all[0]!.map((_, axis) => Math.max(...all.map((point) => point[axis]!)))
    const scaled = (point: Coordinates): Coordinates =>
      point.map((value, axis) => (value - ideal[axis]!) / (nadir[axis]! - ideal[axis]!))
    const reference = ideal.map(() => 1.1)
    const whole = hypervolume(all.map(scaled), reference)
    for (const [index, loop] of loops.entries()) {
      const shares = MARKS.map((_, mark) =>
        fronts[index]!.map((ofSeed) => hypervolume(ofSeed[mark]!.map(scaled), reference) / whole)
      )
      rows.push([
        cell(template.name),
        cell(loop),
        ...shares.map((ofSeeds) =>
          cell(
            `${(100 * median(ofSeeds)).toFixed(1)} (${(100 * Math.min(...ofSeeds)).toFixed(0)}–${(100 * Math.max(...ofSeeds)).toFixed(0)})`
          )
        )
      ])
    }
  }
  return {
    caption: `Hypervolume of the estimated front, percent of all fronts together, median of ${SEEDS.length} seeds (least–most)`,
    columns: columns('Template', 'Loop', ...MARKS.map((mark) => `#${mark} wafers`)),
    rows
  }
}
