import { TokenExchangeRequest, TokenRefreshRequest } from '@foyer/shared/platform/web-messaging/sign-in'
import * as v from 'valibot'
import type { Deployment } from '../options.ts'
import { emptyAnswer, jsonAnswer, type Answer } from '../rest/answer.ts'
import { readBearer } from '../rest/bearer.ts'
import { badRequest, tokenUnknown } from '../rest/error-answers.ts'
import type { Exchange } from '../rest/exchange.ts'
import { parseJsonBody, readBody } from '../rest/read-body.ts'
import type { SignIns } from '../world/sign-ins.ts'
import type { World } from '../world/world.ts'
import { eventFrame } from './frames.ts'
import type { Sessions } from './sessions.ts'

interface SignInParts {
  readonly world: World
  readonly sessions: Sessions
}

/** A provider's code or id token for the platform's own token (web-messaging.md §18.2). */
export async function exchangeToken(exchange: Exchange, { world }: SignInParts): Promise<Answer> {
  const { deploymentId, oauth } = await readAs(TokenExchangeRequest, exchange)
  const deployment = findOffering(world, deploymentId)
  const tokens = deployment && trade(world.signIns, deployment, oauth)
  if (!tokens) throw malformed()
  exchange.clientId = deploymentId
  return jsonAnswer(200, JSON.stringify(tokens))
}

function trade(signIns: SignIns, { id, auth }: Deployment, oauth: TokenExchangeRequest['oauth']) {
  const { code, idToken, ...rest } = oauth
  const terms = { ...rest, deploymentId: id, jwtMs: auth.jwtSeconds * 1000, refreshMs: auth.refreshTokenSeconds * 1000 }
  if (code) return signIns.trade('code', code, terms)
  return idToken ? signIns.trade('id-token', idToken, terms) : undefined
}

/** Another token; the refresh token stays good (§18.4). */
export async function refreshToken(exchange: Exchange, { world }: SignInParts): Promise<Answer> {
  const { refreshToken: token } = await readAs(TokenRefreshRequest, exchange)
  const jwt = world.signIns.refresh(token)
  if (jwt === undefined) throw tokenUnknown()
  return jsonAnswer(200, JSON.stringify({ jwt }))
}

/** The person signs out: both tokens die, and every socket of theirs hears of it (§18.5). */
export function revokeToken({ request }: Exchange, { world, sessions }: SignInParts): Answer {
  const signIn = world.signIns.find(readBearer(request))
  if (!signIn) throw tokenUnknown()
  signIn.isRevoked = true
  sessions.endSignedIn(signIn, eventFrame('LogoutEvent'))
  return emptyAnswer(204)
}

async function readAs<Schema extends v.GenericSchema>(schema: Schema, exchange: Exchange) {
  exchange.body = await readBody(exchange.request)
  const parsed = v.safeParse(schema, parseJsonBody(exchange.request, exchange.body))
  if (!parsed.success) throw malformed()
  return parsed.output
}

function findOffering(world: World, deploymentId: string): Deployment | undefined {
  const deployment = world.findDeployment(deploymentId)
  return deployment?.status === 'Active' && deployment.auth.enabled ? deployment : undefined
}

/** Whatever was wrong: a spent code, a verifier that does not fit, a deployment without sign-in. */
const malformed = () => badRequest('The request could not be understood by the server due to malformed syntax.')
