import { describe, expect, it } from 'vitest'
import { admittedIn, failuresOf, verdictLine, verdictsOf } from '../../bench/check.ts'
import { growthOf } from '../../bench/growth.ts'
import { ratiosOf, targetsOf } from '../../bench/targets.ts'
import { resultOf, row } from './results.ts'

const line = (id: string, against: string, kernel = 'integer'): string =>
  `- missed: ${kernel} \`${id}\` against \`${against}\`: because of this.`

/** Every target of the kernel, all met by far but for the factor. */
function resultWith(factor: (id: string) => number, kernel: 'integer' | 'fma' = 'integer') {
  const own = `quorate-${kernel}` as const
  const rows = targetsOf(kernel).flatMap(({ id, against, atLeast }) =>
    against === own
      ? [row(id, own, 1), row(id.replace(/workers=\d+$/, 'workers=0'), own, atLeast * factor(id))]
      : [row(id, own, 1), row(id, against, atLeast * factor(id))],
  )
  // A row that several peers share is there once.
  return resultOf([...new Map(rows.map((one) => [`${one.id} ${one.impl}`, one])).values()], kernel)
}

describe('ratios', () => {
  it('say how many times longer the other takes', () => {
    const rows = [row('point/mul-var', 'quorate-integer', 40), row('point/mul-var', 'noble', 1_000), row('point/mul-var', 'native', 20)]
    expect(ratiosOf('integer', rows)).toEqual([
      { id: 'point/mul-var', against: 'noble', ratio: 25, target: 18, met: true },
      { id: 'point/mul-var', against: 'native', ratio: 0.5, target: null, met: null },
    ])
  })

  it('a rate is better when it is higher', () => {
    const rows = [row('x/y', 'quorate-integer', 300, { unit: 'ops/s' }), row('x/y', 'noble', 100, { unit: 'ops/s' })]
    expect(ratiosOf('integer', rows)[0]?.ratio).toBe(3)
  })

  it('a target is met at exactly its value, and missed just below it', () => {
    const at = (noble: number) => ratiosOf('integer', [row('msm/n=128', 'quorate-integer', 1), row('msm/n=128', 'noble', noble)])[0]?.met
    expect([at(28), at(27.99)]).toEqual([true, false])
  })

  it('sizes have no ratio, and neither has a row that we do not have', () => {
    const rows = [
      row('memory/tables', 'quorate-integer', 8, { unit: 'bytes' }),
      row('point/mul', 'noble', 8),
      row('field/mul', 'quorate-fma', 8),
    ]
    expect(ratiosOf('integer', rows)).toEqual([])
  })

  it('a pool row is compared with the same work on the calling thread', () => {
    const rows = [0, 1, 2].map((workers) => row(`pool/msm/n=8192/workers=${workers}`, 'quorate-integer', [40, 41, 20][workers] ?? 0))
    expect(ratiosOf('integer', rows)).toEqual([
      { id: 'pool/msm/n=8192/workers=1', against: 'quorate-integer', ratio: 0.9756, target: null, met: null },
      { id: 'pool/msm/n=8192/workers=2', against: 'quorate-integer', ratio: 2, target: 1.7, met: true },
    ])
  })

  it('the integer kernel beside the FMA kernel is one of the others', () => {
    const rows = [row('msm/n=128', 'quorate-fma', 10), row('msm/n=128', 'quorate-integer', 14)]
    expect(ratiosOf('fma', rows)).toEqual([{ id: 'msm/n=128', against: 'quorate-integer', ratio: 1.4, target: null, met: null }])
  })
})

describe('targets', () => {
  it('the field is judged by the kernel that multiplies', () => {
    const bound = (kernel: 'integer' | 'fma') => targetsOf(kernel).find(({ id }) => id === 'field/mul')?.atLeast
    expect([bound('integer'), bound('fma')]).toEqual([11, 18])
  })

  it('no target is twice in the list, and a stretch lies beyond its target', () => {
    for (const kernel of ['integer', 'fma'] as const) {
      const keys = targetsOf(kernel).map(({ id, against }) => `${id} ${against}`)
      expect(new Set(keys).size).toBe(keys.length)
      for (const { atLeast, stretch } of targetsOf(kernel)) expect(stretch ?? Number.POSITIVE_INFINITY).toBeGreaterThan(atLeast)
    }
  })
})

describe('--check', () => {
  it('passes when every target is met', () => {
    for (const kernel of ['integer', 'fma'] as const)
      expect(
        failuresOf(
          verdictsOf(
            resultWith(() => 1.01, kernel),
            [],
          ),
        ),
      ).toEqual([])
  })

  it('fails by the one that is missed and not listed, and only by it', () => {
    const result = resultWith((id) => (id === 'msm/n=1024' ? 0.9 : 1.5))
    expect(failuresOf(verdictsOf(result, [])).map(({ target }) => target.id)).toEqual(['msm/n=1024'])
  })

  it('passes when what is missed is listed', () => {
    const result = resultWith((id) => (id === 'msm/n=1024' ? 0.9 : 1.5))
    const verdicts = verdictsOf(result, admittedIn(`Missed:\n\n${line('msm/n=1024', 'noble')}\n`))
    expect(failuresOf(verdicts)).toEqual([])
    expect(verdicts.filter(({ admitted }) => admitted).map(verdictLine)).toEqual([
      expect.stringMatching(/msm\/n=1024 against noble.*missed, as listed$/),
    ])
  })

  it('a line for another kernel, row or peer excuses nothing', () => {
    const result = resultWith((id) => (id === 'msm/n=1024' ? 0.9 : 1.5))
    for (const other of [line('msm/n=1024', 'noble', 'fma'), line('msm/n=128', 'noble'), line('msm/n=1024', 'tiny')]) {
      expect(failuresOf(verdictsOf(result, admittedIn(other))), other).toHaveLength(1)
    }
  })

  it('a line without a reason is none', () => {
    expect(admittedIn('- missed: integer `msm/n=1024` against `noble`:\n')).toEqual([])
    expect(admittedIn(line('msm/n=1024', 'noble'))).toEqual([{ kernel: 'integer', id: 'msm/n=1024', against: 'noble' }])
  })

  it('a target that was not measured is missed: a row that is gone must not pass for a fast one', () => {
    const result = resultOf([])
    expect(failuresOf(verdictsOf(result, []))).toHaveLength(targetsOf('integer').length)
    expect(verdictsOf(result, []).every(({ ratio }) => ratio === null)).toBe(true)
  })

  it('says when a listed row is met after all', () => {
    const verdicts = verdictsOf(
      resultWith(() => 1.5),
      admittedIn(line('msm/n=1024', 'noble')),
    )
    expect(verdicts.filter(({ admitted }) => admitted).map(verdictLine)).toEqual([expect.stringMatching(/met, though listed as missed$/)])
  })
})

describe('growth', () => {
  it('is told a coefficient and a signer, from our rows alone', () => {
    const rows = [
      row('dkg/7-of-10/coefficient', 'quorate-integer', 9),
      row('dkg/67-of-100/coefficient', 'quorate-integer', 2),
      row('dkg/67-of-100/coefficient', 'noble', 400),
      row('frost/100-of-150/sign-aggregate-verify', 'quorate-integer', 2, { unit: 'ms' }),
      row('frost/67-of-100/sign-aggregate-verify', 'quorate-integer', 1.34, { unit: 'ms' }),
    ]
    expect(growthOf(resultOf(rows))).toEqual([
      { what: 'DKG 67 of 100, a coefficient', measured: '2.00 us', aim: '1.2 us' },
      { what: 'FROST, one node, a signer', measured: '20.0 us at 67, 20.0 us at 100', aim: 'the same' },
    ])
    expect(growthOf(resultOf([]))).toEqual([])
  })
})
