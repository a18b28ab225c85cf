import { spawnSync } from 'node:child_process'
import { electronBinary } from './host/electron-binary.ts'
import { makePackage } from './make-package.ts'

/** `npm run package`: what people install. */
process.exitCode = makePackage({
  find: electronBinary,
  run: (packager, options) =>
    spawnSync('npx', ['--yes', packager, ...options], { stdio: 'inherit', shell: process.platform === 'win32' })
      .status ?? undefined,
  tell: console.log,
  more: process.argv.slice(2)
})
