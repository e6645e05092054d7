import { Hono } from 'hono'
import type { ControlParts } from './control-parts.ts'
import { readControlBody } from './control-refusal.ts'
import { SignInOrder } from './schemas.ts'

/** In place of an OIDC provider: its codes without its pages. */
export function createSignInRoutes({ world }: ControlParts): Hono {
  return new Hono().post('/sign-in-codes', async (context) => {
    const order = await readControlBody(context, SignInOrder)
    return context.json({ code: world.signIns.assert(order) })
  })
}
