/** The guest's own region, as far as it speaks the language: "en-GB" writes times as they are used to. */
export function localeOf(language: string): string {
  const tag = new RegExp(`^${language}(-[A-Za-z0-9]{1,8})*$`) // Browsers have been seen to say "en-US@posix".
  return navigator.languages.find((one) => tag.test(one)) ?? language
}

/** A name whose direction is its own (Unicode Standard Annex 9: FSI … PDI): it turns nothing of the sentence around it. */
export const isolate = (name: string) => `\u2068${name}\u2069`
