import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

// Commands, hosts and threads that tests start take their sources as they were compiled before: they start in half the time, and threads do not each run
// Node's own WebAssembly that strips types, which can end the process while several threads come and go (nodejs/node issue 64500).
process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), `tmac-compiled-${userInfo().username}`)

export default defineConfig({
  test: {
    reporters: ['default', './test/plain-total.ts'],
    include: ['test/**/*.test.ts'],
    setupFiles: ['./test/property-limits.ts'],
    pool: 'forks',
    testTimeout: 120_000,
    // What is waited for comes in its own time on a busy machine; a second, as it is unless said, is no fact of the program.
    expect: { poll: { timeout: 20_000 } }
  }
})
