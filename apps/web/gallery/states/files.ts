import type { MessagePart } from '@foyer/shared/protocol/message-part'
import { history, says, fails } from '../samples/history.ts'
import { guest, mia } from '../samples/people.ts'
import { bay, toPng } from '../samples/pictures.ts'
import { problem } from '../samples/problems.ts'
import type { GalleryState, Stage } from '../stage.ts'
import type { Answer } from '../staged-bff.ts'
import type { UploadCourses } from '../staged-upload.ts'

const picture = (name = 'kayak.png'): MessagePart => ({
  type: 'attachment',
  attachment: { attachmentId: name, name, mediaType: 'image/png', size: 248_000 },
})
const paper = (name = 'Rental agreement 2026.pdf'): MessagePart => ({
  type: 'attachment',
  attachment: { attachmentId: 'paper', name, mediaType: 'application/pdf', size: 1_340_000 },
})
const LONG = `${'a-name-that-goes-on-'.repeat(8)}.pdf`

const shared = (readAttachment: Answer, ...parts: MessagePart[]) => ({
  events: history(
    says(guest, 'Do you have a picture?'),
    ...parts.map((part) => says(mia, [part], { minute: 3 })),
    says(guest, [paper('My passport.pdf')], { minute: 4 }),
  ),
  answers: { readAttachment },
})
const talk = { events: history(says(guest, 'I have some papers for you'), says(mia, 'Please send them here.')) }

const pdf = (name: string, bytes = 240_000) =>
  new File([new Uint8Array(bytes)], name, { type: name.endsWith('.pdf') ? 'application/pdf' : 'application/zip' })

const choose = (courses: UploadCourses, files: () => readonly (File | Promise<File>)[], shows: string) => ({
  ...{ world: talk, uploads: courses, shows },
  async act(stage: Stage) {
    const { uploads } = await stage.conversation()
    uploads.add(await Promise.all(files()))
  },
})

export const fileStates: Record<string, GalleryState> = {
  picture: { title: 'A picture', world: shared(bay(), picture()), shows: 'img.drawn' },
  'picture-loading': {
    title: 'A picture on its way',
    world: shared('nothing', picture()),
    shows: '.picture:not(:has(img))',
  },
  'picture-broken': {
    title: 'A picture that cannot be had',
    world: shared({ problem: problem('attachment-not-found', 404) }, picture()),
    shows: '.pictured:not(:has(.picture))',
  },
  file: {
    title: 'A file, and one with a very long name',
    world: shared(bay(), paper(), paper(LONG)),
    shows: '.attachment',
  },
  expired: {
    title: 'A file that is not there any more',
    world: shared({ problem: problem('attachment-not-found', 404) }, paper()),
    act: (stage) => stage.press('.attachment button'),
    shows: '.attachment p:not(:empty)',
  },
  rejected: {
    title: 'A file the platform did not take',
    world: {
      events: history(
        says(guest, [paper('notes.pdf')], { messageId: 'message-file', state: 'failed' }),
        fails('message-file', problem('attachment-refused', 422)),
      ),
    },
    shows: '.note',
  },
  uploading: {
    title: 'Files on their way up',
    ...choose(
      { 'Passport.pdf': 0.6 },
      () => [pdf('Passport.pdf'), toPng(bay(), 'Our old kayak.png')],
      '.file progress',
    ),
  },
  ready: {
    title: 'Files that go with the next message',
    ...choose({}, () => [toPng(bay(), 'Our old kayak.png'), pdf(LONG)], 'i.check'),
  },
  'upload-failed': {
    title: 'An upload broke off',
    ...choose({ 'Passport.pdf': 'broken' }, () => [pdf('Passport.pdf')], 'li.failed'),
  },
  'upload-rejected': {
    title: 'A file we do not take',
    ...choose({ 'Passport.pdf': problem('attachment-refused', 422) }, () => [pdf('Passport.pdf')], 'li.failed'),
  },
  'upload-refused': {
    title: 'Files that may not go up',
    ...choose(
      { 'Statement.pdf': problem('attachment-refused', 422, { fileRefusal: 'content' }) },
      () => [
        ...[pdf('backup.zip'), pdf('Everything.pdf', 12_000_000), pdf('Nothing.pdf', 0)],
        ...[pdf('Statement.pdf'), pdf(LONG, 0)],
      ],
      '.refused p:nth-child(5)',
    ),
  },
  'upload-interrupted': {
    title: 'A reload came in between',
    world: talk,
    stored: { uploads: ['Passport.pdf', 'Our old kayak.png'] },
    shows: '.interrupted',
  },
  drop: {
    title: 'Files above the page',
    world: talk,
    async act(stage) {
      await stage.conversation()
      const dataTransfer = new DataTransfer()
      dataTransfer.items.add(pdf('Passport.pdf'))
      await stage.find('.composer label')
      window.dispatchEvent(new DragEvent('dragenter', { dataTransfer }))
    },
    shows: 'main > div[aria-hidden]',
  },
  enlarged: {
    title: 'A picture, as large as it can be',
    world: shared(bay(), picture()),
    async act(stage) {
      await stage.find('img.drawn')
      await stage.press('.picture button')
    },
    shows: 'dialog img',
  },
}
