import type { Budget } from './budget.ts'

/** What the page may weigh. bench/README.md states the first two. */
export const BUDGETS: Budget = {
  scriptBytes: 36_000,
  styleBytes: 8_000,
  parts: {
    ...{ 'conversation-part': 36_000, EmojiPicker: 4_000 },
    // The words of each language.
    ...{ de: 4_500, fr: 4_500, es: 4_500, pt: 4_500, it: 4_500, nl: 4_500 },
    ...{ pl: 4_500, ja: 4_500, zh: 4_500, ar: 4_500, he: 4_500 },
  },
}
