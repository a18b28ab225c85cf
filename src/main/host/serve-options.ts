import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { Problem } from '../../core/problem.ts'
import type { OptionSpec } from '../commands/command.ts'
import { definitions, optionTerm } from '../commands/help.ts'
import { parseOptions } from '../commands/parse-options.ts'

/** What the browser host is asked for on its command line. */
export interface ServeOptions {
  /** Undefined for the usual one of the data folder; 0 for any that is free. */
  readonly port: number | undefined
  readonly dataFolder: string
  readonly projectFolder: string
  /** A project to open, as a whole path, or a link into one. */
  readonly open: string | undefined
}

const options: Readonly<Record<string, OptionSpec>> = {
  port: {
    type: 'string',
    value: 'N',
    help: 'where to listen on loopback, 0 for any that is free (always the same one)'
  },
  data: { type: 'string', value: 'FOLDER', help: 'settings and recent projects (~/.tmac)' },
  projects: { type: 'string', value: 'FOLDER', help: 'where new projects are made (~/TMAC)' }
}

/** Help of `npm run serve`, and of `npm start` where it comes to the same. */
export const serveText = `usage: npm run serve -- [OPTIONS] [PROJECT.tmac | tmac://LINK]

Serves the workbench to a browser of this machine, by a link that lets in once. From elsewhere:
ssh -L PORT:127.0.0.1:PORT MACHINE. 'npm start' opens it on the desktop where Electron can be had.

${definitions(Object.entries(options).map(([name, spec]) => [optionTerm(name, spec), spec.help]))}
`

function portOf(text: string | boolean | undefined): number | undefined {
  if (typeof text !== 'string') return undefined
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  throw new Problem(
    'usage',
    `port '${text}' is not a whole number from 0 (any that is free) to 65535; leave it out for the usual one`,
    'port'
  )
}

/** @returns undefined where help is asked for @throws Problem `usage` naming the option or the word */
export function serveOptions(args: readonly string[], cwd: string): ServeOptions | undefined {
  const { values, positionals, help } = parseOptions('serve', { options, mostPositionals: 1 }, args)
  if (help) return undefined
  const folder = (name: string, usual: string): string => resolve(cwd, (values[name] as string | undefined) ?? usual)
  const [word] = positionals
  return {
    port: portOf(values.port),
    dataFolder: folder('data', join(homedir(), '.tmac')),
    projectFolder: folder('projects', join(homedir(), 'TMAC')),
    open: word === undefined || word.startsWith('tmac://') ? word : resolve(cwd, word)
  }
}
