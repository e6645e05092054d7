/** Shows the page in a theme that the system is not in: the rules that ask for one always hold, or never. */
export function showTheme(theme: 'light' | 'dark'): void {
  document.documentElement.style.colorScheme = theme
  for (const rule of [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules])) {
    if (!(rule instanceof CSSMediaRule)) continue
    const asked = /^\(prefers-color-scheme: (dark|light)\)$/.exec(rule.media.mediaText)?.[1]
    if (asked) rule.media.mediaText = asked === theme ? 'all' : 'not all'
  }
}
