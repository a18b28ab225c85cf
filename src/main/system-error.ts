import type { ProblemCode } from '../core/problem.ts'

/** What an error of the operating system means for the file it is about: the kind of problem, and words that follow the file's name. */
export interface SystemTrouble {
  readonly code: ProblemCode
  readonly words: string
}
type Act = 'read' | 'written'
type Words = readonly [code: ProblemCode, words: string]

/** Errors of a path, whatever is done there. */
const ofPaths: Readonly<Record<string, Words>> = {
  EISDIR: ['not-a-file', 'is a directory; name a file in it'],
  ELOOP: ['not-a-file', 'is a symbolic link that leads to itself; name the file that it is meant for'],
  ENAMETOOLONG: ['not-a-file', 'is too long for a path; shorten it'],
  ERR_INVALID_ARG_VALUE: ['not-a-file', 'is not a path: it has a character that no path can have']
}

const device: Words = ['not-a-file', 'it is a device or a socket, not a file; name a file']
const away = (code: string): Words => [
  'io-failed',
  `the disk is not there any more, or its network does not answer (${code}); connect it again, then try again`
]
const faulty = (code: string): Words => [
  'io-failed',
  `its disk or device reports an error (${code}); name another file, or check the disk and use a copy`
]
const exhausted = (what: string): Words => ['io-failed', `${what}; close what is not needed, then try again`]
const busy = (code: string): Words => [
  'io-failed',
  `another program holds it (${code}); close it there, then try again`
]

/** Why a file cannot be read or written, and the way on. */
const causes: Readonly<Record<string, Words>> = {
  ENOTDIR: ['not-a-file', 'part of its path is not a folder; check the path'],
  EEXIST: ['not-a-file', 'part of its path is not a folder; check the path'],
  ENXIO: device,
  ENODEV: device,
  ENOTSUP: device,
  EOPNOTSUPP: device,
  ESPIPE: device,
  EINVAL: device,
  ENOTTY: device,
  EROFS: ['read-only', 'the file system is read-only; choose a place elsewhere'],
  ENOSPC: ['disk-full', 'the disk is full; free some space'],
  EDQUOT: ['disk-full', 'the disk quota is used up; free some space'],
  EFBIG: ['disk-full', 'its file system takes no file as large; choose another disk'],
  EIO: faulty('EIO'),
  EBADMSG: faulty('EBADMSG'),
  EILSEQ: faulty('EILSEQ'),
  EOVERFLOW: faulty('EOVERFLOW'),
  EPROTO: faulty('EPROTO'),
  EBADF: faulty('EBADF'),
  EFAULT: faulty('EFAULT'),
  EMFILE: exhausted('this program has as many files open as it may'),
  ENFILE: exhausted('as many files are open as this machine allows'),
  ENOMEM: exhausted('there is no memory left for it'),
  EMLINK: exhausted('the folder has as many entries as it may'),
  EBUSY: busy('EBUSY'),
  ETXTBSY: busy('ETXTBSY, it is a program that runs'),
  EAGAIN: busy('EAGAIN'),
  EINTR: busy('EINTR'),
  EDEADLK: busy('EDEADLK'),
  ENOLCK: busy('ENOLCK'),
  ESTALE: away('ESTALE'),
  ETIMEDOUT: away('ETIMEDOUT'),
  EHOSTDOWN: away('EHOSTDOWN'),
  EHOSTUNREACH: away('EHOSTUNREACH'),
  ENETDOWN: away('ENETDOWN'),
  ENETUNREACH: away('ENETUNREACH'),
  ENETRESET: away('ENETRESET'),
  ENOTCONN: away('ENOTCONN'),
  ENOLINK: away('ENOLINK'),
  ECONNABORTED: away('ECONNABORTED'),
  ECONNREFUSED: away('ECONNREFUSED'),
  ECONNRESET: away('ECONNRESET')
}

const denied: Readonly<Record<Act, Words>> = {
  read: ['not-permitted', 'permission denied; ask its owner, or change its permissions'],
  written: ['read-only', 'permission denied; change its permissions, or choose a place elsewhere']
}
const missing: Readonly<Record<Act, Words>> = {
  read: ['file-not-found', 'does not exist; check the path'],
  written: ['file-not-found', 'cannot be written: its folder does not exist or takes no new files; check the path']
}

/**
 * What an error of the operating system means for a person; undefined for an error that is none.
 * @param act what was to be done with the file
 */
export function systemTrouble(error: unknown, act: Act): SystemTrouble | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  const name = String(error.code)
  if (!('syscall' in error) && !(name in ofPaths)) return undefined
  const whole = name === 'ENOENT' ? missing[act] : ofPaths[name]
  if (whole) return { code: whole[0], words: whole[1] }
  const cause = name === 'EACCES' || name === 'EPERM' ? denied[act] : causes[name]
  const [code, why] = cause ?? ['io-failed', `the system refuses it (${name}); name another file, or try again`]
  return { code, words: `cannot be ${act}: ${why}` }
}
