import { createHash } from 'node:crypto'

/** Below those that systems give out by themselves (from 32,768), above those with an assigned use. */
const FIRST = 20_000
const SPAN = 12_000
const TRIES = 20

/**
 * Ports of a workbench on loopback, the usual one first. Each data folder has its own, the same at every start: what a page keeps while its
 * host is away belongs to the address with its port.
 */
export function usualPorts(dataFolder: string): readonly number[] {
  const usual = createHash('sha256').update(dataFolder).digest().readUInt32BE() % SPAN
  return Array.from({ length: TRIES }, (_, at) => FIRST + ((usual + at) % SPAN))
}
