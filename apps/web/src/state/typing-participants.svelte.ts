import type { StreamEvent } from '@foyer/shared/protocol/event'
import type { Participant } from '@foyer/shared/protocol/participant'
import type { Clock } from '../api/clock.ts'

/** Who is typing: until they stop, say something, leave, or the announced time is over. */
export class TypingParticipants {
  readonly #clock: Clock
  #typing = $state.raw<readonly { participant: Participant; timer: AbortController }[]>([])
  readonly now: readonly Participant[] = $derived(this.#typing.map(({ participant }) => participant))

  constructor(clock: Clock) {
    this.#clock = clock
  }

  apply(event: StreamEvent): void {
    if (event.type === 'typing' && event.typing) this.#start(event.participant, event.durationMs)
    else if (event.type === 'typing') this.#stop(event.participant)
    else if (event.type === 'message') this.#stop(event.from)
    else if (event.type === 'participant' && event.change === 'left') this.#stop(event.participant)
    else if (event.type === 'conversation' || event.type === 'reset') this.clear()
  }

  clear(): void {
    for (const { timer } of this.#typing) timer.abort()
    this.#typing = []
  }

  #start(participant: Participant, durationMs: number) {
    if (participant.role === 'guest') return
    this.#stop(participant)
    const timer = new AbortController()
    this.#typing = [...this.#typing, { participant, timer }]
    void this.#clock.sleep(durationMs, timer.signal).then(() => {
      if (!timer.signal.aborted) this.#stop(participant)
    })
  }

  #stop({ participantId }: Participant) {
    const stays = this.#typing.filter(({ participant }) => participant.participantId !== participantId)
    if (stays.length === this.#typing.length) return
    for (const { timer } of this.#typing.filter((one) => !stays.includes(one))) timer.abort()
    this.#typing = stays
  }
}
