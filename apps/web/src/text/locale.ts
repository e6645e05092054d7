/** The guest's own region, as far as it speaks the language: "en-GB" writes times as they are used to. */
export function localeOf(language: string): string {
  const tag = new RegExp(`^${language}(-[A-Za-z0-9]{1,8})*$`) // Browsers have been seen to say "en-US@posix".
  return navigator.languages.find((one) => tag.test(one)) ?? language
}

/** A name whose direction is its own (Unicode Standard Annex 9: FSI … PDI): it turns nothing of the sentence around it. */
export const isolate = (name: string) => `\u2068${name}\u2069`

/** CLDR's categories of each language that counts in more than one way; the others need `other` alone. */
interface Categories {
  en: 'one'
  de: 'one'
  fr: 'one' | 'many'
  es: 'one' | 'many'
  pt: 'one' | 'many'
  it: 'one' | 'many'
  nl: 'one'
  pl: 'one' | 'few' | 'many'
  ar: 'zero' | 'one' | 'two' | 'few' | 'many'
  he: 'one' | 'two'
}
type FormsOf<L extends string> = Readonly<
  Record<(L extends keyof Categories ? Categories[L] : never) | 'other', string>
>

/** Counts in a language: picks the form, with the number in place of its `#`. */
export function pluralIn<L extends string>(language: L): (count: number, forms: FormsOf<L>) => string {
  return (count, forms) => {
    const locale = localeOf(language)
    // A browser of another age may know a category more.
    const form = (forms as Partial<Record<string, string>>)[new Intl.PluralRules(locale).select(count)] ?? forms.other
    return form.replace('#', new Intl.NumberFormat(locale).format(count))
  }
}
