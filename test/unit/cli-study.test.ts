import { spawnSync } from 'node:child_process'
import { appendFileSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { evaluate } from '../../src/core/simulator/evaluate.ts'
import { machineOf } from '../../src/core/simulator/machine.ts'
import { buildWorkload } from '../../src/core/workload/workload.ts'
import { openProject } from '../../src/main/projects/open-project.ts'
import { smallModel } from '../fixtures/small-exploration.ts'
import { smallStudySpec, smallWafer } from '../fixtures/small-study.ts'
import { repository, runCli } from './cli-run.ts'

const cwd = mkdtempSync(join(tmpdir(), 'study-'))
const write = (name: string, value: unknown): void => writeFileSync(join(cwd, name), JSON.stringify(value))
const renamed = smallStudySpec.grids.map((grid) => ({ ...grid, models: ['small.json'], chips: ['wafer.json'] }))
write('small.json', smallModel)
write('wafer.json', smallWafer)
write('study.json', { ...smallStudySpec, grids: renamed })
write('other.json', { ...smallStudySpec, title: 'Another', grids: renamed })
write('grown.json', {
  ...smallStudySpec,
  title: 'Another',
  grids: [...renamed, { ...renamed[0], name: 'hidden', globalBatches: [8], overlaps: [0] }]
})
write('forms.json', {
  ...smallStudySpec,
  name: 'forms',
  grids: renamed.slice(0, 1),
  reduced: [{ ...renamed[0], globalBatches: [8], policies: ['megatron-full'] }]
})

const study = (...options: readonly string[]) => runCli(['study', ...options], { cwd })

/** What a project has of its one study, without what tells runs and machines apart. */
function kept(project: string) {
  using store = openProject(join(cwd, project), { readOnly: true })
  const [hash] = store.studies.hashes()
  return store.studies
    .cases(hash!)
    .map(({ key, certificate, contenders }) => ({
      key,
      certificate,
      contenders: contenders.map(({ point, ...rest }) => ({
        ...rest,
        took_s: 0,
        mapping: point === undefined ? undefined : store.point(point).mapping
      }))
    }))
    .sort((a, b) => a.key.localeCompare(b.key))
}

describe('tmac study', () => {
  it('runs every case, keeps it in the project, and writes a page whose every number is a point there', async () => {
    const { code, err, out } = await study('study.json', '--project', 'whole.tmac', '--report', 'docs/claims.md')
    expect(err).toMatch(/3 of 3/)
    expect(code).toBe(0)
    expect(out).toMatch(/3 of 3 cases/)
    expect(out).toMatch(/Nobody is ahead of ours/)
    const page = readFileSync(join(cwd, 'docs/claims.md'), 'utf8')
    expect(page).toContain('# A small study')
    expect(page).toMatch(/SHA-256 `[0-9a-f]{64}`/)
    expect(page).toContain('missed')
    const [header, ...lines] = readFileSync(join(cwd, 'docs/claims/cases.csv'), 'utf8').trim().split('\r\n')
    const columns = header!.split(',')
    using store = openProject(join(cwd, 'whole.tmac'), { readOnly: true })
    for (const line of lines) {
      const cells = line.split(',')
      const at = (name: string): string => cells[columns.indexOf(name)]!
      const point = store.point(Number(at('point')))
      expect(point.runId).toBe(Number(at('run')))
      expect(point.evaluation.iterationTime_s).toBe(Number(at('iterationTime_s')))
      // The table about hidden communication is of these.
      for (const overlap of [0, 0.5, 1]) {
        const { model, training } = store.run(point.runId).inputs
        const told = evaluate(buildWorkload(model, training), machineOf(point.chip, overlap), point.mapping)
        expect(told.iterationTime_s).toBe(Number(at(`analyticTimeAtOverlap${overlap}_s`)))
      }
      // What a run is told by is our design, on the given wafer as on one that was chosen.
      if (at('contender') === 'tmac') expect(store.bestPoint(point.runId)?.id).toBe(point.id)
    }
    expect([...store.studies.keysByRun()].find(([run]) => run === 3)![1]).toMatch(/^co-explored\/.*\/b8\//)
  })
  it('has nothing left to do when it is done, and says what is open before', async () => {
    const again = await study('study.json', '--project', 'whole.tmac')
    expect(again.err).toMatch(/3 cases, 3 done before/)
    const list = await study('study.json', '--project', 'fresh.tmac', '--list')
    expect(list.out.match(/^open/gm)).toHaveLength(3)
    expect(existsSync(join(cwd, 'fresh.tmac'))).toBe(false)
  })
  it.each([1, 3])('divided into %i shards it comes to the same, however often they are merged', async (of) => {
    for (let part = 1; part <= of; part++)
      await study('study.json', '--shard', `${part}/${of}`, '--output', `in${of}/${part}.jsonl`)
    const project = `of${of}.tmac`
    await study('study.json', '--merge', `in${of}`, '--project', project)
    const twice = await study('study.json', '--merge', `in${of}`, '--project', project)
    expect(twice.err).toMatch(/0 cases taken/)
    expect(kept(project)).toEqual(kept('whole.tmac'))
  })
  it('counts nothing twice and loses nothing when a shard is torn or changed: those cases are run again', async () => {
    const shard = join(cwd, 'in1/1.jsonl')
    const [header, first, second, third] = readFileSync(shard, 'utf8').trim().split('\n')
    const file = 'damaged.jsonl'
    const changed = second!.replace(/"iterationTime_s":[^,]*/, '"iterationTime_s":1e-9')
    writeFileSync(join(cwd, file), `${[header, first, changed, first].join('\n')}\n${third!.slice(0, 400)}`)
    const merged = await study('study.json', '--merge', file, '--project', 'damaged.tmac')
    expect(merged.err).toMatch(/1 cases taken.*2 damaged lines/)
    await study('study.json', '--shard', '1/1', '--output', file)
    await study('study.json', '--merge', file, '--project', 'damaged.tmac')
    expect(kept('damaged.tmac')).toEqual(kept('whole.tmac'))
  })
  it('says so when a shard cannot be written whole, the last of its cases not less than others', () => {
    const args = ['study', 'study.json', '--shard', '1/3', '--output', 'full.jsonl']
    const { status, stderr } = spawnSync(
      'bash',
      ['-c', 'ulimit -f 2; exec "$@"', 'limited', process.execPath, join(repository, 'src/main/cli.ts'), ...args],
      { cwd, encoding: 'utf8' }
    )
    expect(stderr).toMatch(/'full\.jsonl' cannot be written/)
    expect(stderr).not.toMatch(/1 of 1/)
    expect(status).toBe(2)
  })
  it('takes no case of the smaller form, with fewer contenders in it, for one of the whole study', async () => {
    await study('forms.json', '--reduced', '--shard', '1/1', '--output', 'form.jsonl')
    await study('forms.json', '--reduced', '--merge', 'form.jsonl', '--project', 'form.tmac')
    const gone = await study('forms.json', '--shard', '1/1', '--output', 'form.jsonl')
    expect(gone.err).toMatch(/Shard 1 of 1: 2 cases, 0 done before/)
    const merged = await study('forms.json', '--merge', 'form.jsonl', '--project', 'form.tmac')
    expect(merged.err).toMatch(/2 cases taken, 0 were there/)
    expect(merged.out).toMatch(/2 of 2 cases/)
    const list = await study('forms.json', '--project', 'form.tmac', '--list')
    expect(list.out.match(/^done/gm)).toHaveLength(2)
    expect(kept('form.tmac').map(({ contenders }) => contenders.map((one) => one.contender))).toEqual([
      ['tmac', 'deepspeed-z3', 'megatron-full'],
      ['tmac', 'deepspeed-z3', 'megatron-full']
    ])
    const smaller = await study('forms.json', '--reduced', '--merge', 'form.jsonl', '--project', 'form.tmac')
    expect(smaller.err).toMatch(/0 cases taken/)
    expect(smaller.out).toMatch(/1 of 1 cases/)
  })
  it('takes over the cases of a study that it has grown from, and runs only what is new', async () => {
    copyFileSync(join(cwd, 'whole.tmac'), join(cwd, 'grown.tmac'))
    const listed = await study('grown.json', '--project', 'grown.tmac', '--list')
    expect(listed.out.match(/^(done|open).*$/gm)).toEqual([
      'done  same-chip/small.json/wafer.json/b8/s1024/flash/o18/seed1',
      'done  same-chip/small.json/wafer.json/b24/s1024/flash/o18/seed1',
      'done  co-explored/small.json/wafer.json/b8/s1024/flash/o18/seed1',
      'open  same-chip/small.json/wafer.json/b8/s1024/flash/o18/seed1/overlap0'
    ])
    const { err, out } = await study('grown.json', '--project', 'grown.tmac', '--report', 'grown.md')
    expect(err).toMatch(/3 cases are taken over/)
    expect(err).toMatch(/4 cases, 3 done before/)
    expect(out).toMatch(/everybody searches knowing it: .*× where 0% hides/)
    using store = openProject(join(cwd, 'grown.tmac'), { readOnly: true })
    const [first, second] = store.studies.hashes().map((hash) => store.studies.cases(hash))
    for (const one of first!) expect(second).toContainEqual(one)
    expect(second).toHaveLength(4)
    expect((await study('study.json', '--project', 'grown.tmac')).err).toMatch(/3 cases, 3 done before/)
  })
  it('runs a case again where anything that it depends on differs', async () => {
    copyFileSync(join(cwd, 'whole.tmac'), join(cwd, 'changed.tmac'))
    write('changed.json', { ...smallStudySpec, overlaps: [0.25], grids: renamed })
    const list = await study('changed.json', '--project', 'changed.tmac', '--list')
    expect(list.out.match(/^open/gm)).toHaveLength(3)
  })
  it('refuses to merge what is not there, a folder of no shards, and options that it would not look at', async () => {
    const project = ['--project', 'nothing.tmac']
    mkdirSync(join(cwd, 'bare'))
    const told = async (...options: readonly string[]): Promise<string> => {
      const { code, err } = await study('study.json', ...options)
      expect(code).toBe(2)
      return err
    }
    expect(await told('--merge', 'nowhere.jsonl', ...project)).toMatch(/shard 'nowhere\.jsonl' does not exist/)
    expect(await told('--merge', 'bare', ...project)).toMatch(/folder 'bare' has no shards/)
    const shard = ['--shard', '1/2', '--output', 'part.jsonl']
    expect(await told(...shard, ...project)).toMatch(/leave it or '--project' out/)
    expect(await told(...shard, '--merge', 'in1')).toMatch(/leave it or '--merge' out/)
    expect(await told('--output', 'part.jsonl', ...project)).toMatch(/'--output' belongs to '--shard'/)
    expect(existsSync(join(cwd, 'nothing.tmac'))).toBe(false)
  })
  it('refuses a shard of another study, of nothing, and a part that does not exist', async () => {
    const other = await study('other.json', '--merge', 'in1/1.jsonl', '--project', 'other.tmac')
    expect(other.code).toBe(2)
    expect(other.err).toMatch(/is a shard of study 'small' as it was otherwise/)
    appendFileSync(join(cwd, 'nothing.jsonl'), 'no shard\n')
    expect((await study('study.json', '--merge', 'nothing.jsonl', '--project', 'other.tmac')).err).toMatch(
      /is not a shard/
    )
    expect((await study('study.json', '--shard', '3/2', '--output', 'x.jsonl')).err).toMatch(/'3\/2'.*I\/N/)
    expect((await study('study.json', '--shard', '1/2')).err).toMatch(/--output/)
    expect((await study('no-such')).err).toMatch(/no study is called 'no-such'; known: tmac-claims/)
  })
})
