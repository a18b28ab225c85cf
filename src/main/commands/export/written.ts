/** Where an export comes from: what made it, the command that makes it again, and the hash of the mapping. */
export interface TraceSource {
  readonly program: string
  readonly command: string
  readonly mapping: string
}

/** What an export tells: members for programs, text for people. */
export interface Written {
  readonly summary: Readonly<Record<string, unknown>>
  readonly message: string
}
