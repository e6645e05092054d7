import type { Attachment } from '@foyer/shared/protocol/attachment'
import type { UploadLimits } from '@foyer/shared/protocol/config'
import type { Capabilities } from '@foyer/shared/protocol/conversation'
import type { Grant } from '@foyer/shared/protocol/grant'
import type { MessagePart, Reply } from '@foyer/shared/protocol/message'
import type { Participant } from '@foyer/shared/protocol/participant'
import type { UpstreamError } from './upstream-error.ts'

/** The platform seen from the relay: one shape, whatever it speaks. Everything left of this file is the same for all. */
export interface Connector {
  readonly name: string
  readonly capabilities: Capabilities
  /** Asks the platform to admit a guest and checks what was granted. Throws UpstreamError, `scope-missing` among others. */
  admit(signal?: AbortSignal): Promise<Credential>
  /** What a credential allows, and until when; never a token. */
  describe(credential: Credential): Omit<Grant, 'connector'>
  /** What the organisation set for its chat; absent where the platform tells nothing of the kind. */
  readonly readSettings?: ((signal?: AbortSignal) => Promise<ChatSettings>) | undefined
  /** One guest's access. Made once per session and process, so that a credential is refreshed by one caller at a time. */
  guest(slot: CredentialSlot): UpstreamGuest
  /** Lets go of connections. */
  close(): Promise<void>
}

/** `languages` are BCP 47 tags, the default first; `primaryColor` is a CSS hex colour. */
export interface ChatSettings {
  readonly languages: readonly string[]
  readonly primaryColor: string | undefined
  readonly markdown: boolean
  /** Absent: no files. */
  readonly uploads: UploadLimits | undefined
}

/** What a connector must remember of a guest: JSON, opaque to everyone else, sealed by whoever keeps it. */
export type Credential = Readonly<Record<string, unknown>>

/** Where a guest's credential is kept. A rotated credential is written before it is used. */
export interface CredentialSlot {
  read(): Promise<Credential | undefined>
  write(credential: Credential): Promise<void>
}

/** What the guest told of themselves when the session started. */
export interface GuestProfile {
  readonly name?: string | undefined
  readonly locale?: string | undefined
  readonly attributes?: Readonly<Record<string, string>> | undefined
}

export interface UpstreamGuest {
  /** Begins a conversation; resolves to the platform's id of it. */
  startConversation(profile: GuestProfile, signal?: AbortSignal): Promise<string>
  openConversation(options: OpenConversationOptions): UpstreamSession
  /** Gives the credential back to the platform, as far as it can be. */
  revoke(signal?: AbortSignal): Promise<void>
}

export interface OpenConversationOptions {
  readonly upstreamConversationId: string
  /** Where an earlier session got to (`cursor` of its events); absent: from the beginning. */
  readonly cursor?: string | undefined
  /** Ends the session. */
  readonly signal: AbortSignal
}

/**
 * One conversation, live. Iterating it receives; reconnecting, heart-beat, refresh and pacing happen inside. Events may
 * repeat (each has an `upstreamId` to know it by) but none is left out. It ends with `closed`, or when its signal aborts;
 * after a refusal it may be iterated again, and goes on where it got to.
 */
export interface UpstreamSession extends AsyncIterable<ConnectorEvent> {
  /**
   * Throws UpstreamError; its `outcome` says whether the message may have arrived all the same. Once the signal aborts it
   * does not leave any more, and its reason is thrown; the answer to what has left is waited for, some seconds at most.
   */
  send(message: OutgoingMessage, signal?: AbortSignal): Promise<{ upstreamId?: string | undefined }>
  /** What the platform's own record holds after a cursor, and maybe from before it: to learn whether a message arrived. */
  readRecord(cursor: string | undefined, signal?: AbortSignal): Promise<ConnectorEvent[]>
  typing(typing: boolean, signal?: AbortSignal): Promise<void>
  /** Absent where the platform has no files; without the capability `attachments` the guest may send none. */
  readonly files?: UpstreamFiles | undefined
  /** A picture that a message of the platform names. Only hosts on the list are asked. Throws UpstreamError. */
  readonly readPicture?: ((address: string, signal?: AbortSignal) => Promise<IncomingFile>) | undefined
  /** Wipes what was said, for good. Absent without the capability `clear`. */
  readonly clear?: ((signal?: AbortSignal) => Promise<void>) | undefined
  end(signal?: AbortSignal): Promise<void>
  /** How closely to listen where listening costs: `active` while somebody looks or writes, `idle` otherwise. */
  attend(attention: Attention): void
}

/** Files of both sides. All throw UpstreamError. */
export interface UpstreamFiles {
  /** Takes a file up as a stream; resolves once the platform has accepted it. What the limits forbid costs no byte. */
  upload(file: OutgoingFile, signal?: AbortSignal): Promise<void>
  /** Takes back a file that was not sent yet. */
  remove(attachmentId: string, signal?: AbortSignal): Promise<void>
  /** The bytes; a link that has expired is renewed on the way. */
  download(attachmentId: string, signal?: AbortSignal): Promise<IncomingFile>
}

export type Attention = 'active' | 'idle'

export interface OutgoingMessage {
  readonly messageId: string
  readonly text: string
  /** What the guest chose of what was offered; a connector without structured content sends the text alone. */
  readonly reply?: OutgoingReply | undefined
  /** A file that was taken up before. One at most: that is what platforms carry (web-messaging.md §14.5). */
  readonly attachmentId?: string | undefined
}

/** `attachmentId` is ours, a UUID; the platform takes it as its own. `size` in bytes, as declared before the first byte. */
export interface OutgoingFile extends Attachment {
  readonly size: number
  readonly bytes: ReadableStream<Uint8Array>
}

export interface IncomingFile {
  /** As the platform declares it: not to be trusted. */
  readonly mediaType: string
  readonly name: string | undefined
  /** Bytes, where the platform says. */
  readonly size: number | undefined
  readonly bytes: ReadableStream<Uint8Array>
}

/** `upstreamId`: the platform's id of the message that offered the choices, where it is known. */
export type OutgoingReply = Reply & { readonly upstreamId?: string | undefined }

export type ConnectorEvent =
  | {
      type: 'message'
      upstreamId: string
      /** Ours, where the platform gives it back. */
      messageId?: string | undefined
      from: Participant
      parts: MessagePart[]
      cursor?: string | undefined
    }
  | {
      type: 'participant'
      upstreamId: string
      participant: Participant
      change: 'joined' | 'left'
      cursor?: string | undefined
    }
  | {
      type: 'ended'
      upstreamId: string
      by: 'guest' | 'agent' | 'system'
      readOnly: boolean
      cursor?: string | undefined
    }
  | { type: 'typing'; participant: Participant; typing: boolean; durationMs: number }
  | { type: 'up' }
  /** What others said while there was no line cannot be read for now: it is missing, and comes late if at all. */
  | { type: 'gap'; error: UpstreamError }
  | { type: 'down'; error: UpstreamError; retryInMs: number }
  /** Terminal. Without an error the conversation is over; with one the platform will not have us. */
  | { type: 'closed'; error?: UpstreamError | undefined }
