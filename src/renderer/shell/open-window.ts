import { client } from '../client.ts'

/** Shows an address of this page in a window of its own; of a browser, in a tab, which is in by the session that this one has. */
export async function openWindow(address: string): Promise<void> {
  if (window.desktop) await client.shell.open({ address })
  else window.open(address, '_blank', 'noopener')
}
