import { nearest } from '../../core/nearest.ts'
import { Problem } from '../../core/problem.ts'
import { exitCodes, type Command, type OptionValues } from './command.ts'
import { tellImport, type Importer } from './import/imported.ts'

/** A kind of file that can be read, and the options that go with it beside `--output`. */
interface ImportFormat {
  readonly options: readonly string[]
  readonly load: () => Promise<Importer>
}

const onChip = ['chip', 'devices', 'overlap', 'ranks']

const formats: Readonly<Record<string, ImportFormat>> = {
  huggingface: {
    options: ['name'],
    load: async () => (await import('./import/import-hugging-face.ts')).importHuggingFaceFile
  },
  megatron: {
    options: ['name', ...onChip, 'vocabulary', 'pass-unknown'],
    load: async () => (await import('./import/import-framework.ts')).importMegatron
  },
  deepspeed: {
    options: [...onChip, 'model', 'seq-length', 'attention'],
    load: async () => (await import('./import/import-framework.ts')).importDeepspeed
  },
  calculon: {
    options: ['name', ...onChip, 'model', 'seq-length'],
    load: async () => (await import('./import/import-calculon.ts')).importCalculon
  },
  flp: {
    options: ['name', 'chip'],
    load: async () => (await import('./import/import-floorplan.ts')).importFloorplan
  }
}

/** @throws Problem `usage` when the two words are not there or the format is not known */
function formatAndPath([format, path]: readonly string[]): readonly [format: string, path: string] {
  if (format === undefined || path === undefined)
    throw new Problem('usage', 'import needs a format and a file, e.g. tmac import huggingface CONFIG')
  if (Object.hasOwn(formats, format)) return [format, path]
  const guess = nearest(format, Object.keys(formats))
  throw new Problem(
    'usage',
    `import does not know '${format}'; ${guess ? `did you mean '${guess}'?` : `known: ${Object.keys(formats).join(', ')}`}`
  )
}

function checkOptions(format: string, values: OptionValues): void {
  const own = ['output', 'json', 'help', ...formats[format]!.options]
  const surplus = Object.keys(values).find((name) => values[name] !== undefined && !own.includes(name))
  if (surplus === undefined) return
  const others = Object.keys(formats).filter((other) => formats[other]!.options.includes(surplus))
  throw new Problem(
    'usage',
    `'--${surplus}' is of 'import ${others.join("' and 'import ")}', not of ${format}`,
    surplus
  )
}

export const command: Command = {
  usage: [
    'huggingface CONFIG [--output MODEL] [--name NAME]',
    'megatron ARGUMENTS --chip C [--ranks CSV | --devices N] [--output DESIGN] [--vocabulary N] [--pass-unknown]',
    'deepspeed CONFIG --model M --seq-length N --chip C [--ranks CSV | --devices N] [--output DESIGN]',
    'calculon MODEL|SYSTEM|EXECUTION [--output FILE] [--devices N] [--model M --chip C]',
    'flp FLOORPLAN --chip C [--output CHIP] [--name NAME]'
  ],
  description:
    'Reads a file of another program, with an account of the fields mapped, defaulted, approximated and ignored. huggingface: the config.json of a model (GPT-2, ' +
    'GPT-NeoX, OPT, Llama, Mistral, Qwen, Mixtral and DeepSeek families) becomes a model spec that --model takes. megatron: launch arguments of Megatron-LM, or a ' +
    'shell script with them; deepspeed: a configuration of DeepSpeed. Both become a design, evaluated on a chip, that --mapping takes: its ranks lie where --ranks puts them ' +
    '(lines of rank,row,column, as export writes them), else one after another in a snake. Without --output the result is printed and the account goes to standard error. ' +
    'calculon: a model, a system (as a cluster) or an execution (as a design of --model on --chip) of Calculon. flp: the dies of a HotSpot floorplan, in the place of those of --chip. More: docs/exports.md.',
  options: {
    output: { type: 'string', value: 'FILE', help: 'file for the result' },
    name: { type: 'string', value: 'NAME', help: "name of what is made (the file's own)" },
    chip: { type: 'string', value: 'C', help: 'the chip of a design or floorplan: a preset, a file or JSON' },
    devices: { type: 'string', value: 'N', help: 'devices of a cluster; ranks, where the file leaves them open' },
    overlap: { type: 'string', value: '0..1', help: "share of hideable communication that hides (the chip's own)" },
    ranks: { type: 'string', value: 'CSV', help: 'the die of every rank: lines of rank,row,column' },
    vocabulary: {
      type: 'string',
      value: 'N',
      help: 'megatron: tokens of the vocabulary, where only a tokenizer is named'
    },
    'pass-unknown': { type: 'boolean', help: 'megatron: pass over arguments that are not known' },
    model: { type: 'string', value: 'M', help: 'deepspeed, calculon: the model, which the file does not name' },
    'seq-length': { type: 'string', value: 'N', help: 'deepspeed, calculon: tokens per sequence' },
    attention: {
      type: 'string',
      value: 'standard|flash',
      help: 'deepspeed: whether scores are stored (flash: they are not)'
    }
  },
  mostPositionals: 2,
  async run({ values, positionals, json }, context) {
    const [format, path] = formatAndPath(positionals)
    checkOptions(format, values)
    const read = await formats[format]!.load()
    await tellImport(await read(path, values, context.cwd), values, json, context)
    return exitCodes.done
  }
}
