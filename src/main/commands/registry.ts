import type { Command } from './command.ts'

/** A command as the overview lists it; the rest of it is loaded when it is called. */
export interface CommandEntry {
  readonly name: string
  readonly summary: string
  readonly load: () => Promise<{ readonly command: Command }>
}

export const commandEntries: readonly CommandEntry[] = [
  {
    name: 'explore',
    summary: 'find the best mapping of a model on a chip, and better wafers around it',
    load: () => import('./explore.ts')
  },
  {
    name: 'evaluate',
    summary: 'simulate one mapping of a model on a chip, or a stream of them',
    load: () => import('./evaluate.ts')
  },
  {
    name: 'export',
    summary: 'save a step for Perfetto, ASTRA-sim, Megatron-LM or DeepSpeed; points, literature, floorplans',
    load: () => import('./export.ts')
  },
  {
    name: 'report',
    summary: 'tell what a run of a project found, or write it as a page',
    load: () => import('./report.ts')
  },
  {
    name: 'compare',
    summary: 'set points of projects side by side',
    load: () => import('./compare.ts')
  },
  {
    name: 'study',
    summary: 'run every contender in many cases, and say what holds of what was predicted and claimed',
    load: () => import('./study.ts')
  },
  {
    name: 'policies',
    summary: 'how other systems would map a model: their rules and sources',
    load: () => import('./policies.ts')
  },
  { name: 'models', summary: 'the models that come with the program, with sources', load: () => import('./models.ts') },
  {
    name: 'chips',
    summary: 'the chips that come with the program, with sources and verdicts',
    load: () => import('./chips.ts')
  },
  {
    name: 'import',
    summary: 'read files of Hugging Face, Megatron-LM, DeepSpeed, Calculon and HotSpot',
    load: () => import('./import.ts')
  },
  {
    name: 'validate',
    summary: 'show how far the numbers can be trusted: closed forms, levels, bounds, constants',
    load: () => import('./validate.ts')
  },
  {
    name: 'accpar',
    summary: 'partition a network of layers as AccPar and HyPar do',
    load: () => import('./accpar.ts')
  },
  {
    name: 'defects',
    summary: 'draw or check a map of what is broken on a wafer',
    load: () => import('./defects.ts')
  },
  {
    name: 'robustness',
    summary: 'how mappings fare on many wafers with defects, and which one to choose',
    load: () => import('./robustness.ts')
  },
  {
    name: 'calibrate',
    summary: "fit a GPU preset's constants to published measurements, with the error of the fit",
    load: () => import('./calibrate.ts')
  },
  { name: 'schemas', summary: 'write the JSON Schemas of all inputs', load: () => import('./schemas.ts') }
]
