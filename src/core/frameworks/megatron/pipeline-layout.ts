import { Problem } from '../../problem.ts'

/** Name of the argument: the layers of every model chunk in the order of the model, `E` embedding, `t` transformer layer, `L` loss. */
const ARGUMENT = '--pipeline-model-parallel-layout'

/** Layers of one model chunk. */
export interface ChunkLayers {
  readonly layers: number
  /** Layers for predicting further tokens. */
  readonly predicting: number
}

/** The layout of stages with so many transformer layers each, cut into chunks of equal share that are dealt in turn. */
export function pipelineLayout(stageLayers: readonly number[], chunks: number): string {
  const parts = Array.from({ length: chunks }, () => stageLayers.map((layers) => layers / chunks)).flat()
  return parts
    .map((layers, at) => {
      const stack = layers > 1 ? `t*${layers}` : 't'.repeat(layers)
      return `${at === 0 ? 'E' : ''}${stack}${at === parts.length - 1 ? 'L' : ''}`
    })
    .join('|')
}

/** Layers that a layout may name at most, so that a slip of the pen does not fill the memory. */
const MOST_LAYERS = 100_000

/**
 * The chunks of a layout: `x*3` is `xxx`, `(…)*3` repeats a group, commas mean nothing.
 * @throws Problem `bad-input` for an unknown letter or a layout that does not begin with `E` and end with `L`
 */
export function readPipelineLayout(text: string): readonly ChunkLayers[] {
  const refuse = (message: string): never => {
    throw new Problem('bad-input', `'${ARGUMENT}' is '${text.slice(0, 60)}': ${message}`, ARGUMENT)
  }
  const repeat = (_: string, part: string, count: string): string =>
    part.length * Number(count) > MOST_LAYERS ? refuse(`more than ${MOST_LAYERS} layers`) : part.repeat(Number(count))
  const plain = text
    .replaceAll(/[\s,]/g, '')
    .replaceAll(/\(([^()]*)\)\*(\d{1,9})/g, repeat)
    .replaceAll(/([Etm|L])\*(\d{1,9})/g, repeat)
  const stranger = /[^Etm|L]/.exec(plain)
  if (stranger) refuse(`'${stranger[0]}' is none of E, t, m, L and |`)
  if (!plain.startsWith('E') || !plain.endsWith('L'))
    refuse('it must begin with E, the embedding, and end with L, the loss')
  if (plain.split('E').length > 2 || plain.split('L').length > 2) refuse('embedding and loss must be there once')
  return plain.split('|').map((chunk) => ({
    layers: chunk.replaceAll(/[^t]/g, '').length,
    predicting: chunk.replaceAll(/[^m]/g, '').length
  }))
}
