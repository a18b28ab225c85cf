import { LARGEST_UPLOAD_B, PIECE_B, type ProjectView } from '../../contract/projects-contract.ts'
import { LONGEST_CONTENT_B } from '../../contract/document-contents.ts'
import { client } from '../client.ts'

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`

/** Sends a project file to the program and opens it there. @throws Error when it is too large, or what the program says of it */
export async function sendProject(file: File): Promise<ProjectView> {
  if (file.size > LARGEST_UPLOAD_B)
    throw new Error(
      `'${file.name}' has ${megabytes(file.size)}; ${megabytes(LARGEST_UPLOAD_B)} can be sent at most. Open it by its path`
    )
  if (file.size === 0) throw new Error(`'${file.name}' is empty; choose a .tmac file`)
  const upload = await client.projects.upload.begin({ fileName: file.name, size_B: file.size })
  for (let at = 0; at < file.size; at += PIECE_B)
    await client.projects.upload.append({
      upload,
      bytes: new Uint8Array(await file.slice(at, at + PIECE_B).arrayBuffer())
    })
  return client.projects.upload.finish({ upload })
}

/** Fetches a copy of a project as it is now. */
export async function fetchProject(project: string): Promise<File> {
  const { download, fileName, size_B } = await client.projects.download.begin({ project })
  const pieces: Uint8Array<ArrayBuffer>[] = []
  for (let at = 0; at < size_B; at += pieces.at(-1)!.length)
    pieces.push(await client.projects.download.read({ download, offset_B: at }))
  return new File(pieces, fileName, { type: 'application/vnd.sqlite3' })
}

/** The text of a file that shall become a document. @throws Error when it is too large */
export async function documentText(file: File): Promise<string> {
  if (file.size > LONGEST_CONTENT_B)
    throw new Error(
      `'${file.name}' has ${megabytes(file.size)}; a document has ${megabytes(LONGEST_CONTENT_B)} at most`
    )
  return file.text()
}
