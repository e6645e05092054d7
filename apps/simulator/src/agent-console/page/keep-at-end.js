const NEAR_END_PX = 80

/** Keeps a scrolled box at its end, through new content and new sizes, until somebody scrolls away from it. */
export function keepAtEnd(box) {
  let isPinned = true
  const follow = () => {
    if (isPinned) box.scrollTop = box.scrollHeight
  }
  const observer = new ResizeObserver(follow)
  observer.observe(box)
  box.addEventListener('scroll', () => {
    isPinned = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END_PX
  })
  return { follow, stop: () => observer.disconnect() }
}
