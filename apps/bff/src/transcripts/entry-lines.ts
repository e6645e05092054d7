import type { MessagePart } from '@foyer/shared/protocol/message'
import type { Participant } from '@foyer/shared/protocol/participant'
import type { TranscriptEntry } from './transcript.ts'
import type { TranscriptLanguage } from './transcript-words.ts'

/** An entry in words: who (absent for what merely happened) and the lines; undefined for what goes without saying. */
export function entryLines(
  entry: TranscriptEntry,
  language: TranscriptLanguage,
): { who?: string; lines: string[] } | undefined {
  const { words } = language
  switch (entry.type) {
    case 'message': {
      const lines = entry.parts.flatMap((part) => partLines(part, language))
      return {
        who: nameOf(entry.from, language),
        lines: entry.state === 'failed' ? [...lines, `(${words.notSent})`] : lines,
      }
    }
    case 'participant':
      if (entry.participant.role === 'guest') return undefined
      return { lines: [words[entry.change](nameOf(entry.participant, language))] }
    case 'conversation':
      return entry.state === 'ended' || entry.state === 'read-only' ? { lines: [words.ended] } : undefined
    case 'notice':
      return { lines: [entry.problem.code === 'messages-missing' ? words.mayMiss : words.interrupted] }
  }
}

function nameOf({ name, role }: Participant, { words }: TranscriptLanguage): string {
  return role === 'guest' ? words.you : (name ?? words[role])
}

function partLines(part: MessagePart, { words, time }: TranscriptLanguage): string[] {
  switch (part.type) {
    case 'text':
      return part.text.split('\n')
    case 'unknown':
      return [part.fallback]
    case 'quick-replies':
      return present([part.title, ...part.replies.map(({ text }) => `- ${text}`)])
    case 'card':
      return cardLines(part.card)
    case 'carousel':
      return part.cards.flatMap(cardLines)
    case 'list-picker':
      return present([part.title, part.subtitle, ...part.sections.flatMap(sectionLines)])
    case 'date-picker':
      return present([part.title, part.subtitle, ...part.times.map(({ at }) => `- ${time(at)}`)])
    case 'form':
      return present([part.form.title, part.form.subtitle])
    case 'attachment':
      return [`[${words.file}: ${part.attachment.name}]`]
  }
}

function cardLines({ title, description, actions }: Extract<MessagePart, { type: 'card' }>['card']): string[] {
  const offers = actions.map((action) =>
    action.type === 'link' ? `- ${action.text}: ${action.url}` : `- ${action.text}`,
  )
  return present([title, description, ...offers])
}

function sectionLines({ title, items }: Extract<MessagePart, { type: 'list-picker' }>['sections'][number]): string[] {
  return present([title, ...items.map((item) => `- ${present([item.title, item.subtitle]).join(', ')}`)])
}

const present = (lines: readonly (string | undefined)[]) =>
  lines.filter((line) => line !== undefined && line !== '') as string[]
