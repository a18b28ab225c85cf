import { spawnSync } from 'node:child_process'
import { chromiumPath, hasChromium } from './chromium.ts'

/** Runs before the tests: the browser that the end-to-end flows need, from Debian's packages where it is missing. */
if (!hasChromium()) {
  console.error(`no Chromium at ${chromiumPath}; installing Debian's package`)
  const become = process.getuid?.() === 0 ? [] : ['sudo', '-n']
  for (const args of [
    ['apt-get', 'update', '-qq'],
    ['apt-get', 'install', '-y', '-qq', '--no-install-recommends', 'chromium']
  ]) {
    const [command, ...rest] = [...become, ...args]
    spawnSync(command!, rest, {
      stdio: ['ignore', 'ignore', 'inherit'],
      timeout: 600_000,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    })
  }
  if (!hasChromium())
    console.error('it could not be installed: the end-to-end flows are skipped; set CHROMIUM to a browser to run them')
}
