import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { goldenEvaluations } from './golden-evaluations.ts'

// Run by `npm run golden` after a change that is meant to move numbers; the commit that does so says why.
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
const golden = { madeAfterCommit: commit, evaluations: goldenEvaluations() }
writeFileSync(new URL('./evaluations.json', import.meta.url), `${JSON.stringify(golden, null, 1)}\n`)
