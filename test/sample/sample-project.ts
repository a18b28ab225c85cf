import { join } from 'node:path'

/** The project that the program ships, of which everybody gets a copy. */
export const sampleProject = join(import.meta.dirname, '../../resources/samples/projects/llama-3-70b-on-54-dies.tmac')
