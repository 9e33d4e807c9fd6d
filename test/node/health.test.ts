/** What a supervisor and a monitoring system see, over a real socket. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, describe, expect, it } from 'vitest'
import { HealthServer } from '../../src/node/health.ts'
import { NodeMetrics } from '../../src/node/metrics.ts'
import { Readiness } from '../../src/node/readiness.ts'

const readiness = new Readiness()
const { registry } = new NodeMetrics({ version: '1', validator: 'a', network: 'test' })
let broken = false
const server = await HealthServer.listen(
  { host: '127.0.0.1', port: 0 },
  {
    reasons: () => readiness.reasons(),
    metrics: () => (broken ? Promise.reject(new Error('s3cr3t')) : registry.metrics()),
    metricsType: registry.contentType,
  },
)
afterAll(() => server.close())
const base = `http://127.0.0.1:${server.address.port}`
const get = async (path: string, init: RequestInit = {}) => {
  const response = await fetch(base + path, init)
  return { status: response.status, type: response.headers.get('content-type'), body: await response.text() }
}

describe('the health server', () => {
  it('is alive, and ready only where there is no reason against it', async () => {
    expect(await get('/healthz')).toEqual({ status: 200, type: 'application/json; charset=utf-8', body: '{"status":"ok"}\n' })
    expect(await get('/readyz')).toMatchObject({ status: 200, body: '{"ready":true,"reasons":[]}\n' })
    let bus: string | null = null
    readiness.add(() => bus)
    readiness.state('phase', 'the node is starting')
    bus = 'no connection to the broker'
    const { status, body } = await get('/readyz?verbose')
    expect(status).toBe(503)
    expect(JSON.parse(body)).toEqual({ ready: false, reasons: ['the node is starting', 'no connection to the broker'] })
    expect((await get('/healthz')).status).toBe(200)
    bus = null
    readiness.state('phase', null)
    expect((await get('/readyz')).status).toBe(200)
  })

  it('gives metrics in the text format, and says nothing of why they fail', async () => {
    const { status, type, body } = await get('/metrics')
    expect([status, type]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8'])
    expect(body).toContain('quorate_info{version="1",validator="a",network="test"} 1')
    broken = true
    const failed = await get('/metrics')
    expect(failed.status).toBe(500)
    expect(failed.body).not.toContain('s3cr3t')
    broken = false
  })

  it('T19: knows three questions, and nothing changes a node', async () => {
    for (const path of ['/', '/metrics/', '/healthz/../admin', '//healthz', '/%2e%2e/', '/stop'])
      expect((await get(path)).status, path).toBe(404)
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      for (const path of ['/healthz', '/readyz', '/metrics']) {
        const body = method === 'POST' ? 'x'.repeat(100_000) : null
        expect((await get(path, { method, body })).status, `${method} ${path}`).toBe(405)
      }
    }
    const head = await fetch(`${base}/readyz`, { method: 'HEAD' })
    expect([head.status, await head.text(), head.headers.get('content-length')]).toEqual([200, '', '28'])
  })

  it('refuses headers without end, and garbage', async () => {
    for (const bytes of [`GET /healthz HTTP/1.1\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`, '\u0000\u0001garbage\r\n\r\n']) {
      const socket = connect(server.address.port, '127.0.0.1')
      socket.on('error', () => {})
      let answer = ''
      socket.on('data', (data) => {
        answer += data.toString()
      })
      socket.write(bytes)
      await once(socket, 'close')
      expect(answer).toMatch(/^HTTP\/1\.1 4\d\d|^$/)
    }
    expect((await get('/healthz')).status).toBe(200)
  })

  it('says which address it cannot have, and closes under open connections', async () => {
    const { port } = server.address
    await expect(
      HealthServer.listen({ host: '127.0.0.1', port }, { reasons: () => [], metrics: async () => '', metricsType: 'x' }),
    ).rejects.toMatchObject({ code: 'ERR_CONFIG', field: 'http', message: expect.stringContaining('EADDRINUSE') })
    const other = await HealthServer.listen(
      { host: '127.0.0.1', port: 0 },
      { reasons: () => [], metrics: async () => '', metricsType: 'x' },
    )
    const socket = connect(other.address.port, '127.0.0.1')
    socket.on('error', () => {})
    await once(socket, 'connect')
    const closed = once(socket, 'close')
    await other.close()
    await other.close()
    await closed
  })
})
