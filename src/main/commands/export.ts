import { figureKinds, linkMoments } from '../../core/report/report-spec.ts'
import { weighingNames } from '../../core/report/operator-graph.ts'
import type { Command } from './command.ts'
import { command as evaluate } from './evaluate.ts'
import { drawingKinds } from './export/figure-formats.ts'

const { jsonl: _jsonl, level: _level, timeline: _timeline, ...designOptions } = evaluate.options

const options: Command['options'] = {
  format: {
    type: 'string',
    value: 'chrome-trace|chakra|megatron|deepspeed|svg|csv|parquet|bibtex|flp',
    help: 'a timeline for Perfetto, traces for ASTRA-sim, settings of a training framework, a figure, points, literature, a floorplan'
  },
  output: { type: 'string', value: 'PATH', help: 'the file, or the folder of traces and settings' },
  project: { type: 'string', value: 'F.tmac', help: 'a project, in the place of model, chip and mapping' },
  point: { type: 'string', value: 'N', help: "number of its point, as 'tmac report' tells it" },
  'every-die': { type: 'boolean', help: 'chrome-trace: a process per die instead of per stage' },
  'micro-batches': { type: 'string', value: 'A-B', help: 'chrome-trace: only these micro-batches, from 0 (all)' },
  stages: { type: 'string', value: 'A-B', help: 'chrome-trace: only these stages, from 0 (all)' },
  detail: {
    type: 'string',
    value: 'operators|tasks',
    help: 'chrome-trace: what to show inside tasks (operators of as many micro-batches as there is room for)'
  },
  'one-stream': {
    type: 'boolean',
    help: 'chakra: all collectives of a die in one order; without it gradients are synchronised beside the others'
  },
  figure: {
    type: 'string',
    value: [...figureKinds, ...drawingKinds].join('|'),
    help: 'svg, csv: which figure, the last three of a chip or a model; csv without it holds points'
  },
  by: { type: 'string', value: weighingNames.join('|'), help: 'operators: by which share they are coloured (flops)' },
  points: { type: 'string', value: '3,7', help: 'svg, csv: the points of the figure' },
  stage: { type: 'string', value: 'N', help: 'memory-time: the stage, from 0 (the fullest)' },
  moment: { type: 'string', value: linkMoments.join('|'), help: 'links: over the step, or at the highest (mean)' },
  run: { type: 'string', value: 'N', help: 'the run of a figure (the newest), of points and literature (all)' },
  ...designOptions
}

export const command: Command = {
  usage: [
    '--format chrome-trace --output F.json --project F.tmac --point N',
    '--format chrome-trace --output F.json --model M --chip C --global-batch N --micro-batch N --seq-length N [DEGREES]',
    '--format chakra|megatron|deepspeed --output FOLDER (a point, or a model, a chip and a mapping, as above)',
    '--format svg|csv --output FILE --project F.tmac --figure F [--run N] [--points 3,7]',
    '--format csv|parquet|bibtex --output FILE --project F.tmac [--run N]',
    '--format svg|csv --output FILE --figure floorplan|die --chip C [--defects D]',
    '--format svg|csv --output FILE --figure operators --model M [--seq-length N]',
    '--format flp --output F.flp --chip C'
  ],
  description:
    'Saves one optimiser step, how to run it, a figure, or points. chrome-trace simulates it event by event and writes its timeline as Chrome trace JSON, which ui.perfetto.dev opens: ' +
    'a process per stage or die with lanes for compute, collectives, transfers and synchronisation, arrows along transfers, counters of memory and links, ' +
    'and the chip, model and mapping it belongs to. chakra writes what every die executes as MLCommons Chakra execution traces, with the network, ' +
    'system and group files that ASTRA-sim 2 asks for. megatron and deepspeed write launch arguments or a configuration for the nearest setting that the framework ' +
    'can be told, the die of every rank, and what is lost with its predicted cost; import reads them back. svg and csv write one figure of a project, the same as in its reports, and the numbers it shows; csv without a figure and parquet write the points of a run or of all, units in the names of the columns, bibtex what they rest on. floorplan draws the wafers of a chip, with defects what is broken on them, die the inside of one of its dies, operators the graph of a model; flp writes the dies of a wafer as a HotSpot floorplan. What the files hold: docs/traces.md, docs/exports.md.',
  options,
  run: async (invocation, context) => (await import('./export/run-export.ts')).runExport(invocation, context)
}
