import { spawnSync } from 'node:child_process'
import { chromiumPath, hasChromium } from './e2e/chromium.ts'
import { hasSlurm } from './fixtures/slurm-node.ts'

/** Runs before the tests: what some of them need of Debian's packages, where it is missing. */
const needed = [
  {
    what: `Chromium at ${chromiumPath}`,
    there: hasChromium,
    packages: ['chromium'],
    without: 'the end-to-end flows are skipped; set CHROMIUM to a browser to run them'
  },
  {
    what: 'Slurm',
    there: hasSlurm,
    packages: ['slurmctld', 'slurmd', 'slurm-client', 'munge'],
    without: 'studies are not tried on a job array'
  }
]

const become = process.getuid?.() === 0 ? [] : ['sudo', '-n']

function aptGet(...args: readonly string[]): void {
  const [command, ...rest] = [...become, 'apt-get', ...args]
  spawnSync(command!, rest, {
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: 600_000,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  })
}

const missing = needed.filter(({ there }) => !there())
if (missing.length > 0) {
  console.error(`no ${missing.map(({ what }) => what).join(', no ')}; installing Debian's packages`)
  aptGet('update', '-qq')
  for (const { there, packages, without } of missing) {
    aptGet('install', '-y', '-qq', '--no-install-recommends', ...packages)
    if (!there()) console.error(`${packages.join(', ')} could not be installed: ${without}`)
  }
}
