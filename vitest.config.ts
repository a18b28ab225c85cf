import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    reporters: ['default', './test/plain-total.ts'],
    include: ['test/**/*.test.ts'],
    setupFiles: ['./test/property-limits.ts'],
    pool: 'forks',
    testTimeout: 120_000
  }
})
