import { emptyAnswer, withHeaders, type Answer } from './answer.ts'

/** What browsers may call from any page (web-messaging.md §13, §18): no cookie ever says who asks. */
const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': 'authorization, content-type, x-journey-session-id, x-journey-session-type',
  'access-control-allow-methods': 'GET, POST, DELETE',
}

export const withCors = (answer: Answer): Answer => withHeaders(answer, CORS)

/** The answer to a browser's question before the call itself (Fetch standard, CORS-preflight). */
export const preflight = (): Answer => withCors(emptyAnswer(204))
