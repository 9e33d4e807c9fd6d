import { describe, expect, it } from 'vitest'
import type { Case, CaseSource, Contender } from '../../bench/model.ts'
import { UsageError } from '../../bench/options.ts'
import { LOADERS, loadPeers } from '../../bench/peers/index.ts'
import { compareResults, DisagreementError, rowsOf, selectCases } from '../../bench/rows.ts'
import { headLine, rowLines } from '../../bench/table.ts'
import { ratiosOf } from '../../bench/targets.ts'

function contender(impl: Contender['impl'], result: Uint8Array | null, more: Partial<Contender> = {}): Contender {
  return { impl, items: 1, run: () => result, result: () => result, ...more }
}

const caseOf = (...contenders: Contender[]): Case => ({ timer: 'repeat', contenders })
const source = (id: string, more: Partial<CaseSource> = {}): CaseSource => ({ id, unit: 'us', what: id, build: () => caseOf(), ...more })

describe('comparison before timing', () => {
  const same = Uint8Array.of(1, 2, 3)

  it('equal results count as checked', async () => {
    const compared = await compareResults('a/b', caseOf(contender('quorate-integer', same), contender('noble', same.slice())))
    expect(compared.checked).toBe(true)
    expect(compared.seconds).toHaveLength(2)
  })

  it('another result ends the run and names who computed it', async () => {
    const wrong = caseOf(contender('quorate-integer', same), contender('noble', same.slice()), contender('tiny', Uint8Array.of(1, 2, 4)))
    await expect(compareResults('a/b', wrong)).rejects.toThrow(
      new DisagreementError('a/b: tiny computes something else than quorate-integer'),
    )
  })

  it('nothing is timed after a disagreement', async () => {
    let runs = 0
    const counting = contender('quorate-integer', same, { run: () => runs++ })
    const wrong = caseOf(counting, contender('noble', Uint8Array.of(9)))
    await expect(rowsOf(source('a/b'), wrong, true)).rejects.toThrow(DisagreementError)
    expect(runs).toBe(0)
  })

  it('one result alone has been compared with nothing', async () => {
    expect((await compareResults('a/b', caseOf(contender('quorate-integer', same)))).checked).toBe(false)
    expect((await compareResults('a/b', caseOf(contender('quorate-integer', same), contender('noble', null)))).checked).toBe(false)
  })
})

describe('rows', () => {
  const same = Uint8Array.of(5)

  it('each contender gives one, with its unit and whether it was compared', async () => {
    const rows = await rowsOf(source('a/b'), caseOf(contender('quorate-integer', same), contender('noble', same)), true)
    expect(rows.map(({ id, impl, unit, checked, samples }) => ({ id, impl, unit, checked, samples }))).toEqual([
      { id: 'a/b', impl: 'quorate-integer', unit: 'us', checked: true, samples: 1 },
      { id: 'a/b', impl: 'noble', unit: 'us', checked: true, samples: 1 },
    ])
    for (const { min, median, max } of rows) expect(min <= median && median <= max).toBe(true)
  })

  it('a contender may have an id of its own', async () => {
    const rows = await rowsOf(source('pool/x'), caseOf(contender('quorate-integer', same, { id: 'pool/x/workers=0' })), true)
    expect(rows.map(({ id }) => id)).toEqual(['pool/x/workers=0'])
  })

  it('--quick leaves out what is not for it, and runs what takes seconds once', async () => {
    let runs = 0
    const slow = contender('noble', same, { repetitions: 3, run: () => runs++ })
    const built = caseOf(contender('quorate-integer', same), slow, contender('baseline', same, { notQuick: true }))
    expect((await rowsOf(source('a/b'), built, true)).map(({ impl }) => impl)).toEqual(['quorate-integer', 'noble'])
    expect(runs).toBe(0)
  })

  it('a case is closed when it ends and when it fails', async () => {
    let closed = 0
    const close = async (): Promise<void> => void closed++
    await rowsOf(source('a/b'), { ...caseOf(contender('quorate-integer', same)), close }, true)
    await rowsOf(source('a/b'), { ...caseOf(contender('quorate-integer', same), contender('noble', Uint8Array.of(6))), close }, true).catch(
      () => {},
    )
    expect(closed).toBe(2)
  })

  it('figures become rows as they are', async () => {
    const built = { figures: [{ impl: 'quorate-integer', values: [3, 1, 2] }] } as const
    expect(await rowsOf(source('memory/x', { unit: 'bytes' }), built, false)).toEqual([
      { id: 'memory/x', impl: 'quorate-integer', unit: 'bytes', median: 2, min: 1, max: 3, samples: 3, checked: false },
    ])
  })

  it('the table shows a peer that is faster as well, within 120 columns', () => {
    const figures = { unit: 'us', min: 1, max: 1, samples: 9, checked: true } as const
    const impls = ['quorate-fma', 'quorate-integer', 'baseline', 'noble', 'elliptic', 'tiny', 'libauth', 'native'] as const
    const rows = impls.map((impl) => ({
      id: 'exponent/dealers/n=150,t=100,index=150',
      impl,
      median: impl === 'native' ? 20 : 40_000,
      ...figures,
    }))
    const [line = ''] = rowLines(rows, ratiosOf('fma', rows), 'fma')
    expect(line).toMatch(/0\.001x$/)
    expect(line.match(/x/g)?.length).toBeGreaterThan(impls.length - 1)
    expect(line.length).toBeLessThanOrEqual(120)
    expect(headLine('fma').length).toBeLessThanOrEqual(120)
  })
})

describe('selection', () => {
  const sources = [
    source('msm/n=8'),
    source('msm/n=128'),
    source('dkg/100-of-150/total', { large: true }),
    source('pool/x', { rowIds: ['pool/x/workers=2'] }),
  ]
  const ids = (filters: string[], quick = false): string[] => selectCases(sources, { filters, quick }).map(({ id }) => id)

  it('without a filter takes all, with --quick all but the large ones', () => {
    expect(ids([])).toEqual(['msm/n=8', 'msm/n=128', 'dkg/100-of-150/total', 'pool/x'])
    expect(ids([], true)).toEqual(['msm/n=8', 'msm/n=128', 'pool/x'])
  })

  it('takes what contains any of the texts, row ids included', () => {
    expect(ids(['msm'])).toEqual(['msm/n=8', 'msm/n=128'])
    expect(ids(['n=8', 'dkg'])).toEqual(['msm/n=8', 'dkg/100-of-150/total'])
    expect(ids(['workers=2'])).toEqual(['pool/x'])
  })

  it('refuses a filter that selects nothing', () => {
    expect(() => ids(['nothing'])).toThrow(UsageError)
    expect(() => ids(['dkg'], true)).toThrow(UsageError)
  })
})

describe('other implementations', () => {
  it('one that is not installed is listed, and the others are there', async () => {
    const missing = async (): Promise<never> => {
      throw Object.assign(new Error("Cannot find package 'tiny-secp256k1'"), { code: 'ERR_MODULE_NOT_FOUND' })
    }
    const broken = async (): Promise<never> => {
      throw new Error('No native build was found\nfor this platform')
    }
    const loaded = await loadPeers([
      ['tiny', missing],
      ['native', broken],
      ['noble', async () => ({ impl: 'noble', versions: {}, operations: {} })],
    ])
    expect(loaded.peers.map(({ impl }) => impl)).toEqual(['noble'])
    expect(loaded.missing).toEqual([
      { impl: 'tiny', reason: 'not installed' },
      { impl: 'native', reason: 'cannot be loaded: No native build was found' },
    ])
  })

  it('five are known', () => {
    expect(LOADERS.map(([impl]) => impl)).toEqual(['noble', 'elliptic', 'tiny', 'libauth', 'native'])
  })
})
