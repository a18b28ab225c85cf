import { existsSync, mkdirSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { Problem } from '../../core/problem.ts'

const fileName = /^[\p{L}\p{N}][\p{L}\p{N} ._()+-]*$/u
/** Names that Windows keeps for devices, whatever follows the dot. */
const device = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i

/** A name under the folder of new projects, or a path. */
export type ProjectTarget = { readonly name: string } | { readonly path: string }

const withExtension = (name: string): string => `${name.replace(/\.tmac$/i, '')}.tmac`

/** @throws Problem when the name cannot name a file everywhere */
function requireFileName(name: string): void {
  if (fileName.test(name) && !device.test(name) && !name.endsWith('.') && Buffer.byteLength(name) <= 200) return
  throw new Problem(
    'bad-input',
    `'${name}' cannot name a file; use letters, digits, spaces and . _ ( ) + -, a letter or digit first`,
    'name'
  )
}

/** Where a new project goes, its folder made. @throws Problem when the name cannot name a file, or is taken */
export function newProjectPath(target: ProjectTarget, folder: string): string {
  if ('name' in target) requireFileName(target.name)
  else if (!isAbsolute(target.path))
    throw new Problem('bad-input', `'${target.path}' is a relative path; give the whole path, from the root on`, 'path')
  const path = withExtension('name' in target ? join(folder, target.name) : resolve(target.path))
  if (existsSync(path))
    throw new Problem('bad-input', `'${path}' exists already; open it, or choose another name`, 'name')
  mkdirSync(dirname(path), { recursive: true })
  return path
}

/** A path in a folder that nothing has, after a name that may be anything. */
export function freeProjectPath(folder: string, wanted: string): string {
  const plain = wanted.replace(/\.(tmac|bak)$/i, '').replaceAll(/[^\p{L}\p{N} ._()+-]/gu, '_')
  const stem =
    fileName.test(plain) && !device.test(plain)
      ? plain.slice(0, 60)
      : `project ${plain.replace(/^\W+/, '')}`.slice(0, 60)
  mkdirSync(folder, { recursive: true })
  for (let number = 1; ; number++) {
    const path = join(folder, withExtension(number === 1 ? stem : `${stem} ${number}`))
    if (!existsSync(path)) return path
  }
}
