import { describe, expect, test } from 'vitest'
import { FakeClock, settle } from '../../../test/support/fake-clock.ts'
import { createRecordingLogger } from '../../../test/support/loggers.ts'
import { unreachable, upstreamError } from '../../../test/support/upstream-error.ts'
import type { Credential, CredentialSlot } from '../connector.ts'
import { GuestToken, refreshAfterMs, toCredential, type GuestCredential } from './guest-token.ts'
import type { IssuedToken, TokenRequests } from './request-token.ts'

const MINUTE_MS = 60_000
const LIFETIME_MS = 15 * MINUTE_MS
/** By now every token of that life is due, whatever its jitter, and none is past its end. */
const DUE_MS = 0.88 * LIFETIME_MS

interface Options {
  readonly lifetimeMs?: number | undefined
  readonly withRefreshToken?: boolean
  readonly stored?: Partial<GuestCredential>
}

/** A guest's token with a stored credential behind it, towards a platform that hands out token-1, token-2, … */
function createSubject({ lifetimeMs = LIFETIME_MS, withRefreshToken = true, stored = {} }: Options = {}) {
  const clock = new FakeClock()
  const { logger, lines } = createRecordingLogger()
  const calls: string[] = []
  const slot = createSlot({
    ...{ accessToken: 'token-0', refreshToken: withRefreshToken ? 'refresh-0' : undefined, guestHint: 'guest-1' },
    ...{ requested: ['a'], granted: ['a'], issuedAtMs: clock.now(), expiresAtMs: clock.now() + lifetimeMs },
    ...{ refreshCount: 0, ...stored },
  })
  /** What stands between the request and its answer; throws to refuse. */
  let upstream = async (_call: string): Promise<void> => undefined
  let issued = 0
  const issue = async (call: string): Promise<IssuedToken> => {
    calls.push(call)
    await upstream(call)
    const number = ++issued
    const refreshToken = withRefreshToken ? `refresh-${number}` : undefined
    return { accessToken: `token-${number}`, refreshToken, lifetimeMs, granted: ['a'] }
  }
  const requests: TokenRequests = {
    ask: (guestHint) => issue(`ask ${guestHint}`),
    refresh: (refreshToken) => issue(`refresh ${refreshToken}`),
  }
  const createToken = () => new GuestToken({ slot, requests, clock, logger })
  return {
    ...{ clock, lines, calls, slot, requests, createToken, token: createToken() },
    answerWith: (next: typeof upstream) => (upstream = next),
    accessToken: async (token: GuestToken) => (await token.current()).accessToken,
  }
}

function createSlot(first: object): CredentialSlot & { stored: Credential | undefined; writes: string[] } {
  return {
    stored: JSON.parse(JSON.stringify(first)) as Credential,
    writes: [],
    async read() {
      return this.stored
    },
    async write(credential) {
      this.writes.push(String(credential['accessToken']))
      this.stored = credential
    },
  }
}

describe('a token is renewed ahead of its end', () => {
  test.each([
    ['15 minutes', 900_000, 648_000, 792_000],
    ['2 minutes', 120_000, 81_000, 90_000],
    ['1 minute', 60_000, 27_000, 30_000],
    ['59 seconds', 59_000, 26_550, 32_450],
    ['2 seconds', 2_000, 900, 1_100],
    ['a day', 86_400_000, 62_208_000, 76_032_000],
  ])('R3 one of %s (%i ms) after %i to %i ms, at random', (_, lifetimeMs, earliestMs, latestMs) => {
    expect(refreshAfterMs(lifetimeMs, () => 0)).toBeCloseTo(earliestMs)
    expect(refreshAfterMs(lifetimeMs, () => 1)).toBeCloseTo(latestMs)
  })

  test('not before it is due', async () => {
    const { token, clock, calls, accessToken } = createSubject()
    await clock.advance(0.7 * LIFETIME_MS)
    expect(await accessToken(token)).toBe('token-0')
    await settle()
    expect(calls).toEqual([])
  })

  test('while the present one goes on being used: nobody waits', async () => {
    const { token, clock, calls, accessToken, answerWith } = createSubject()
    const answer = Promise.withResolvers<undefined>()
    answerWith(() => answer.promise)
    await clock.advance(DUE_MS)
    expect(await accessToken(token)).toBe('token-0')
    expect(await accessToken(token)).toBe('token-0')
    await settle()
    expect(calls).toEqual(['refresh refresh-0'])
    answer.resolve(undefined)
    await settle()
    expect(await accessToken(token)).toBe('token-1')
    expect(calls).toHaveLength(1)
  })

  test('and the next one ahead of its own end, counted', async () => {
    const { token, clock, calls, slot, accessToken } = createSubject()
    for (let renewal = 0; renewal < 3; renewal++) {
      await clock.advance(DUE_MS)
      await accessToken(token)
      await settle()
    }
    expect(calls).toEqual(['refresh refresh-0', 'refresh refresh-1', 'refresh refresh-2'])
    expect(slot.stored).toMatchObject({ accessToken: 'token-3', refreshToken: 'refresh-3', refreshCount: 3 })
  })

  test('by asking anew, as the same guest, where there is no refresh token', async () => {
    const { token, clock, calls, accessToken } = createSubject({ withRefreshToken: false })
    await clock.advance(LIFETIME_MS)
    expect(await accessToken(token)).toBe('token-1')
    expect(calls).toEqual(['ask guest-1'])
  })

  test('R3 of two seconds costs one request per token, and is always a living one', async () => {
    const { token, clock, calls, slot } = createSubject({ lifetimeMs: 2_000 })
    for (let tick = 0; tick < 100; tick++) {
      expect((await token.current()).expiresAtMs).toBeGreaterThan(clock.now())
      await clock.advance(100)
    }
    expect(calls.length).toBe(slot.writes.length)
    expect(calls.length).toBeLessThanOrEqual(11)
    expect(calls.length).toBeGreaterThanOrEqual(5)
  })
})

describe('R1 one renewal at a time, however many callers', () => {
  const callers = 40

  test('with a token past its end all wait for one', async () => {
    const { token, clock, calls, accessToken } = createSubject()
    await clock.advance(LIFETIME_MS)
    const tokens = await Promise.all(Array.from({ length: callers }, () => accessToken(token)))
    expect(new Set(tokens)).toEqual(new Set(['token-1']))
    expect(calls).toHaveLength(1)
  })

  test('with a token the platform refused', async () => {
    const { token, calls } = createSubject()
    const tokens = await Promise.all(Array.from({ length: callers }, () => token.insteadOf('token-0')))
    expect(new Set(tokens.map(({ accessToken }) => accessToken))).toEqual(new Set(['token-1']))
    expect(calls).toHaveLength(1)
  })

  test('and who comes late with the old one is given what is there by then', async () => {
    const { token, calls } = createSubject()
    await token.insteadOf('token-0')
    expect((await token.insteadOf('token-0')).accessToken).toBe('token-1')
    expect(calls).toHaveLength(1)
  })

  test('all are told when it fails, and the next one tries again', async () => {
    const { token, clock, calls, answerWith, accessToken } = createSubject()
    answerWith(() => Promise.reject(unreachable()))
    await clock.advance(LIFETIME_MS)
    const outcomes = await Promise.allSettled(Array.from({ length: callers }, () => accessToken(token)))
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true)
    expect(calls).toHaveLength(1)
    answerWith(async () => undefined)
    expect(await accessToken(token)).toBe('token-1')
  })
})

describe('a rotated refresh token', () => {
  test('is stored before anybody may use the new access token', async () => {
    const { token, slot, clock, accessToken } = createSubject()
    const order: string[] = []
    const write = slot.write.bind(slot)
    const stored = Promise.withResolvers<undefined>()
    slot.write = async (credential) => {
      await stored.promise
      await write(credential)
      order.push('stored')
    }
    await clock.advance(LIFETIME_MS)
    const using = accessToken(token).then((used) => order.push(`used ${used}`))
    await settle()
    expect(order).toEqual([])
    stored.resolve(undefined)
    await using
    expect(order).toEqual(['stored', 'used token-1'])
  })

  test('that was used already is given up for a new token of the same guest', async () => {
    const { token, clock, calls, lines, answerWith, accessToken } = createSubject()
    answerWith(async (call) => {
      if (call.startsWith('refresh')) throw upstreamError('refresh-invalid')
    })
    await clock.advance(LIFETIME_MS)
    expect(await accessToken(token)).toBe('token-1')
    expect(calls).toEqual(['refresh refresh-0', 'ask guest-1'])
    expect(lines.map(({ event }) => event)).toContain('refresh-token-refused')
  })

  test('R6 is not given up for anything else: the client’s fault is not the guest’s', async () => {
    const { token, clock, calls, slot, answerWith, accessToken } = createSubject()
    await clock.advance(LIFETIME_MS)
    for (const cause of ['client-secret-wrong', 'platform-unavailable', 'rate-limited', 'network'] as const) {
      answerWith(() => Promise.reject(upstreamError(cause)))
      await expect(accessToken(token)).rejects.toMatchObject({ code: cause })
    }
    expect(calls).toEqual(Array(4).fill('refresh refresh-0'))
    expect(slot.writes).toEqual([])
    answerWith(async () => undefined)
    expect(await accessToken(token)).toBe('token-1')
  })

  test('is kept where the platform gives no other', async () => {
    const kept = toCredential(
      { accessToken: 'x', lifetimeMs: 1_000, granted: [] },
      { guestHint: 'g', requested: [], refreshCount: 1 },
      0,
    )
    expect(kept).not.toHaveProperty('refreshToken')
  })
})

describe('a renewal ahead that fails', () => {
  test('leaves the present token in use, is tried again after a second, and never more often', async () => {
    const { token, clock, calls, lines, answerWith, accessToken } = createSubject()
    answerWith(() => Promise.reject(unreachable()))
    await clock.advance(DUE_MS)
    for (let call = 0; call < 20; call++) {
      expect(await accessToken(token)).toBe('token-0')
      await settle()
    }
    expect(calls).toHaveLength(1)
    expect(lines).toMatchObject([{ level: 'warn', event: 'token-renewal-ahead-failed', cause: 'network' }])

    await clock.advance(1_000)
    answerWith(async () => undefined)
    expect(await accessToken(token)).toBe('token-0')
    await settle()
    expect(await accessToken(token)).toBe('token-1')
  })

  test('is the callers’ affair only once the token is past its end', async () => {
    const { token, clock, answerWith, accessToken } = createSubject()
    answerWith(() => Promise.reject(unreachable()))
    await clock.advance(LIFETIME_MS - 1)
    expect(await accessToken(token)).toBe('token-0')
    await clock.advance(1_001)
    await expect(accessToken(token)).rejects.toMatchObject({ code: 'network', retryable: true })
  })
})

describe('a wall clock that jumps', () => {
  test.each([3_600_000, -3_600_000])('R3 R34 by %i ms neither renews nor kills a token', async (jumpMs) => {
    const { token, clock, calls, accessToken } = createSubject()
    await accessToken(token)
    clock.jumpWallClock(jumpMs)
    expect(await accessToken(token)).toBe('token-0')
    await clock.advance(0.7 * LIFETIME_MS)
    expect(await accessToken(token)).toBe('token-0')
    await settle()
    expect(calls).toEqual([])
    await clock.advance(0.18 * LIFETIME_MS)
    await accessToken(token)
    await settle()
    expect(calls).toHaveLength(1)
  })

  test.each([3_600_000, -3_600_000])('by %i ms while the new token is on its way, neither', async (jumpMs) => {
    const { token, clock, calls, answerWith, accessToken } = createSubject()
    await clock.advance(LIFETIME_MS)
    answerWith(async () => clock.jumpWallClock(jumpMs))
    expect(await accessToken(token)).toBe('token-1')
    answerWith(async () => undefined)
    await clock.advance(0.7 * LIFETIME_MS)
    expect(await accessToken(token)).toBe('token-1')
    await settle()
    expect(calls).toHaveLength(1)
  })
})

describe('after a restart', () => {
  test('the stored token is used until it is due', async () => {
    const { createToken, clock, calls, accessToken } = createSubject()
    await clock.advance(0.5 * LIFETIME_MS)
    const restarted = createToken()
    expect(await accessToken(restarted)).toBe('token-0')
    await clock.advance(0.38 * LIFETIME_MS)
    await accessToken(restarted)
    await settle()
    expect(calls).toEqual(['refresh refresh-0'])
  })

  test('one that ended meanwhile is renewed before use', async () => {
    const { createToken, clock, accessToken } = createSubject()
    await clock.advance(2 * LIFETIME_MS)
    expect(await accessToken(createToken())).toBe('token-1')
  })

  test('with the clock set back, a token is believed no longer than it was to live', async () => {
    const { createToken, clock, calls, accessToken } = createSubject()
    clock.jumpWallClock(-10 * 3_600_000)
    const restarted = createToken()
    await accessToken(restarted)
    await clock.advance(LIFETIME_MS)
    expect(await accessToken(restarted)).toBe('token-1')
    expect(calls).toHaveLength(1)
  })

  test('many callers at once load it once, to the same end', async () => {
    const { createToken, accessToken, calls } = createSubject()
    const restarted = createToken()
    const tokens = await Promise.all(Array.from({ length: 40 }, () => accessToken(restarted)))
    expect(new Set(tokens)).toEqual(new Set(['token-0']))
    expect(calls).toEqual([])
  })
})

describe('two processes', () => {
  test('share what one of them renewed: its rotated refresh token is the only good one', async () => {
    const { createToken, clock, calls, accessToken } = createSubject()
    const [one, other] = [createToken(), createToken()]
    await Promise.all([accessToken(one), accessToken(other)])
    await clock.advance(LIFETIME_MS)
    expect(await accessToken(one)).toBe('token-1')
    expect(await accessToken(other)).toBe('token-1')
    expect((await other.insteadOf('token-0')).accessToken).toBe('token-1')
    expect(calls).toHaveLength(1)
  })

  test('one of which never used its token, do as well', async () => {
    const { createToken, token, calls } = createSubject()
    await token.insteadOf('token-0')
    expect((await createToken().insteadOf('token-0')).accessToken).toBe('token-1')
    expect(calls).toHaveLength(1)
  })
})

describe('a token whose grant is in doubt', () => {
  test('is renewed, and so checked, before its next use', async () => {
    const { token, calls, accessToken } = createSubject()
    await accessToken(token)
    token.distrust()
    expect(await accessToken(token)).toBe('token-1')
    expect(await accessToken(token)).toBe('token-1')
    expect(calls).toHaveLength(1)
  })

  test('is refused with what is missing, again and again, until it is granted', async () => {
    const { token, answerWith, accessToken } = createSubject()
    await accessToken(token)
    token.distrust()
    answerWith(() => Promise.reject(upstreamError('scope-missing', { missing: ['b'] })))
    for (let call = 0; call < 2; call++) {
      await expect(accessToken(token)).rejects.toMatchObject({ code: 'scope-missing' })
    }
    answerWith(async () => undefined)
    expect(await accessToken(token)).toBe('token-1')
  })

  test('whose refreshed grant is too small keeps the rotated refresh token, and asks anew by name', async () => {
    const { token, slot, calls, requests, accessToken } = createSubject()
    const shortfall = upstreamError('scope-missing', { missing: ['b'] }).verdict
    const { refresh } = requests
    requests.refresh = async (...parameters) => ({ ...(await refresh(...parameters)), shortfall })
    await accessToken(token)
    token.distrust()
    expect(await accessToken(token)).toBe('token-2')
    expect(calls).toEqual(['refresh refresh-0', 'ask guest-1'])
    expect(slot.writes).toEqual(['token-1', 'token-2'])
  })

  test('changes nothing where no token is held yet', async () => {
    const { token, calls, accessToken } = createSubject()
    token.distrust()
    expect(await accessToken(token)).toBe('token-0')
    expect(calls).toEqual([])
  })
})

describe('R3 a strange lifetime', () => {
  const kept = { guestHint: 'g', requested: [], refreshCount: 0 }
  test.each([
    ['is assumed to be five minutes when the platform does not say', undefined, 300_000],
    ['is assumed to be so too when it says none', 0, 300_000],
    ['is assumed to be so too when it says nonsense', -5_000, 300_000],
    ['is assumed to be so too when it says next to nothing: no storm', 0.001, 300_000],
    ['is believed up to a day', 1e18, 86_400_000],
    ['is taken as it is otherwise', 1_500, 1_500],
  ])('%s', (_, lifetimeMs, believedMs) => {
    const { issuedAtMs, expiresAtMs } = toCredential({ accessToken: 'x', lifetimeMs, granted: [] }, kept, 1_000)
    expect(expiresAtMs - issuedAtMs).toBe(believedMs)
  })
})
