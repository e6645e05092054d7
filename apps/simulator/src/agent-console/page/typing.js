/** Told again within this, the guest's side still shows the indicator. */
const RENEW_MS = 3000
const IDLE_MS = 4000

/** Turns key presses into the two words the other side understands: typing, and not any more. */
export function createTyping(tell) {
  let toldAtMs = 0
  let idleTimer
  const stop = () => {
    clearTimeout(idleTimer)
    if (toldAtMs > 0) tell(false)
    toldAtMs = 0
  }
  return {
    press() {
      clearTimeout(idleTimer)
      idleTimer = setTimeout(stop, IDLE_MS)
      if (Date.now() - toldAtMs < RENEW_MS) return
      toldAtMs = Date.now()
      tell(true)
    },
    stop,
    /** After a message was sent nobody needs to be told. */
    forget() {
      clearTimeout(idleTimer)
      toldAtMs = 0
    },
  }
}
