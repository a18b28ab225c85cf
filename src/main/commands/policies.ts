import { countedBeside } from '../../core/policies/counted-beside.ts'
import { allPolicies } from '../../core/policies/policies.ts'
import type { Policy } from '../../core/policies/policy.ts'
import { cell, columns, type Table } from '../../core/report/document.ts'
import { textTable } from '../../core/report/tables.ts'
import { exitCodes, type Command } from './command.ts'

/** Characters of a line of the longest column. */
const RULES_WIDTH = 72
const SOURCE_WIDTH = 36

const described = ({ name, title, family, kind, rules, source }: Policy) => ({
  name,
  title,
  family,
  kind,
  rules,
  source,
  ...(family in countedBeside && { countedBeside: countedBeside[family as keyof typeof countedBeside] })
})

/** Words of a text on lines of at most so many characters; a longer word has a line of its own. */
const lines = (text: string, width: number): readonly string[] =>
  text.split(' ').reduce<string[]>((done, word) => {
    const last = done.at(-1)
    if (last === undefined || last.length + 1 + word.length > width) return [...done, word]
    return [...done.slice(0, -1), `${last} ${word}`]
  }, [])

/** A policy on as many rows as its rules need. */
function rowsOf(policy: Policy): Table['rows'] {
  const rules = lines(policy.rules, RULES_WIDTH)
  const sources = lines(policy.source, SOURCE_WIDTH)
  return Array.from({ length: Math.max(rules.length, sources.length) }, (_, row) => [
    cell(row === 0 ? policy.name : ''),
    cell(row === 0 ? policy.title : ''),
    cell(row === 0 ? policy.kind : ''),
    cell(rules[row] ?? ''),
    cell(sources[row] ?? '')
  ])
}

const overview = (): Table => ({
  caption: '',
  columns: columns('Name', 'Title', 'Kind', 'Rules', 'Source'),
  rows: allPolicies.flatMap(rowsOf)
})

const beside = (): string =>
  Object.values(countedBeside)
    .map((text) => lines(`${text}.`, 2 * RULES_WIDTH).join('\n'))
    .join('\n')

export const command: Command = {
  usage: [''],
  description:
    'Lists the policies that designs are compared with: how other systems would map a model, scored by the same simulator. Kind is ' +
    "published for the authors' own settings, tuned for the best of all their system can do, extended where we added to it, reimplemented for systems that search: " +
    'their choices as a part of our space, searched as ours is. Those take seconds each, so explore compares with them where --policies names them.',
  options: {},
  async run({ json }, { out }) {
    await out(json ? `${JSON.stringify(allPolicies.map(described))}\n` : `${textTable(overview())}\n${beside()}\n`)
    return exitCodes.done
  }
}
