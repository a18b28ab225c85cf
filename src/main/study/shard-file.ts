import { closeSync, fsyncSync, ftruncateSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import * as z from 'zod'
import { contentHash } from '../../core/content-hash.ts'
import { Problem } from '../../core/problem.ts'
import type { CaseResult } from '../../core/study/case-result.ts'
import type { Shard } from '../../core/shard.ts'
import { studyHash, type Study } from '../../core/study/study-case.ts'
import { guardedOutput } from '../commands/write-result-file.ts'
import { guardedInput } from '../input/read-json-file.ts'

/** First line of a shard file. */
const Header = z.strictObject({
  schema: z.literal('tmac.study-shard/1'),
  study: z.string().length(64),
  name: z.string(),
  part: z.int().positive(),
  of: z.int().positive()
})

/** Every other line: a finished case, with the hash of its canonical JSON. */
const Line = z.strictObject({
  sha256: z.string().length(64),
  result: z.looseObject({ key: z.string(), contenders: z.array(z.looseObject({ contender: z.string() })) })
})

/** What a shard file has. */
export interface ShardContents {
  readonly results: readonly CaseResult[]
  /** Lines that are not what was written, torn ones among them. Their cases count as not done. */
  readonly damagedLines: number
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Why a file's first line does not let its results into a study; undefined when it does. */
function refusal(first: string | undefined, study: Study): string | undefined {
  const header = Header.safeParse(parsed(first ?? ''))
  if (!header.success) return 'is not a shard of a study: its first line does not say so'
  const { study: hash, name } = header.data
  if (hash === studyHash(study)) return undefined
  return name === study.spec.name
    ? `is a shard of study '${name}' as it was otherwise (${hash.slice(0, 12)}; this one is ${studyHash(study).slice(0, 12)}): the study's file, a model, a chip or the program has changed since`
    : `is a shard of study '${name}', not of '${study.spec.name}'`
}

/** Longer than any first line. */
const HEADER_B = 4096

/** @throws Problem for a file of another study, or of something else; one whose first line is not whole yet is let be */
export function refuseForeignShard(path: string, directory: string, study: Study): void {
  const start = guardedInput(`shard '${path}'`, 'merge', () => {
    const file = openSync(resolve(directory, path), 'r')
    try {
      const bytes = Buffer.alloc(HEADER_B)
      return bytes.toString('utf8', 0, readSync(file, bytes))
    } finally {
      closeSync(file)
    }
  })
  const end = start.indexOf('\n')
  const why = end < 0 && start.length < HEADER_B ? undefined : refusal(start.slice(0, Math.max(end, 0)), study)
  if (why !== undefined)
    throw new Problem('bad-input', `'${path}' ${why}. Leave it out, or run the study that it belongs to`, 'merge')
}

/**
 * Reads the finished cases of a shard. Lines that were torn or changed are counted, never taken; a case that is there twice is there once.
 * @throws Problem for a file of another study, or of something else
 */
export function readShard(path: string, directory: string, study: Study): ShardContents {
  refuseForeignShard(path, directory, study)
  const text = guardedInput(`shard '${path}'`, 'merge', () => readFileSync(resolve(directory, path), 'utf8'))
  // Whoever began it was killed before the first line was whole.
  if (!text.includes('\n')) return { results: [], damagedLines: text === '' ? 0 : 1 }
  const results = new Map<string, CaseResult>()
  let damagedLines = 0
  for (const line of text.split('\n').slice(1)) {
    if (line === '') continue
    const record = Line.safeParse(parsed(line))
    if (record.success && contentHash(record.data.result) === record.data.sha256)
      results.set(record.data.result.key, record.data.result as unknown as CaseResult)
    else damagedLines++
  }
  return { results: [...results.values()], damagedLines }
}

/** Finished cases, appended one by one; each is on the disk when `keep` returns. */
export interface ShardWriter {
  keep(result: CaseResult): void
  close(): void
}

/** Opens a shard file, a new one or one that is to be gone on with. @throws Problem for a file that cannot be written */
export function openShard(path: string, directory: string, study: Study, { part, of }: Shard): ShardWriter {
  const full = resolve(directory, path)
  const header = { schema: 'tmac.study-shard/1', study: studyHash(study), name: study.spec.name, part, of } as const
  return guardedOutput(path, directory, () => {
    const file = openSync(full, 'a+')
    const put = (text: string): void => {
      guardedOutput(path, directory, () => {
        // Unlike one `writeSync`, this writes all or says why not: a disk that fills up takes the first part of a line.
        writeFileSync(file, text)
        fsyncSync(file)
      })
    }
    const there = readFileSync(file, 'utf8')
    if (there.includes('\n')) {
      const why = refusal(there.slice(0, there.indexOf('\n')), study)
      if (why !== undefined) {
        closeSync(file)
        throw new Problem('bad-input', `'${path}' ${why}. Name another file for this shard`, 'output')
      }
      // A last line that was torn stays by itself.
      if (!there.endsWith('\n')) put('\n')
    } else {
      ftruncateSync(file)
      put(`${JSON.stringify(header satisfies z.input<typeof Header>)}\n`)
    }
    return {
      keep: (result) => put(`${JSON.stringify({ sha256: contentHash(result), result })}\n`),
      close: () => closeSync(file)
    }
  })
}
