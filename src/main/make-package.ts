import { dirname } from 'node:path'
import type { ElectronBinary } from './host/electron-binary.ts'

/** The packager and its version; it is fetched when it is wanted, being larger than all that the program needs. */
export const PACKAGER = 'electron-builder@26.17.0'

export interface PackageOptions {
  readonly find: (tell: (words: string) => void) => ElectronBinary
  /** Runs the packager. @returns its exit code, or undefined where it could not be started */
  readonly run: (packager: string, options: readonly string[]) => number | undefined
  readonly tell: (words: string) => void
  /** Options of the packager that a person adds, as `--win`. */
  readonly more: readonly string[]
}

/**
 * Makes what people install out of what is built, by the `build` section of package.json: an unpacked directory and an installer of this
 * system, in `dist`.
 * @returns the exit code; where there is no package, why not is told
 */
export function makePackage({ find, run, tell, more }: PackageOptions): number {
  const { executable, reason } = find(tell)
  if (executable === undefined) {
    tell(
      `No package was made: it would contain Electron's binary, and that could not be fetched (${reason}).\n` +
        'It comes from the releases of Electron on GitHub, which this network may refuse. On a machine that reaches them run\n' +
        "'npx install-electron' and this again; without Electron the workbench runs in a browser: 'npm run serve'."
    )
    return 1
  }
  const status = run(PACKAGER, ['--publish', 'never', `--config.electronDist=${dirname(executable)}`, ...more])
  if (status === 0) tell("The package is in the folder 'dist'.")
  else
    tell(
      status === undefined
        ? `No package was made: the packager '${PACKAGER}' could not be started; it is fetched from the npm registry.`
        : `The packager ended with code ${status}: what it says above is why. It fetches tools of its own from GitHub;\n` +
            "an unpacked directory needs none: 'npm run package -- --dir'."
    )
  return status ?? 1
}
