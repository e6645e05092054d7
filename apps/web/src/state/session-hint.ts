/**
 * Whether this browser was given a session. The cookie cannot be seen from here (HttpOnly), and to ask without one is a
 * refusal in the console of everyone who only looks. Holds no secret, and proves nothing: the BFF decides.
 */
export interface SessionHint {
  readonly isSet: boolean
  write(isSet: boolean): void
}

const NAME = 'foyer.session'

/** `open` is a function because the mere mention of storage throws where it is blocked. */
export function createSessionHint(open: () => Storage): SessionHint {
  return {
    get isSet() {
      try {
        return open().getItem(NAME) !== null
      } catch {
        return true // Nobody knows: then it is asked for.
      }
    },
    write(isSet) {
      try {
        if (isSet) open().setItem(NAME, '1')
        else open().removeItem(NAME)
      } catch {
        // Blocked or full: a guest who comes back finds the chat at the first touch of the composer.
      }
    },
  }
}
