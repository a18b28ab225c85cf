import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openProject } from '../../src/main/projects/open-project.ts'
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

test('a project that is named is open where the link leads, and what cannot be used is told in a line', async () => {
  const path = join(folder, 'named.tmac')
  openProject(path, { create: true }).close()
  const host = await start('--port', '0', path)
  const [project] = (await host.client.projects.recent()).filter(({ name }) => name === 'named')
  expect(host.said()).toMatch(new RegExp(`/\\?token=\\S+#/project/${project!.id}\\n`))
  const linked = await start('--port', '0', `tmac://project/${project!.id}/settings`)
  expect(linked.said()).toContain(`#/project/${project!.id}/settings\n`)
  for (const [words, message] of [
    [['--prot', '3'], /tmac: serve has no option '--prot'; did you mean '--port'\?$/m],
    [['--port', '70000'], /tmac: port '70000' is not a whole number from 0 .* to 65535/m],
    [[join(folder, 'none.tmac')], /tmac: '.*none\.tmac' does not exist/m],
    [['a.tmac', 'b.tmac'], /tmac: serve takes 1 word beside its options; 'b\.tmac' is one too many$/m]
  ] as const) {
    const failure: Error = await hostProcess(folder, ...words).then(
      () => new Error('it started'),
      (error: Error) => error
    )
    expect(failure.message).toMatch(message)
    expect(failure.message).not.toMatch(/^\s+at /m)
  }
})
