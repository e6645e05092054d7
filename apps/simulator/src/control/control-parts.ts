import type { RestDoorParts } from '../rest/rest-door.ts'
import type { Attachments } from '../attachments/attachments.ts'
import type { RunningScenarios } from '../scenarios/running-scenarios.ts'
import type { WebMessagingDoor } from '../web-messaging/door.ts'
import type { Sessions } from '../web-messaging/sessions.ts'

/** What the control API looks into and changes. */
export interface ControlParts extends RestDoorParts {
  readonly scenarios: RunningScenarios
  readonly sessions: Sessions
  readonly attachments: Attachments
  readonly sockets: WebMessagingDoor
}
