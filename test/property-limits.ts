import * as fc from 'fast-check'

/**
 * A property that found a counterexample may look for a smaller one for ever, and no test's own limit ends what never waits: it is told as found
 * after this long.
 */
fc.configureGlobal({ interruptAfterTimeLimit: 100_000, markInterruptAsFailure: true })
