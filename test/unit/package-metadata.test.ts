import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import packageFile from '../../package.json' with { type: 'json' }

const { build } = packageFile

test('a package registers the files and links that the desktop program takes', () => {
  const desktop = readFileSync(join(import.meta.dirname, '../../src/main/host/desktop.ts'), 'utf8')
  expect(build.fileAssociations.map(({ ext }) => ext)).toEqual(['tmac'])
  expect(desktop).toContain(`extensions: ['${build.fileAssociations[0]!.ext}']`)
  expect(build.protocols.flatMap(({ schemes }) => schemes)).toEqual(['tmac'])
  expect(desktop).toContain(`setAsDefaultProtocolClient('${build.protocols[0]!.schemes[0]}')`)
})

test('a package holds what the program starts from', () => {
  const [folder] = packageFile.main.replace('./', '').split('/')
  expect(build.files).toContain(`${folder}/**`)
  expect(build.files).toEqual(expect.arrayContaining(['resources/**', 'package.json']))
})
