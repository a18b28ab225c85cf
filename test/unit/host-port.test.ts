import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { hostProcess, type HostProcess } from '../fixtures/host-process.ts'

let folder: string
let hosts: HostProcess[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tmac-port-'))
  hosts = []
})
afterEach(async () => {
  for (const host of hosts) await host.kill()
  rmSync(folder, { recursive: true, force: true })
})
const start = async (...options: string[]): Promise<HostProcess> => {
  const host = await hostProcess(folder, ...options)
  hosts.push(host)
  return host
}

test('a workbench comes back at the address where it was, with what pages keep for it there', async () => {
  const first = await start()
  await hosts.pop()!.kill()
  expect((await start()).port).toBe(first.port)
})

test('a second one on the same data takes the next port that is free, and says what that means', async () => {
  const { port } = await start()
  const second = await start()
  expect(second.port).toBeGreaterThan(port)
  expect(second.said()).toContain(`Port ${port} of this machine, where this workbench usually is, is taken`)
  expect(second.said()).toContain(`it is at ${second.port}`)
})

test('a port that was asked for is taken, or is refused in words', async () => {
  const { port } = await start('--port', '0')
  await expect(hostProcess(folder, '--port', String(port))).rejects.toThrow(
    new RegExp(`port '${port}' is in use.*name another.*leave it out`)
  )
})
