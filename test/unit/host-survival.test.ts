import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { WorkbenchClient } from '../../src/contract/workbench.ts'

const serve = join(import.meta.dirname, '../../src/main/serve.ts')
let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'tmac-survival-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

interface RunningHost {
  readonly process: ChildProcess
  readonly client: WorkbenchClient
  close(): Promise<void>
}

/** The browser host as a process of its own, and a connection as a page has it. */
async function startHost(): Promise<RunningHost> {
  const child = spawn(
    process.execPath,
    [serve, '--data', join(folder, 'data'), '--projects', join(folder, 'projects')],
    { stdio: ['pipe', 'pipe', 'inherit'] }
  )
  const link = await new Promise<string>((resolve, reject) => {
    let text = ''
    child.stdout!.setEncoding('utf8').on('data', (more: string) => {
      text += more
      const address = /http:\/\/\S+/.exec(text)
      if (address) resolve(address[0])
    })
    child.once('exit', (code) => reject(new Error(`the host ended with ${code}`)))
  })
  const { origin } = new URL(link)
  const answer = await fetch(link, { redirect: 'manual' })
  const cookie = answer.headers.getSetCookie()[0]!.split(';')[0]!
  const websocket = new WebSocket(`${origin.replace('http', 'ws')}/rpc`, {
    headers: { Cookie: cookie, Origin: origin }
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  return {
    process: child,
    client: createORPCClient(new RPCLink({ websocket: websocket as unknown as globalThis.WebSocket })),
    async close() {
      websocket.terminate()
      child.kill('SIGKILL')
      await ended
    }
  }
}

const setup = {
  model: { preset: 'megatron-1.7b' },
  chip: { preset: 'lean-48' },
  globalBatch: 48,
  sequenceLength: 1024,
  mapping: {
    pipelineParallel: [1, 2, 4],
    microBatch: [1],
    regions: [
      [1, 2],
      [2, 2]
    ],
    zeroStages: [1],
    schedules: ['1f1b']
  },
  wafers: { genes: { 'grid.rows': [4, 6], 'die.clock_Hz': { from: 0.8e9, to: 1.2e9, step: 0.1e9 } } },
  powerCap_W: null,
  policies: ['megatron-full', 'deepspeed-z3'],
  budget_s: null
} as const

/** Watches a job until it has ended. */
async function end(client: WorkbenchClient, job: number) {
  let last
  for await (const state of await client.jobs.watch({ job })) last = state
  return last!
}

/** What a run has found, apart from when. */
async function found(client: WorkbenchClient, project: string, run: number) {
  const { id: _id, ...columns } = await client.runs.columns({ project, run, after: 0 })
  const { best, run: record } = await client.runs.view({ project, run })
  return { columns, mapping: best!.mapping, certificate: record.certificate, statistics: record.statistics }
}

test('a search goes on after kill -9 of the host, from what it kept, to the same points', async () => {
  const first = await startHost()
  const undisturbed = (await first.client.projects.create({ name: 'undisturbed' })).id
  const whole = await first.client.jobs.start({ ...setup, project: undisturbed } as never)
  expect((await end(first.client, whole.id)).status).toBe('finished')
  const expected = await found(first.client, undisturbed, 1)

  const project = (await first.client.projects.create({ name: 'killed' })).id
  const job = await first.client.jobs.start({ ...setup, project } as never)
  for await (const state of await first.client.jobs.watch({ job: job.id })) if (state.share > 0.1) break
  await first.close()

  const second = await startHost()
  try {
    const offered = await second.client.jobs.interrupted()
    expect(offered).toMatchObject([{ project, run: 1, projectName: 'killed', paused: false }])
    const resumed = await second.client.jobs.resumeRun({ project, run: 1 })
    const last = await end(second.client, resumed.id)
    expect([last.status, last.message]).toEqual(['finished', expect.stringMatching(/^Best/)])
    expect(await found(second.client, project, 1)).toEqual(expected)
    expect(await second.client.jobs.interrupted()).toEqual([])
  } finally {
    await second.close()
  }
})
