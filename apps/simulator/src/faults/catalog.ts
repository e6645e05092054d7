import { badGateway } from './bad-gateway.ts'
import { clockSkew } from './clock-skew.ts'
import { cutBody } from './cut-body.ts'
import { droppedConnection } from './dropped-connection.ts'
import { duplicateEvent } from './duplicate-event.ts'
import { expiredToken } from './expired-token.ts'
import { handshakeRefused } from './handshake-refused.ts'
import { frameRefused } from './frame-refused.ts'
import { sessionExpired } from './session-expired.ts'
import { framesDelayed } from './frames-delayed.ts'
import { framesReordered } from './frames-reordered.ts'
import { framesDuplicated } from './frames-duplicated.ts'
import { framesDropped } from './frames-dropped.ts'
import { framesMistyped } from './frames-mistyped.ts'
import { socketClosed } from './socket-closed.ts'
import { uploadFailure } from './upload-failure.ts'
import type { FaultKind } from './fault.ts'
import { forbiddenScope } from './forbidden-scope.ts'
import { hang } from './hang.ts'
import { internalErrorFault } from './internal-error.ts'
import { latency } from './latency.ts'
import { lostAnswer } from './lost-answer.ts'
import { reorderedEvents } from './reordered-events.ts'
import { revokedToken } from './revoked-token.ts'
import { serviceUnavailableFault } from './service-unavailable.ts'
import { slowBody } from './slow-body.ts'
import { tooManyRequestsFault } from './too-many-requests.ts'

export const faultKinds: readonly FaultKind[] = [
  expiredToken,
  revokedToken,
  forbiddenScope,
  tooManyRequestsFault,
  internalErrorFault,
  badGateway,
  serviceUnavailableFault,
  latency,
  slowBody,
  cutBody,
  lostAnswer,
  droppedConnection,
  hang,
  clockSkew,
  duplicateEvent,
  reorderedEvents,
  handshakeRefused,
  frameRefused,
  sessionExpired,
  framesDelayed,
  framesReordered,
  framesDuplicated,
  framesDropped,
  framesMistyped,
  socketClosed,
  uploadFailure,
]

export const findFaultKind = (name: string) => faultKinds.find((kind) => kind.name === name)
