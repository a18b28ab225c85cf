import type { Command } from './command.ts'

export const command: Command = {
  usage: [
    'STUDY --project F.tmac [--reduced] [--report F.md] [--workers N] [--budget 10m]',
    'STUDY --shard I/N --output SHARD.jsonl [--reduced] [--workers N]',
    'STUDY --merge A.jsonl,B.jsonl --project F.tmac [--reduced] [--report F.md]',
    'STUDY --runner slurm --array N%K [--partition P] --folder DIR --project F.tmac [--reduced] [--report F.md]'
  ],
  description:
    'Runs a study: every contender in every case of models, chips, batches, sequence lengths, attention memory and ledgers, each winner simulated event by event. STUDY is the name of a shipped study (tmac-claims), a file, or inline JSON. ' +
    'Finished cases are kept in the project one by one, and the same command goes on with those that are missing. A study can be divided: a shard does the cases that fall to it and writes them to a file; merging takes them into a project, whatever their number, and runs nothing twice.',
  mostPositionals: 1,
  options: {
    reduced: { type: 'boolean', help: "the study's smaller form" },
    project: { type: 'string', value: 'F.tmac', help: 'where finished cases are kept' },
    report: {
      type: 'string',
      value: 'F.md',
      help: 'write what it says, with figures and every case in a folder beside it'
    },
    workers: { type: 'string', value: 'N', help: 'processes (one per core); results do not depend on it' },
    budget: { type: 'string', value: '10m', help: 'end with what there is after this long: 90s, 5m, 2h (no limit)' },
    shard: { type: 'string', value: 'I/N', help: 'do only the cases that fall to part I of N' },
    output: {
      type: 'string',
      value: 'F.jsonl',
      help: 'where a shard writes its cases; one that is there is gone on with'
    },
    runner: {
      type: 'string',
      value: 'local|slurm',
      help: "where cases are run (local); slurm submits a job array through Slurm's own commands, watches it, submits again what is missing, and merges"
    },
    array: {
      type: 'string',
      value: 'N[%K]',
      help: 'shards of a job array, at most K at once (one for each 8 cases, no limit)'
    },
    partition: { type: 'string', value: 'P', help: "of Slurm (the cluster's own default)" },
    folder: {
      type: 'string',
      value: 'DIR',
      help: 'where shards and logs of a job array are kept; every node must see it (beside the project)'
    },
    merge: {
      type: 'string',
      value: 'FILES',
      help: 'shards to take into the project, separated by commas; a folder stands for all .jsonl files in it'
    },
    list: { type: 'boolean', help: 'list the cases and whether each is done, and run nothing' }
  },
  run: async (invocation, context) => (await import('./study/run-study.ts')).runStudy(invocation, context)
}
