/*
 * An organisation chooses one colour, and neither where it stands nor what stands on it. What must be read is moved
 * towards black or white until it can be (WCAG 2.2, 1.4.3: 4.5 to 1); what is only seen stays as it was chosen, unless it
 * would vanish.
 */

/** Red, green and blue, from 0 to 255. */
export type Rgb = readonly [red: number, green: number, blue: number]

export interface Grounds {
  /** What the page is painted with. */
  surface: Rgb
  /** What words in the accent's colour stand on besides. */
  others: readonly Rgb[]
  /** The faintest words there are: they stand on the soft accent, too. */
  words: Rgb
}

const WHITE: Rgb = [255, 255, 255]
const BLACK: Rgb = [0, 0, 0]
const READABLE = 4.5
const VISIBLE = 1.25
const STEP = 0.04

/** The tokens of `tokens.css` that follow from a colour, for the grounds of light or dark. */
export function accentTokens(chosen: Rgb, { surface, others, words }: Grounds): Record<string, string> {
  const isDark = luminance(surface) < 0.18
  const away = isDark ? WHITE : BLACK
  const accent = shift(chosen, away, (colour) => contrast(colour, surface) >= VISIBLE)
  const onAccent = contrast(WHITE, accent) >= READABLE ? WHITE : BLACK
  const tint = mix(surface, accent, isDark ? 0.28 : 0.12)
  const soft = shift(tint, surface, (colour) => contrast(words, colour) >= READABLE)
  const grounds = [surface, soft, ...others]
  return toHexes({
    '--accent': accent,
    '--accent-strong': mix(accent, onAccent === WHITE ? BLACK : WHITE, 0.15),
    '--on-accent': onAccent,
    '--accent-soft': soft,
    '--accent-ink': shift(accent, away, (colour) => grounds.every((ground) => contrast(colour, ground) >= READABLE)),
  })
}

/** `#rgb`, `#rrggbb`, either with an opacity that is left out; undefined for anything else. */
export function parseHex(text: string): Rgb | undefined {
  const digits = /^#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/i.exec(text.trim())?.[1]
  if (digits === undefined) return undefined
  const pairs = digits.length < 6 ? [...digits].map((digit) => digit + digit) : (digits.match(/../g) ?? [])
  const [red = 0, green = 0, blue = 0] = pairs.map((pair) => parseInt(pair, 16))
  return [red, green, blue]
}

/** WCAG 2.2, contrast ratio: from 1 to 21. */
export function contrast(one: Rgb, other: Rgb): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

/** WCAG 2.2, relative luminance. */
function luminance(colour: Rgb): number {
  const [red, green, blue] = colour.map((value) => {
    const share = value / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/** The colour nearest to `from`, on the way to `to`, that is good enough; `to` if none is. */
function shift(from: Rgb, to: Rgb, isEnough: (colour: Rgb) => boolean): Rgb {
  for (let share = 0; share < 1; share += STEP) {
    const colour = mix(from, to, share)
    if (isEnough(colour)) return colour
  }
  return to
}

const mix = (from: Rgb, to: Rgb, share: number): Rgb =>
  [0, 1, 2].map((at) => Math.round((from[at] ?? 0) + ((to[at] ?? 0) - (from[at] ?? 0)) * share)) as unknown as Rgb

const toHexes = (tokens: Record<string, Rgb>) =>
  Object.fromEntries(Object.entries(tokens).map(([name, colour]) => [name, toHex(colour)]))

const toHex = (colour: Rgb) => `#${colour.map((value) => value.toString(16).padStart(2, '0')).join('')}`
