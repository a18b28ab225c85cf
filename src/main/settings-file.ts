import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { defaultSettings, Settings } from '../contract/settings-contract.ts'

/** A person's settings in a file of their own. One that cannot be read or understood counts as not there: nobody is kept out by it. */
export class SettingsFile {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  read(): Settings {
    try {
      return Settings.parse(JSON.parse(readFileSync(this.#path, 'utf8')))
    } catch {
      return defaultSettings
    }
  }

  write(settings: Settings): Settings {
    mkdirSync(dirname(this.#path), { recursive: true })
    const draft = `${this.#path}.${process.pid}.new`
    writeFileSync(draft, `${JSON.stringify(settings, undefined, 2)}\n`)
    renameSync(draft, this.#path)
    return settings
  }
}
