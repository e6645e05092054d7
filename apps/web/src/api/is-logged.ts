import { LoggedEvent, type StreamEvent } from '@foyer/shared/protocol/event'

const logged = new Set<string>(LoggedEvent.options.map(({ entries }) => entries.type.literal))

/** Whether the log keeps it: only then its `seq` says how far its reader is. */
export function isLogged(event: StreamEvent): event is LoggedEvent {
  return logged.has(event.type)
}
