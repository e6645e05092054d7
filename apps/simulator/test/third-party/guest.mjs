// A guest as somebody would write it who knows the protocol and nothing of this simulator.
import { randomUUID } from 'node:crypto'
import { WebSocket } from 'ws'

const [host, deploymentId] = process.argv.slice(2)
const token = randomUUID()
const socket = new WebSocket(`ws://${host}/v1?deploymentId=${deploymentId}`)
const frames = []
const waiting = []
socket.on('message', (data) => {
  frames.push(JSON.parse(data))
  for (const check of waiting.splice(0)) check()
})
const send = (frame) => socket.send(JSON.stringify({ token, ...frame }))
async function receive(fits) {
  for (;;) {
    const found = frames.find(fits)
    if (found) return found
    await new Promise((resolve) => waiting.push(resolve))
  }
}
await new Promise((resolve) => socket.once('open', resolve))

send({ action: 'configureSession', deploymentId })
const session = await receive((frame) => frame.class === 'SessionResponse')

send({ action: 'onMessage', tracingId: 'trace-1', message: { type: 'Text', text: 'Hello from elsewhere' } })
const echo = await receive((frame) => frame.tracingId === 'trace-1')

send({ action: 'onAttachment', attachmentId: 'file-1', fileName: 'a.txt', fileType: 'text/plain', fileSize: 5 })
const slot = await receive((frame) => frame.class === 'PresignedUrlResponse')
const headers = { ...slot.body.headers, 'Content-Type': 'text/plain' }
const put = await fetch(slot.body.url, { method: 'PUT', headers, body: 'bytes' })
const uploaded = await receive((frame) => frame.class === 'UploadSuccessEvent')
const content = [{ contentType: 'Attachment', attachment: { id: 'file-1' } }]
send({ action: 'onMessage', tracingId: 'trace-2', message: { type: 'Text', content } })
const sent = await receive((frame) => frame.tracingId === 'trace-2')
const download = await (await fetch(sent.body.content[0].attachment.url)).text()

send({ action: 'getJwt' })
const { jwt } = (await receive((frame) => frame.class === 'JwtResponse')).body
const authorization = { Authorization: `bearer ${jwt}` }
const page = await fetch(`http://${host}/api/v2/webmessaging/messages?pageNumber=1&pageSize=25`, {
  headers: authorization,
})
const history = await page.json()
socket.close(1000)
process.stdout.write(JSON.stringify({ session, echo, put: put.status, uploaded, sent, download, history }))
