import { client } from '../client.ts'

/** Shorter searches are over before somebody looks away. */
const WORTH_ASKING_s = 60

/** Asks once whether the end of long searches may be told by the system, where a browser can. */
export function askToNotify(budget_s: number | null): void {
  if (budget_s !== null && budget_s < WORTH_ASKING_s) return
  if (!window.desktop && 'Notification' in window && Notification.permission === 'default')
    void Notification.requestPermission()
}

/** Tells a person who looks elsewhere: by the system where it is allowed, and in the title of the page until they are back. */
export function tellOutside({ title, text }: { readonly title: string; readonly text: string }, address: string): void {
  // A host with a window knows itself whether somebody looks at it.
  void client.shell.announce({ title: title.slice(0, 120), body: text.slice(0, 500), address }).catch(() => undefined)
  if (!document.hidden) return
  if (!window.desktop && 'Notification' in window && Notification.permission === 'granted')
    void new Notification(title, { body: text })
  const before = document.title
  document.title = `● ${title}`
  const restore = (): void => {
    if (document.hidden) return
    document.title = before
    document.removeEventListener('visibilitychange', restore)
  }
  document.addEventListener('visibilitychange', restore)
}
