import { readFileSync } from 'node:fs'
import { join, matchesGlob } from 'node:path'
import { describe, expect, test } from 'vitest'
import packageFile from '../../package.json' with { type: 'json' }
import type { ElectronBinary } from '../../src/main/host/electron-binary.ts'
import { makePackage, PACKAGER } from '../../src/main/make-package.ts'

const { build } = packageFile

test('a package registers the files and links that the desktop program takes', () => {
  const desktop = readFileSync(join(import.meta.dirname, '../../src/main/host/desktop.ts'), 'utf8')
  expect(build.fileAssociations.map(({ ext }) => ext)).toEqual(['tmac'])
  expect(desktop).toContain(`extensions: ['${build.fileAssociations[0]!.ext}']`)
  expect(build.protocols.flatMap(({ schemes }) => schemes)).toEqual(['tmac'])
  expect(desktop).toContain(`setAsDefaultProtocolClient('${build.protocols[0]!.schemes[0]}')`)
})

test('a package holds what the program starts from', () => {
  const { main } = packageFile
  expect(build.files.some((pattern) => matchesGlob(main.replace('./', ''), pattern))).toBe(true)
  expect(build.files).toEqual(expect.arrayContaining(['resources/**', 'package.json']))
})

describe('npm run package', () => {
  const told: string[] = []
  const made = (find: ElectronBinary, status: number | undefined, more: readonly string[] = []) => {
    told.length = 0
    const runs: (readonly string[])[] = []
    const code = makePackage({
      find: () => find,
      run: (packager, options) => {
        runs.push([packager, ...options])
        return status
      },
      tell: (words) => void told.push(words),
      more
    })
    return { code, runs }
  }

  test('says why there is no package where Electron is refused, and runs no packager', () => {
    const { code, runs } = made({ reason: 'fetch failed' }, 0)
    expect({ code, runs }).toEqual({ code: 1, runs: [] })
    expect(told.join('\n')).toMatch(/No package was made: .*Electron's binary.*\(fetch failed\)/)
    expect(told.join('\n')).toContain('npm run serve')
  })

  test('gives the packager the Electron that is there, and passes options and its code on', () => {
    const found = { executable: '/e/dist/electron' }
    expect(made(found, 0, ['--dir'])).toEqual({
      code: 0,
      runs: [[PACKAGER, '--publish', 'never', '--config.electronDist=/e/dist', '--dir']]
    })
    expect(made(found, 2).code).toBe(2)
    expect(told.join('\n')).toContain('npm run package -- --dir')
    expect(made(found, undefined).code).toBe(1)
    expect(told.join('\n')).toContain('could not be started')
  })
})
