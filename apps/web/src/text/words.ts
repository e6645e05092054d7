import type { Language } from '@foyer/shared/protocol/languages'
import { systemClock } from '../api/clock.ts'
import type { Words } from './en-conversation.ts'
import { en, type OpeningWords } from './en.ts'
import { loadWords } from './load-words.ts'

/** Of the words of the page's language those that the first script needs; a conversation has all (`conversation-words.ts`). */
export let words: OpeningWords | Words = en

/** Of English these are here already, and the rest is with what needs it. */
const others: Record<Exclude<Language, 'en'>, () => Promise<{ words: Words }>> = {
  de: () => import('./de.ts'),
  fr: () => import('./fr.ts'),
  es: () => import('./es.ts'),
  pt: () => import('./pt.ts'),
  it: () => import('./it.ts'),
  nl: () => import('./nl.ts'),
  pl: () => import('./pl.ts'),
  ja: () => import('./ja.ts'),
  zh: () => import('./zh.ts'),
  ar: () => import('./ar.ts'),
  he: () => import('./he.ts'),
}

/** Makes them those of `language`, before anything is drawn; English where they cannot be had in time. */
export async function speak(language: string): Promise<void> {
  const load = others[language as keyof typeof others] as (typeof others)['de'] | undefined
  words = (load && (await loadWords(load, systemClock))) ?? en
}
