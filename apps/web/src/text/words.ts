import type { ProblemCode } from '@foyer/shared/protocol/problem'
import { en } from './en.ts'

export type Words = typeof en & { problems: Record<ProblemCode, string> }

/** The words of the page's language. So far there is one; another is chosen here, and loaded when needed. */
export const words: Words = en
