import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { connect } from 'node:net'
import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { customJsonSerializers } from '../../src/contract/typed-arrays.ts'
import type { WorkbenchClient } from '../../src/contract/workbench.ts'
import { testHost, type TestHost } from '../fixtures/browser-host.ts'

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
}

let running: TestHost
let cookie: string
let self: string
const ask = (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port: running.host.port, path, headers, method })
    request.on('response', (response) => {
      response.resume()
      resolve({ status: response.statusCode ?? 0, headers: response.headers })
    })
    request.on('upgrade', (response, socket) => {
      socket.destroy()
      resolve({ status: 101, headers: response.headers })
    })
    request.on('error', reject)
    request.end()
  })
const statusOf = async (...args: Parameters<typeof ask>): Promise<number> => (await ask(...args)).status
const pathOf = (link: string): string => new URL(link).pathname + new URL(link).search
const upgrade = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ=='
}

beforeAll(async () => {
  running = await testHost()
  self = `http://127.0.0.1:${running.host.port}`
  const { headers } = await ask(pathOf(running.host.link()))
  cookie = headers['set-cookie']![0]!.split(';')[0]!
})
afterAll(() => running.close())

test('a link lets in once, by a cookie that scripts and other sites do not get', async () => {
  const link = pathOf(running.host.link())
  const { status, headers } = await ask(link)
  expect(status).toBe(303)
  expect(headers.location).toBe('/')
  expect(headers['set-cookie']![0]).toMatch(/; HttpOnly; SameSite=Strict/)
  expect(await statusOf(link)).toBe(403)
})

test('a second link leads whoever is in already to the clean address, and is used up', async () => {
  const link = pathOf(running.host.link())
  for (const path of [link, '/?token=guess']) {
    const { status, headers } = await ask(path, { Cookie: cookie })
    expect({ status, location: headers.location }).toEqual({ status: 303, location: '/' })
  }
  expect(await statusOf(link)).toBe(403)
})

test('without the session nothing is served', async () => {
  expect(await statusOf('/')).toBe(403)
  expect(await statusOf('/?token=guess')).toBe(403)
  expect(await statusOf('/index.html', { Cookie: `${cookie}x` })).toBe(403)
})

test('with the session the page is served under its policy', async () => {
  const { status, headers } = await ask('/', { Cookie: cookie })
  expect(status).toBe(200)
  expect(headers['content-security-policy']).toContain("default-src 'none'")
  expect(headers['content-security-policy']).not.toContain('unsafe-eval')
  expect(headers['x-content-type-options']).toBe('nosniff')
})

test('another name for this machine is refused, so that no site can rebind its own to it', async () => {
  expect(await statusOf('/', { Cookie: cookie, Host: 'attacker.example' })).toBe(421)
  expect(await statusOf('/', { Cookie: cookie, Host: `attacker.example:${running.host.port}` })).toBe(421)
})

test.each(['/..%2f..%2fpackage.json', '/../../package.json', '/%2e%2e/main/index.js', '/%00', '/%'])(
  'the path %s does not leave the page',
  async (path) => expect(await statusOf(path, { Cookie: cookie })).toBe(404)
)

test('only reading is served', async () => expect(await statusOf('/', { Cookie: cookie }, 'POST')).toBe(405))

test('the socket opens to the page itself only', async () => {
  expect(await statusOf('/rpc', { ...upgrade, Origin: self })).toBe(403)
  expect(await statusOf('/rpc', { ...upgrade, Cookie: cookie })).toBe(403)
  expect(await statusOf('/rpc', { ...upgrade, Cookie: cookie, Origin: 'https://attacker.example' })).toBe(403)
  expect(await statusOf('/other', { ...upgrade, Cookie: cookie, Origin: self })).toBe(403)
  expect(await statusOf('/rpc', { ...upgrade, Cookie: cookie, Origin: self })).toBe(101)
})

test.each(['//', '//[', '/\\\\', 'http://[', '*'])(
  'the address %s, from whoever has no session, does not end the host',
  async (path) => {
    expect(await statusOf(path)).toBeGreaterThanOrEqual(400)
    expect(await statusOf('/', { Cookie: cookie })).toBe(200)
  }
)

test.each([
  ['refused', () => ({ Origin: 'https://attacker.example' })],
  ['let in', () => ({ Origin: self, Cookie: cookie })]
])('a socket that is %s and then reset does not end the host', async (_, names) => {
  const { port } = running.host
  const lines = Object.entries({ Host: `127.0.0.1:${port}`, ...upgrade, ...names() })
  const head = ['GET /rpc HTTP/1.1', ...lines.map(([name, value]) => `${name}: ${value}`)]
  const socket = connect(port, '127.0.0.1')
  const answered = new Promise((resolve) => socket.once('data', resolve).on('error', resolve))
  socket.write(`${head.join('\r\n')}\r\n\r\n`)
  await answered
  socket.resetAndDestroy()
  expect(await statusOf('/', { Cookie: cookie })).toBe(200)
})

test('a message that is longer than any of the page, ends its connection and not the host', async () => {
  const socket = new WebSocket(`ws://127.0.0.1:${running.host.port}/rpc`, { headers: { Cookie: cookie, Origin: self } })
  await new Promise((resolve) => socket.once('open', resolve))
  const closed = new Promise((resolve) => socket.once('close', resolve).on('error', () => {}))
  socket.send(new Uint8Array(17 * 1024 * 1024))
  expect(await closed).toBe(1009)
  expect(await statusOf('/', { Cookie: cookie })).toBe(200)
})

const garbage: readonly (readonly [string, string | Uint8Array])[] = [
  ['bytes', Uint8Array.from({ length: 64 }, (_, at) => (at * 37) % 256)],
  ['bytes with a mark of an attachment', Uint8Array.of(123, 255, 0, 1)],
  ['nothing', ''],
  ['text', 'hello'],
  ['half of a message', '{"i":"1","p":{"u":"/projects/rec'],
  ['null', 'null'],
  ['a list', '[1,2]'],
  ['an empty object', '{}'],
  ['a call of nothing', '{"i":"1","p":{}}'],
  ['a call of no address', '{"i":"1","p":{"u":"::::"}}'],
  ['a call of a number', '{"i":"1","p":{"u":5}}'],
  ['a call with heads of no kind', '{"i":"1","p":{"u":"/projects/recent","h":7}}'],
  ['a call by a method of no kind', '{"i":"1","p":{"u":"/projects/recent","m":{}}}'],
  ['a form without an end', '{"i":"1","p":{"u":"/projects/recent","h":{"content-type":"multipart/form-data"}}}'],
  ['an event of nothing', '{"i":"1","t":3}'],
  ['a kind that there is not', '{"i":"1","t":9,"p":{"u":"/projects/recent"}}']
]
test.each(garbage)(
  'a message that is none (%s) ends its connection, and neither the others nor what the terminal shows',
  async (_, message) => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    await withClient(async (client) => {
      const socket = new WebSocket(`ws://127.0.0.1:${running.host.port}/rpc`, {
        headers: { Cookie: cookie, Origin: self }
      })
      await new Promise((resolve) => socket.once('open', resolve))
      const closed = new Promise((resolve) => socket.once('close', resolve))
      socket.send(message)
      expect(await closed).toBe(1007)
      expect(await client.projects.recent()).toEqual(expect.any(Array))
    })
    expect(said).not.toHaveBeenCalled()
    said.mockRestore()
  },
  5000
)

async function withClient(use: (client: WorkbenchClient) => Promise<void>): Promise<void> {
  const websocket = new WebSocket(`ws://127.0.0.1:${running.host.port}/rpc`, {
    headers: { Cookie: cookie, Origin: self }
  })
  try {
    await use(
      createORPCClient(new RPCLink({ websocket: websocket as unknown as globalThis.WebSocket, customJsonSerializers }))
    )
  } finally {
    websocket.terminate()
  }
}

test('the sample opens on a finished run: summary, policies, columns and points agree', () =>
  withClient(async (client) => {
    const { id: project, runs } = await client.projects.openSample()
    expect(runs).toMatchObject([
      { id: 1, status: 'finished', model: 'llama-3-70b' },
      { id: 2, status: 'finished', model: 'llama-3-70b' }
    ])
    const view = await client.runs.view({ project, run: 2 })
    const columns = await client.runs.columns({ project, run: 2, after: 0 })
    expect(columns.id).toHaveLength(view.run.pointCount)
    for (const values of Object.values(columns)) expect(values).toHaveLength(columns.id.length)
    const at = columns.id.indexOf(view.best!.id)
    expect(columns.tokensPerSecond[at]).toBe(view.best!.evaluation.tokensPerSecond)
    expect(await client.runs.point({ project, point: view.best!.id })).toEqual(view.best)
    expect(view.compared.some(({ source }) => source.startsWith('policy:'))).toBe(true)
    const later = await client.runs.columns({ project, run: 2, after: columns.ordinal[4]! })
    expect(later.id).toEqual(columns.id.slice(5))
    expect(await client.projects.recent()).toMatchObject([{ id: project, exists: true }])
  }))

test('a refusal for a person keeps its words and its code', () =>
  withClient(async (client) => {
    const damaged = join(running.folder, 'damaged.tmac')
    writeFileSync(damaged, 'not a database, but long enough to look like one')
    await expect(client.projects.open({ path: damaged })).rejects.toMatchObject({
      code: 'PROBLEM',
      data: { code: 'not-a-project' },
      message: expect.stringContaining(damaged) as unknown
    })
    await expect(client.projects.open({ path: 'study.tmac' })).rejects.toMatchObject({ data: { code: 'bad-input' } })
    await expect(client.projects.create({ name: '../escape' })).rejects.toMatchObject({ data: { path: 'name' } })
    await expect(client.projects.view({ project: 'unknown' })).rejects.toMatchObject({ data: { code: 'unknown-name' } })
  }))

const setup = {
  model: { preset: 'megatron-1.7b' },
  chip: { preset: 'lean-48' },
  globalBatch: 48,
  sequenceLength: 1024,
  objective: 'throughput',
  wafers: 'around',
  powerCap_W: null,
  budget_s: 60
} as const

test('input that the contract does not allow is refused before anything runs, by its name and its value', () =>
  withClient(async (client) => {
    const { id: project } = await client.projects.create({ name: 'refused' })
    await expect(client.jobs.start({ ...setup, project, globalBatch: 0 })).rejects.toMatchObject({
      code: 'PROBLEM',
      data: { code: 'bad-input', path: 'globalBatch' },
      message: expect.stringMatching(/^'globalBatch' is 0: /) as unknown
    })
    await expect(client.projects.create({ name: 'safe\u202Egnp' })).rejects.toMatchObject({
      message: expect.stringContaining('must have no control characters') as unknown
    })
    await expect(client.jobs.start({ ...setup, project, chip: { preset: '/etc/passwd' } })).rejects.toMatchObject({
      data: { code: 'unknown-name' }
    })
    expect(await client.jobs.list()).toEqual([])
  }))

test('a search outlives the connection that started it, keeps points as it goes, and stops with what it has', async () => {
  let project = ''
  let job = 0
  await withClient(async (client) => {
    project = (await client.projects.create({ name: 'outlives' })).id
    job = (await client.jobs.start({ ...setup, project })).id
    const second = await client.jobs.start({ ...setup, project })
    expect(second).toMatchObject({ status: 'queued', run: 2 })
    expect(await client.jobs.stop({ job: second.id })).toMatchObject({ status: 'stopped' })
  })
  await withClient(async (client) => {
    let last
    for await (const state of await client.jobs.watch({ job })) {
      last = state
      if (state.status === 'running' && state.pointCount > 0) await client.jobs.stop({ job })
    }
    expect(last!.status).toMatch(/stopped|finished/)
    const { runs } = await client.projects.view({ project })
    expect(runs[0]!.pointCount).toBe(last!.pointCount)
    expect(last!.pointCount).toBeGreaterThan(0)
  })
})

test('a project file of another place opens, and forgetting it leaves the file', () =>
  withClient(async (client) => {
    const path = join(running.folder, 'copy.tmac')
    copyFileSync(join(import.meta.dirname, '../../resources/samples/projects/llama-3-70b-on-54-dies.tmac'), path)
    const { id } = await client.projects.open({ path })
    const rest = await client.projects.forget({ project: id })
    expect(rest.some((one) => one.id === id)).toBe(false)
    expect((await client.projects.open({ path })).id).toBe(id)
  }))
