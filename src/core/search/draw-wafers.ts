import { drawIndividual } from '../optimization/evolution.ts'
import { randomStream } from '../optimization/random.ts'
import type { ExploredWafers } from './explored-wafers.ts'
import { genomeAt, type Genome } from './gene.ts'
import { domainsOf } from './wafer-sweep.ts'

/** Every n-th of a list so that at most `most` stay, the two ends among them; the first where one is to stay. */
export function thinned<Item>(items: readonly Item[], most: number): readonly Item[] {
  if (items.length <= most) return items
  const gaps = Math.max(1, most - 1)
  return Array.from({ length: most }, (_, index) => items[Math.round((index * (items.length - 1)) / gaps)]!)
}

/** Every wafer of a space that holds no more than wanted, or so many drawn at random. */
export function drawWafers({ template, size }: ExploredWafers, wanted: number, seed: number): readonly Genome[] {
  if (size <= wanted) return Array.from({ length: size }, (_, number) => genomeAt(template.genes, number))
  const random = randomStream(seed, 2)
  const domains = domainsOf(template.genes)
  return Array.from({ length: wanted }, () => drawIndividual(random, domains))
}
