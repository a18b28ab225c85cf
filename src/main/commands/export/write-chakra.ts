import { join, resolve } from 'node:path'
import { ExecutionTraces } from '../../../core/export/chakra/execution-traces.ts'
import { groupsFile, memoryFile, networkFile, systemFile } from '../../../core/export/chakra/simulator-files.ts'
import type { CollectiveOrder } from '../../../core/export/chakra/stage-graph.ts'
import type { PreparedStep } from '../../../core/export/prepared-step.ts'
import { formatCount } from '../../../core/format/format-number.ts'
import { formatBytes_B } from '../../../core/format/format-quantity.ts'
import { OutputStream, writeResultFolder } from '../../output/streamed-output.ts'
import type { TraceSource, Written } from './written.ts'

/** Files that are open at once: far below what systems allow. */
const OPEN_FILES = 64

/** Name of the traces in their folder: `step.0.et` and so on. */
const NAME = 'step'

/** Writes one execution trace per die, and the files that ASTRA-sim reads beside them. */
export function writeChakra(
  step: PreparedStep,
  order: CollectiveOrder,
  source: TraceSource,
  output: string,
  directory: string
): Written {
  const { chip } = step.machine
  const traces = new ExecutionTraces(step, order, {
    ...source,
    model: JSON.stringify(step.workload.model),
    training: JSON.stringify(step.workload.training),
    chip: JSON.stringify(chip)
  })
  let size_B = 0
  let records = 0
  let files = 0
  writeResultFolder(output, directory, (folder) => {
    const write = (name: string, pieces: Iterable<string | Uint8Array>): void => {
      const stream = new OutputStream(join(folder, name))
      try {
        for (const piece of pieces) stream.write(piece)
      } finally {
        stream.close()
      }
      size_B += stream.size_B
    }
    const withFiles = (dies: readonly number[], fill: (streams: ReadonlyMap<number, OutputStream>) => void): void => {
      const streams = new Map<number, OutputStream>()
      try {
        for (const die of dies) streams.set(die, new OutputStream(join(folder, `${NAME}.${die}.et`)))
        fill(streams)
      } finally {
        for (const stream of streams.values()) stream.close()
      }
      files += dies.length
      for (const stream of streams.values()) size_B += stream.size_B
    }
    for (let stage = 0; stage < step.programs.length; stage++) {
      const dies = traces.diesOf(stage)
      for (let from = 0; from < dies.length; from += OPEN_FILES) {
        const some = dies.slice(from, from + OPEN_FILES)
        withFiles(some, (streams) =>
          traces.stage(stage, some, (die, record) => {
            records++
            streams.get(die)!.write(record)
          })
        )
      }
    }
    for (const die of traces.idleDies) {
      write(`${NAME}.${die}.et`, traces.idle())
      files++
    }
    write('groups.json', [groupsFile(traces.communicators.members)])
    write('network.yml', [networkFile(chip)])
    write('system.json', [systemFile(chip)])
    write('memory.json', [memoryFile()])
  })
  const nodes = records - files + 2 * traces.idleDies.length
  const folder = resolve(directory, output)
  return {
    summary: {
      size_B,
      dies: files,
      nodes,
      communicators: Object.keys(traces.communicators.members).length,
      collectiveOrder: order,
      mapping: source.mapping
    },
    message:
      `Execution traces of one step: ${output}, ${formatCount(files)} dies, ${formatCount(nodes)} nodes, ${formatBytes_B(size_B)}\n` +
      `Run them with ASTRA-sim 2:\n` +
      `  AstraSim_Analytical_Congestion_Aware --workload-configuration=${join(folder, NAME)} --comm-group-configuration=${join(folder, 'groups.json')} \\\n` +
      `    --system-configuration=${join(folder, 'system.json')} --network-configuration=${join(folder, 'network.yml')} \\\n` +
      `    --remote-memory-configuration=${join(folder, 'memory.json')}\n`
  }
}
