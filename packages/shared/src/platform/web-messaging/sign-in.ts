import * as v from 'valibot'

/** Signing in (§18): what a client trades with the platform's REST API for what `configureAuthenticatedSession` wants. */

const Secret = v.pipe(v.string(), v.minLength(1), v.maxLength(8192))

/** The code flow sends `code` with `redirectUri`, and `codeVerifier` with PKCE; the implicit one `idToken` with `nonce`. */
export const TokenExchangeRequest = v.object({
  deploymentId: v.string(),
  oauth: v.object({
    code: v.nullish(Secret),
    idToken: v.nullish(Secret),
    redirectUri: v.nullish(v.string()),
    codeVerifier: v.nullish(v.string()),
    nonce: v.nullish(v.string()),
    maxAge: v.nullish(v.number()),
    iss: v.nullish(v.string()),
  }),
  journeyContext: v.nullish(v.looseObject({})),
})
export type TokenExchangeRequest = v.InferOutput<typeof TokenExchangeRequest>

/** An official client leaves `deploymentId` out (§22). */
export const TokenRefreshRequest = v.object({ refreshToken: Secret, deploymentId: v.nullish(v.string()) })

/** `refreshToken` only where a code was traded. */
export const SignInTokens = v.object({ jwt: Secret, refreshToken: v.nullish(Secret) })
export type SignInTokens = v.InferOutput<typeof SignInTokens>
