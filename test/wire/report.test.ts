/** Reports of nodes: the bytes as docs/protocol.md has them, and that nobody else can make one. */
import { createHash } from 'node:crypto'
import { ed25519 } from '@noble/curves/ed25519.js'
import { describe, expect, it } from 'vitest'
import { concatBytes, fromHex, toHex } from '../../src/bytes.ts'
import { MAX_REPORT_BYTES, openReport, REPORT_OVERHEAD, type ReportContent, sealReport } from '../../src/wire/report.ts'
import { testIdentity, testRoster } from '../helpers/identities.ts'

const a = testIdentity('a')
const expected = { network: 'main', roster: testRoster(['a', 'b']) }
const content: ReportContent = { network: 'main', from: 'a', type: 'outcome', ceremonyId: 258n, time: 1_700_000_000_000n, body: '{"é":1}' }
const digest = (...parts: (Uint8Array | string)[]) =>
  parts.reduce<ReturnType<typeof createHash>>((hash, part) => hash.update(part), createHash('sha256')).digest()
const code = (bytes: Uint8Array): string => {
  try {
    openReport(bytes, expected)
    return 'opened'
  } catch (error) {
    const { code, field } = error as { code: string; field?: string }
    return `${code} ${field}`
  }
}

describe('report', () => {
  it('golden bytes', () => {
    const { bytes } = sealReport(a, content)
    const signed = `010601046d61696e016104${'0000000000000102'}${'0000018bcfe56800'}00000008${'7b22c3a9223a317d'}`
    const tag = digest('quorate/v1/report')
    const signature = ed25519.sign(digest(tag, tag, fromHex(signed, 'signed')), a.exportSeed())
    expect(toHex(bytes)).toBe(signed + toHex(signature))
    expect(openReport(bytes, expected)).toMatchObject(content)
    expect(digest(bytes).toString('hex')).toBe('be62ad9470fde8290de3d980b3eeeffee10faefb1704ffdd83740c42a8f07154')
  })

  it('of every type is opened as it was sealed', () => {
    for (const type of ['status', 'progress', 'refused', 'outcome'] as const) {
      const sealed = sealReport(a, { ...content, type, ceremonyId: type === 'status' ? 0n : 1n, body: '' })
      expect(openReport(sealed.bytes, expected)).toEqual(sealed)
    }
  })

  it('T1: the signature covers every byte', () => {
    const { bytes } = sealReport(a, content)
    for (let at = 0; at < bytes.length; at++) {
      const altered = new Uint8Array(bytes)
      altered[at] = (altered[at] ?? 0) ^ 1
      expect(code(altered), `byte ${at}`).toMatch(/^ERR_MALFORMED/)
    }
    expect(code(concatBytes(bytes, Uint8Array.of(0)))).toMatch(/^ERR_MALFORMED/)
  })

  it('of another network, by a stranger, or by one validator in the name of another, is refused', () => {
    expect(code(sealReport(a, { ...content, network: 'test' }).bytes)).toBe('ERR_MALFORMED network')
    expect(code(sealReport(testIdentity('c'), { ...content, from: 'c' }).bytes)).toBe('ERR_MALFORMED from')
    expect(code(sealReport(testIdentity('b'), content).bytes)).toBe('ERR_MALFORMED signature')
    expect(code(sealReport(a, content).bytes)).toBe('opened')
  })

  it('has a ceremony exactly where it is about one, and a body that is text', () => {
    for (const wrong of [{ ceremonyId: 0n }, { type: 'status' as const }, { body: '\ud800' }, { from: 'a.b' }, { time: -1n }]) {
      expect(() => sealReport(a, { ...content, ...wrong })).toThrowError(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }))
    }
    const { bytes } = sealReport(a, content)
    const body = Buffer.from(bytes).indexOf('c3a9', 0, 'hex')
    bytes[body] = 0xff
    expect(code(bytes)).toMatch(/^ERR_MALFORMED/)
  })

  it('T8: REPORT_OVERHEAD is what the longest names take; one above the limit is refused by its length alone', () => {
    const longest = sealReport(a, { ...content, network: 'n'.repeat(255), from: 'f'.repeat(64), body: '' })
    expect(longest.bytes.length).toBe(REPORT_OVERHEAD)
    expect(code(new Uint8Array(MAX_REPORT_BYTES + 1))).toMatch(/^ERR_MALFORMED/)
  })
})
