import type { Reporter, TestModule } from 'vitest/node'

/** Ends a run with the one line that a log reader can count on: 'N passed, N failed'. */
export default class PlainTotal implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const count = { passed: 0, failed: 0, skipped: 0, pending: 0 }
    for (const module of modules) {
      const tests = [...module.children.allTests()]
      for (const test of tests) count[test.result().state]++
      if (!module.ok() && !tests.some((test) => test.result().state === 'failed')) count.failed++
    }
    count.failed += unhandledErrors.length
    const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : ''
    console.log(`${count.passed} passed, ${count.failed} failed${skipped}`)
  }
}
