/** Speaks just enough of the protocol to be connected to, and carries nothing: for what needs a connection and no broker. */
import { createServer, type Server, type Socket } from 'node:net'

export interface MuteBroker {
  readonly url: string
  /** line by line */
  heard(): readonly string[]
  close(): Promise<void>
}

export async function muteBroker(maxPayload = 1 << 20): Promise<MuteBroker> {
  const sockets = new Set<Socket>()
  const lines: string[] = []
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    const info = { server_id: 'mute', version: '2.9.10', proto: 1, headers: true, max_payload: maxPayload, client_id: 1, host: '', port: 0 }
    socket.write(`INFO ${JSON.stringify(info)}\r\n`)
    socket.on('data', (data) => {
      lines.push(...data.toString('latin1').split('\r\n'))
      for (const _ of data.toString('latin1').matchAll(/(?:^|\r\n)PING(?=\r\n)/g)) socket.write('PONG\r\n')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `nats://127.0.0.1:${port}`,
    heard: () => lines,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
