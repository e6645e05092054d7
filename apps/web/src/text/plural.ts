import { localeOf } from './locale.ts'

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
