import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { checkResultFile, writeResultFile } from '../../src/main/commands/write-result-file.ts'
import { writeStreamedFile } from '../../src/main/output/streamed-output.ts'
import { openProject } from '../../src/main/projects/open-project.ts'
import { runCli } from './cli-run.ts'

const folder = mkdtempSync(join(tmpdir(), 'tmac-result-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('a result in the place of a project', () => {
  const project = join(folder, 'study.tmac')
  beforeEach(() => {
    rmSync(project, { force: true })
    openProject(project, { create: true }).close()
  })

  it.each([
    ['at once', () => writeResultFile('study.tmac', folder, 'text')],
    ['piece by piece', () => void writeStreamedFile('study.tmac', folder, (stream) => stream.write('text'))],
    ['tried before', () => checkResultFile('study.tmac', folder)]
  ])('is refused, %s, and the project stays', (_how, write) => {
    const before = readFileSync(project)
    expect(write).toThrow("'study.tmac' is a project; a result would take its place. Name another file")
    expect(readFileSync(project).equals(before)).toBe(true)
  })

  it('is refused by commands that write one', async () => {
    const before = readFileSync(project)
    const design = ['--model', 'gpt-6.7b', '--chip', 'wsc-llm-54', '--global-batch', '8', '--seq-length', '256']
    for (const command of [
      ['export', '--format', 'chrome-trace', '--output', project, ...design, '--micro-batch', '1'],
      ['defects', 'sample', '--chip', 'watos-56', '--output', project],
      ['explore', ...design, '--report', project]
    ]) {
      const { code, out, err } = await runCli(command)
      expect([code, out]).toEqual([2, ''])
      expect(err).toContain('is a project')
      expect(readFileSync(project).equals(before)).toBe(true)
    }
  })

  it('takes the place of a file of any other kind', () => {
    writeFileSync(join(folder, 'a.json'), 'old')
    writeResultFile('a.json', folder, 'new')
    expect(readFileSync(join(folder, 'a.json'), 'utf8')).toBe('new')
  })
})
