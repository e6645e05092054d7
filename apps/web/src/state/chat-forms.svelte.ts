import type { Forms } from '@foyer/shared/protocol/forms'
import type { StartSession } from '@foyer/shared/protocol/session'

/** What the organisation asks before and after a chat. */
export class ChatForms {
  readonly #read: () => Promise<Forms>
  #forms = $state.raw<Forms>({})
  #underWay: Promise<Forms> | undefined

  constructor(read: () => Promise<Forms>) {
    this.#read = read
  }

  get now(): Forms {
    return this.#forms
  }

  /** Reads them once. Without an answer nothing is asked: a question must not keep a guest from being helped. */
  load(): Promise<Forms> {
    this.#underWay ??= this.#read().then(
      (forms) => (this.#forms = forms),
      () => {
        this.#underWay = undefined
        return this.#forms
      },
    )
    return this.#underWay
  }
}

/** Answers by the id of their question, as the start of a session takes them; what was left empty is left out. */
export function toProfile(answers: readonly (readonly [string, string])[]): Pick<StartSession, 'name' | 'attributes'> {
  const given = answers.map(([id, answer]) => [id, answer.trim()] as const).filter(([, answer]) => answer !== '')
  const name = given.find(([id]) => id === 'name')?.[1]
  const others = given.filter(([id]) => id !== 'name')
  return { ...(name && { name }), ...(others.length > 0 && { attributes: Object.fromEntries(others) }) }
}
