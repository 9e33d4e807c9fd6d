/**
 * What a supervisor and a monitoring system ask a node, over plain HTTP: is it alive (`/healthz`), may it be sent work (`/readyz`, with the reasons why not),
 * what has it counted (`/metrics`). Nothing can be changed through it, and nothing in it is a secret; it still listens on loopback unless told otherwise.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { QuorateError } from '../errors.ts'
import type { Config } from './config/schema.ts'

export interface HealthSources {
  /** empty: ready */
  readonly reasons: () => readonly string[]
  readonly metrics: () => Promise<string>
  readonly metricsType: string
}

interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
}

/** Questions are a line and some headers: whoever needs longer, or more connections, is not asking. */
const LIMITS = {
  maxHeaderSize: 8_192,
  headersTimeout: 5_000,
  requestTimeout: 5_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 2_500,
}
const MAX_CONNECTIONS = 64

export class HealthServer {
  readonly #server: Server

  /** @throws (rejects with) ERR_CONFIG with field `http` */
  static async listen(settings: Config['http'], sources: HealthSources): Promise<HealthServer> {
    const server = createServer(LIMITS, (request, response) => void answer(request, response, sources))
    server.maxConnections = MAX_CONNECTIONS
    try {
      server.listen(settings.port, settings.host)
      await once(server, 'listening')
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
      throw new QuorateError('ERR_CONFIG', { field: 'http', message: `cannot listen on ${settings.host} port ${settings.port}: ${code}` })
    }
    // A fault of one connection is that client's.
    server.on('error', () => {})
    return new HealthServer(server)
  }

  private constructor(server: Server) {
    this.#server = server
  }

  get address(): { readonly host: string; readonly port: number } {
    const { address, port } = this.#server.address() as AddressInfo
    return { host: address, port }
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    await closed
  }
}

async function answer(request: IncomingMessage, response: ServerResponse, sources: HealthSources): Promise<void> {
  // A body is not asked for; what arrives of one is not kept.
  request.resume()
  const { status, type, body } = await answerTo(request, sources)
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  response.end(request.method === 'HEAD' ? undefined : body)
}

async function answerTo({ method, url = '' }: IncomingMessage, { reasons, metrics, metricsType }: HealthSources): Promise<Answer> {
  if (method !== 'GET' && method !== 'HEAD') return json(405, { error: 'only GET and HEAD' })
  const path = url.split('?', 1)[0]
  if (path === '/healthz') return json(200, { status: 'ok' })
  if (path === '/readyz') {
    const all = reasons()
    return json(all.length === 0 ? 200 : 503, { ready: all.length === 0, reasons: all })
  }
  if (path !== '/metrics') return json(404, { error: 'there are /healthz, /readyz and /metrics' })
  try {
    return { status: 200, type: metricsType, body: await metrics() }
  } catch {
    return json(500, { error: 'metrics are not available' })
  }
}

function json(status: number, value: object): Answer {
  return { status, type: 'application/json; charset=utf-8', body: `${JSON.stringify(value)}\n` }
}
