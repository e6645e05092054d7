import { enConversation, type Words } from './en-conversation.ts'
import { en } from './en.ts'
import { words as spoken } from './words.ts'

const english: Words = { ...en, ...enConversation }

/** All words, in the language of the page: of what comes with a conversation. The first script has the few in `words.ts`. */
export let words = english

/** Makes them those of the language that the page speaks by now. */
export function speakOn(): void {
  words = 'problems' in spoken ? spoken : english // English alone comes in two parts.
}
