// A guest as somebody would write it who knows the protocol and nothing of this simulator.
import { WebSocket } from 'ws'

const [host, deploymentId] = process.argv.slice(2)
const socket = new WebSocket(`ws://${host}/v1?deploymentId=${deploymentId}`)
const token = crypto.randomUUID()
const frames = []
socket.on('message', (data) => frames.push(JSON.parse(data)))
const send = (frame) => socket.send(JSON.stringify({ token, ...frame }))
async function receive(fits) {
  while (!frames.some(fits)) await new Promise((resolve) => socket.once('message', resolve))
  return frames.find(fits)
}
await new Promise((resolve) => socket.once('open', resolve))
send({ action: 'configureSession', deploymentId })
const session = await receive((frame) => frame.class === 'SessionResponse')
send({ action: 'onMessage', tracingId: 'trace-1', message: { type: 'Text', text: 'Hello from elsewhere' } })
const echo = await receive((frame) => frame.tracingId === 'trace-1')
send({ action: 'onAttachment', attachmentId: 'file-1', fileName: 'a.txt', fileType: 'text/plain', fileSize: 5 })
const { url, headers } = (await receive((frame) => frame.class === 'PresignedUrlResponse')).body
const put = await fetch(url, { method: 'PUT', headers: { ...headers, 'Content-Type': 'text/plain' }, body: 'bytes' })
const uploaded = await receive((frame) => frame.class === 'UploadSuccessEvent')
const content = [{ contentType: 'Attachment', attachment: { id: 'file-1' } }]
send({ action: 'onMessage', tracingId: 'trace-2', message: { type: 'Text', content } })
const sent = await receive((frame) => frame.tracingId === 'trace-2')
const download = await (await fetch(sent.body.content[0].attachment.url)).text()
send({ action: 'getJwt' })
const { jwt } = (await receive((frame) => frame.class === 'JwtResponse')).body
const page = `http://${host}/api/v2/webmessaging/messages?pageNumber=1&pageSize=25`
const history = await (await fetch(page, { headers: { Authorization: `bearer ${jwt}` } })).json()
socket.close(1000)
process.stdout.write(JSON.stringify({ session, echo, put: put.status, uploaded, sent, download, history }))
