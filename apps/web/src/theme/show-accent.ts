import { accentTokens, parseHex, type Rgb } from './accent.ts'

const OTHERS = ['--surface-soft', '--surface-raised', '--bubble']

/** Paints the page in the organisation's colour, in light and in dark. What is no colour changes nothing. */
export function showAccent(chosen: string): void {
  const colour = parseHex(chosen)
  if (!colour) return
  const root = document.documentElement
  const show = () => {
    const style = getComputedStyle(root)
    const read = (name: string) => parseHex(style.getPropertyValue(name))
    const surface = read('--surface')
    const words = read('--ink-soft')
    if (!surface || !words) return
    const others = OTHERS.map(read).filter((ground): ground is Rgb => ground !== undefined)
    for (const [name, value] of Object.entries(accentTokens(colour, { surface, others, words }))) {
      root.style.setProperty(name, value)
    }
  }
  show()
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', show)
}
