/** Hands a person a file under a name. */
export function saveFile(content: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(content)
  link.download = name
  link.click()
  // The download has taken its own hold of the content by the next turn; a second is ample.
  window.setTimeout(() => URL.revokeObjectURL(link.href), 1000)
}
