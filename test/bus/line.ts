/** A connection that can be cut: a proxy in front of the broker. */
import { createServer, connect as dial, type Server, type Socket } from 'node:net'

/** Between a node and its broker: bytes go through, until it is cut. */
export class Line {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #cut = false
  port = 0

  private constructor(target: number) {
    this.#server = createServer((near) => {
      if (this.#cut) return void near.destroy()
      const far = dial(target, '127.0.0.1')
      for (const [socket, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(socket)
        socket.on('error', () => other.destroy())
        socket.on('close', () => other.destroy())
        socket.pipe(other)
      }
    })
  }

  static async to(target: number): Promise<Line> {
    const line = new Line(target)
    await new Promise<void>((resolve) => line.#server.listen(0, '127.0.0.1', resolve))
    const address = line.#server.address()
    line.port = typeof address === 'object' && address !== null ? address.port : 0
    return line
  }

  cut(): void {
    this.#cut = true
    for (const socket of this.#sockets) socket.destroy()
    this.#sockets.clear()
  }

  mend(): void {
    this.#cut = false
  }

  async close(): Promise<void> {
    this.cut()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
