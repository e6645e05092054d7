export type NoticePermission = 'default' | 'granted' | 'denied' | 'missing'

/** Notifications of the operating system. The guest is asked only when they ask for them. */
export interface DesktopNotice {
  readonly permission: NoticePermission
  ask(): Promise<NoticePermission>
  show(text: { title: string; body: string; tag: string }): void
  /** Takes back what was shown last: it names who wrote. */
  withdraw(): void
}

export function createDesktopNotice(): DesktopNotice {
  let shown: Notification | undefined
  return {
    get permission() {
      return typeof Notification === 'undefined' ? 'missing' : Notification.permission
    },
    async ask() {
      return typeof Notification === 'undefined' ? 'missing' : Notification.requestPermission()
    },
    show({ title, body, tag }) {
      try {
        // The chime is the sound; a later message takes the place of an earlier one.
        const notice = new Notification(title, { body, tag, silent: true })
        notice.onclick = () => {
          window.focus()
          notice.close()
        }
        shown = notice
      } catch {
        // Android shows none without a service worker: title, badge and sound still tell.
      }
    },
    withdraw: () => shown?.close(),
  }
}
