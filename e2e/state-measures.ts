/*
 * What is measured of a state, in the page itself: each of these is handed to the browser as it is, so it stands alone.
 * They return what is wrong, in words; nothing is what is hoped for.
 */

/** Targets of less than 24 by 24 pixels that are nearer than that to another (WCAG 2.2, 2.5.8). */
export function cramped(): string[] {
  const NEEDED = 24
  const controls = 'a[href], button, input, select, textarea, summary, [role=button], [tabindex="0"]'
  const targets = [...document.querySelectorAll<HTMLElement>(controls)]
    .filter((one) => one.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true }))
    // What a modal dialog covers cannot be pressed; a label is pressed for its field.
    .filter((one) => !document.querySelector('dialog:modal') || one.closest('dialog'))
    .map((one) => ({ one, box: (one.closest('label') ?? one).getBoundingClientRect() }))
  const isSmall = (box: DOMRect) => box.width < NEEDED || box.height < NEEDED
  const centre = (box: DOMRect) => ({ x: box.x + box.width / 2, y: box.y + box.height / 2 })
  /** From a point to the nearest of a box. */
  const away = ({ x, y }: { x: number; y: number }, box: DOMRect) =>
    Math.hypot(Math.max(box.left - x, 0, x - box.right), Math.max(box.top - y, 0, y - box.bottom))
  const between = (one: DOMRect, other: DOMRect) =>
    Math.hypot(centre(one).x - centre(other).x, centre(one).y - centre(other).y)
  // In a sentence, the line height rules (the exception "inline").
  const isInline = (one: HTMLElement) => one.matches('a') && getComputedStyle(one).display === 'inline'
  return targets
    .filter(({ one, box }) => isSmall(box) && !isInline(one))
    .filter(({ one, box }) =>
      targets.some(
        ({ one: other, box: theirs }) =>
          other !== one &&
          !other.contains(one) &&
          !one.contains(other) &&
          (away(centre(box), theirs) < NEEDED / 2 || (isSmall(theirs) && between(box, theirs) < NEEDED)),
      ),
    )
    .map(({ one, box }) => `${one.outerHTML.slice(0, 120)}: ${box.width} by ${box.height}`)
}

/** What can only be read by scrolling sideways, or not at all (1.4.10, 1.4.12). Cut off on purpose: what ends in an ellipsis. */
export function cutOff(): string[] {
  const wrong: string[] = []
  /** The space after a last letter, when letters are spaced, is no letter. */
  const SLACK_PX = 2
  const isShortened = (element: Element) => {
    const { textOverflow, webkitLineClamp } = getComputedStyle(element)
    return textOverflow === 'ellipsis' || webkitLineClamp !== 'none'
  }
  if (document.documentElement.scrollWidth > innerWidth) wrong.push('the page scrolls sideways')
  for (const element of document.querySelectorAll<HTMLElement>('body *')) {
    const { overflowX, overflowY, clipPath } = getComputedStyle(element)
    if (element.closest('.visually-hidden, svg, input') || clipPath !== 'none' || !element.checkVisibility()) continue
    if (isShortened(element) || (element.parentElement && isShortened(element.parentElement))) continue
    const isCarousel = element.matches('.carousel > ul') // Cards side by side are what it is.
    const sideways = element.scrollWidth - element.clientWidth
    const isWide = overflowX !== 'visible' && element.clientWidth > 0 && sideways > SLACK_PX && !isCarousel
    const isHigh = ['hidden', 'clip'].includes(overflowY) && element.scrollHeight - element.clientHeight > 1
    if (isWide || (isHigh && element.textContent.trim() !== '')) {
      wrong.push(
        `${element.outerHTML.slice(0, 120)}: ${sideways} too wide, ${element.scrollHeight - element.clientHeight} too high`,
      )
    }
    const { left, right, width } = element.getBoundingClientRect()
    if (width > 0 && (left < -1 || right > innerWidth + 1) && !element.closest('.carousel')) {
      wrong.push(`${element.outerHTML.slice(0, 120)}: from ${left} to ${right}`)
    }
  }
  return wrong
}

/** Where there is a composer, it can be used: it and its button are in sight. */
export function outOfReach(): string[] {
  return ['.composer textarea', '.composer > button']
    .flatMap((selector) => document.querySelector(selector) ?? [])
    .filter((one) => {
      const { top, bottom, left, right } = one.getBoundingClientRect()
      return top < 0 || bottom > innerHeight || left < 0 || right > innerWidth
    })
    .map((one) => one.outerHTML.slice(0, 120))
}

/** Everything that moves. */
export function moving(): string[] {
  const parts = ['', '::before', '::after']
  return [...document.querySelectorAll('*')].flatMap((element) =>
    parts.flatMap((part) => {
      const { animationName, transitionDuration, scrollBehavior } = getComputedStyle(element, part || null)
      const isStill = animationName === 'none' && /^(0s(, )?)+$/.test(transitionDuration) && scrollBehavior !== 'smooth'
      return isStill ? [] : [`${element.outerHTML.slice(0, 80)}${part}: ${animationName} ${transitionDuration}`]
    }),
  )
}

/** A tab order other than that of the document. */
export function reordered(): string[] {
  return [...document.querySelectorAll<HTMLElement>('[tabindex]')]
    .filter(({ tabIndex }) => tabIndex > 0)
    .map((element) => element.outerHTML.slice(0, 120))
}

/** In forced colours: surfaces and fields that have no edge, and controls whose focus is not seen. */
export function unseen(): string[] {
  const ground = getComputedStyle(document.body).backgroundColor
  const isLine = (width: string, line: string, colour: string) =>
    parseFloat(width) >= 1 && line !== 'none' && colour !== 'rgba(0, 0, 0, 0)' && colour !== ground
  const hasRing = (element: Element) => {
    const { outlineWidth, outlineStyle, outlineColor } = getComputedStyle(element)
    return isLine(outlineWidth, outlineStyle, outlineColor)
  }
  /** All around, or, where it goes from side to side, below. */
  const hasEdge = (element: Element) => {
    const { borderBlockEndWidth, borderBlockEndStyle, borderBlockEndColor } = getComputedStyle(element)
    return isLine(borderBlockEndWidth, borderBlockEndStyle, borderBlockEndColor)
  }
  const visible = (selector: string) =>
    [...document.querySelectorAll<HTMLElement>(selector)].filter((one) => one.checkVisibility())
  const edged =
    'article:not(.bare), .card, .field, select, input:not([type=checkbox], [type=radio], [type=file]), ' +
    '.buttons button:not(.plain), .actions button, .menu, dialog:not(:has(img)) > div, .picker[role=dialog], [role=status] > .notice, .notice bdi, .dots, .option, fieldset label, .frame > button, .carousel > button'
  const withoutEdge = visible(edged)
    .filter((one) => !hasEdge(one) && !hasEdge(one.parentElement ?? one))
    .map((one) => `no edge: ${one.outerHTML.slice(0, 120)}`)

  const before = document.activeElement
  const focusable = visible('a[href], button:enabled, input:enabled, select, textarea, [tabindex="0"]')
  const withoutRing = focusable
    .filter((one) => !document.querySelector('dialog:modal') || one.closest('dialog'))
    .filter((one) => {
      one.focus({ focusVisible: true, preventScroll: true } as FocusOptions)
      if (document.activeElement !== one) return false
      // The ring is the control's own, or of what stands around it.
      return ![one, one.closest('label'), one.closest('.field')].some((place) => place && hasRing(place))
    })
    .map((one) => `no ring: ${one.outerHTML.slice(0, 120)}`)
  if (before instanceof HTMLElement) before.focus({ preventScroll: true })
  return [...withoutEdge, ...withoutRing]
}

/** Marks in the organisation's colour that have less than 3 to 1 to what is around them (WCAG 2.2, 1.4.11). */
export function faint(): string[] {
  const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })
  const luminance = (colour: string) => {
    if (!canvas) throw new Error('no canvas')
    canvas.fillStyle = colour
    canvas.fillRect(0, 0, 1, 1)
    const [red = 0, green = 0, blue = 0] = [...canvas.getImageData(0, 0, 1, 1).data].map((value) => {
      const share = value / 255
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const contrast = (one: string, other: string) => {
    const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
    return (light + 0.05) / (dark + 0.05)
  }
  const root = getComputedStyle(document.documentElement)
  const grounds = ['--surface', '--surface-raised', '--bubble'].map((name) => root.getPropertyValue(name))
  const marks = [...document.querySelectorAll<HTMLElement>('input:is([type=checkbox], [type=radio])')].map((one) => ({
    one,
    colour: getComputedStyle(one).accentColor,
  }))
  for (const one of document.querySelectorAll<HTMLElement>('button:enabled, textarea, select, input, a[href]')) {
    one.focus({ focusVisible: true, preventScroll: true } as FocusOptions)
    const ringed = one.closest('.field') ?? one
    // On a bubble of one's own the ring has the colour of the words there.
    const isOwn = one.closest('article.own') !== null
    if (document.activeElement === one && !isOwn) marks.push({ one, colour: getComputedStyle(ringed).outlineColor })
  }
  return marks
    .filter(({ colour }) => grounds.some((ground) => contrast(colour, ground) < 3))
    .map(({ one, colour }) => `${colour}: ${one.outerHTML.slice(0, 120)}`)
}
