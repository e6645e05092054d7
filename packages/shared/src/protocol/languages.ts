/** What the page and the transcript can be read in. */
export const LANGUAGES = ['en', 'de', 'fr', 'es', 'pt', 'it', 'nl', 'pl', 'ja', 'zh', 'ar', 'he'] as const
export type Language = (typeof LANGUAGES)[number]

export const directionOf = (language: Language): 'ltr' | 'rtl' =>
  language === 'ar' || language === 'he' ? 'rtl' : 'ltr'

/**
 * The language for a guest who wants these, the dearest first. An organisation that names languages is spoken to in those
 * alone, its own first; where it names none we have, or none at all, in any. All are BCP 47 tags.
 */
export function chooseLanguage(wanted: readonly string[], offered: readonly string[] = []): Language {
  const named = present(offered)
  const choice = named.length > 0 ? named : LANGUAGES
  for (const tag of wanted) {
    const language = toLanguage(tag)
    if (language && choice.includes(language)) return language
  }
  return choice[0] ?? 'en'
}

/** RFC 4647 §3.4: a tag's region and script give way, "de-AT" is read as "de". A tag may be an old one: "iw" is "he". */
export function toLanguage(tag: string): Language | undefined {
  try {
    const { language } = new Intl.Locale(tag)
    return LANGUAGES.find((one) => one === language)
  } catch {
    return undefined // RangeError: no tag.
  }
}

const present = (tags: readonly string[]) => tags.map(toLanguage).filter((language) => language !== undefined)
