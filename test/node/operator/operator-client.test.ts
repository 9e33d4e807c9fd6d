/** An operator and real nodes over a memory bus: what becomes of instructions, and what the operator believes of what it is told. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { toHex } from '../../../src/bytes.ts'
import { verifyEvidence, verifySignature } from '../../../src/index.ts'
import type { KeygenResult } from '../../../src/node/operator/keygen.ts'
import type { OperatorClient } from '../../../src/node/operator/operator-client.ts'
import { decodeInstruction } from '../../../src/wire/instruction.ts'
import { openReport, sealReport } from '../../../src/wire/report.ts'
import { testIdentity } from '../../helpers/identities.ts'
import { Group, NETWORK, silent, spoiling } from './group.ts'

const MESSAGE = new TextEncoder().encode('pay')
const messages = [MESSAGE]

type Made = Extract<KeygenResult, { readonly status: 'success' }>

async function makeKey(operator: OperatorClient, participants: readonly string[], minSigners = 2): Promise<Made> {
  const made = await operator.keygen({ participants, minSigners, suite: 'bip340' })
  if (made.status !== 'success') throw new Error(`no key: ${made.reason}`)
  return made
}

/** What a node says, changed by somebody with its identity: a node that lies. */
function lying(group: Group, id: string, change: (body: Record<string, unknown>) => object): void {
  group.alter = ({ from, kind, bytes }) => {
    if (from !== id || kind !== 'outcome') return [bytes]
    const { ceremonyId, time, type, body } = openReport(bytes, { network: NETWORK, roster: group.roster })
    const lie = JSON.stringify(change(JSON.parse(body) as Record<string, unknown>))
    return [sealReport(testIdentity(id), { network: NETWORK, from: id, type, ceremonyId, time, body: lie }).bytes]
  }
}

/** A culprit does not report: what it got from the others may make signatures all the same. */
function quiet(group: Group, id: string): void {
  group.alter = ({ from, kind, bytes }) => (from === id && kind !== 'answer' ? [] : [bytes])
}

describe('an operator', () => {
  it('makes a key that every participant reports, and signs with it', async () => {
    await using group = await Group.start(['a', 'b', 'c', 'd'])
    const operator = group.operator()
    const key = await makeKey(operator, ['c', 'a', 'b'])
    for (const id of ['a', 'b', 'c']) {
      expect((await group.client(id).key(key.keyId))?.state).toBe('active')
    }
    expect(await group.client('d').key(key.keyId)).toBeNull()
    const signed = await operator.sign({ keyId: key.keyId, messages: [MESSAGE, new Uint8Array()] })
    if (signed.status !== 'success') throw new Error(signed.reason)
    expect(signed.ceremonyId).toBeGreaterThan(key.ceremonyId)
    for (const [i, message] of [MESSAGE, new Uint8Array()].entries()) {
      const signature = signed.signatures[i] ?? new Uint8Array()
      expect(verifySignature({ suite: 'bip340', groupPublicKey: key.groupPublicKey, message, signature })).toBe(true)
    }
    expect(group.remarks).toEqual([])
    expect(group.issues).toEqual([])
  })

  it('preprocesses, and signs over the slots in one round', async () => {
    await using group = await Group.start(['a', 'b', 'c'])
    const operator = group.operator()
    const { keyId } = await makeKey(operator, ['a', 'b', 'c'])
    const made = await operator.preprocess({ keyId, count: 3 })
    if (made.status !== 'success') throw new Error(made.reason)
    expect(made.signers).toEqual(['a', 'b'])
    const signed = await operator.sign({ keyId, messages, preprocessed: { ceremonyId: made.ceremonyId, firstSlot: 2 } })
    expect(signed.status).toBe('success')
    const { mode } = decodeInstruction(group.instructions.at(-1) ?? new Uint8Array()) as { mode?: unknown }
    expect(mode).toEqual({ type: 'one-round', ceremonyId: made.ceremonyId, firstSlot: 2 })
  })

  it('is told whom each stage waits for, and by whom', async () => {
    await using group = await Group.start(['a', 'b', 'c'], { publish: silent('c', 'keygen') })
    const result = await group.operator().keygen({ participants: ['a', 'b', 'c'], minSigners: 2, suite: 'evm' })
    expect(result).toMatchObject({ status: 'failure', reason: 'timeout', stage: 'HashCommitment' })
    const waits = group.events.flatMap((event) =>
      event.type === 'progress' ? [`${event.from} ${event.stage} ${event.waitingFor.join()}`] : [],
    )
    expect(waits).toContain('a HashCommitment c')
    expect(waits).toContain('b HashCommitment c')
    if (result.status !== 'failure') throw new Error('a key')
    // Whose deadline is first tells the other, who then need not have missed anybody by itself.
    expect(['a', 'b'].some((id) => result.missing.some((miss) => miss.validator === 'c' && miss.reportedBy === id))).toBe(true)
    expect(result.missing.map(({ validator }) => validator)).not.toContain('a')
    expect(result.missing.map(({ validator }) => validator)).not.toContain('b')
  })

  it('sends nothing where a participant of a key generation is not ready, or too few can sign', async () => {
    await using group = await Group.start(['a', 'b', 'c'])
    const operator = group.operator()
    const { keyId } = await makeKey(operator, ['a', 'b', 'c'])
    group.notReady.set('b', 'the node is stopping')
    await group.kill('c')
    const sent = group.instructions.length
    const keygen = operator.keygen({ participants: ['a', 'b', 'c'], minSigners: 2, suite: 'bip340' })
    await expect(keygen).rejects.toMatchObject({
      code: 'ERR_BUS',
      message: expect.stringMatching(/b \(the node is stopping\), c \(it did not answer\)/),
    })
    await expect(operator.sign({ keyId, messages })).rejects.toMatchObject({
      code: 'ERR_BUS',
      message: expect.stringMatching(/2 signers are needed.*a/),
    })
    await expect(operator.sign({ keyId, messages, signers: ['a', 'b'] })).rejects.toMatchObject({ code: 'ERR_BUS' })
    await expect(operator.sign({ keyId: '00'.repeat(32), messages })).rejects.toMatchObject({ code: 'ERR_UNKNOWN_KEY' })
    await expect(operator.sign({ keyId, messages, signers: ['a'] })).rejects.toMatchObject({ code: 'ERR_TOO_FEW_SIGNERS' })
    await expect(operator.sign({ keyId, messages, signers: ['a', 'x'] })).rejects.toMatchObject({ code: 'ERR_UNKNOWN_VALIDATOR' })
    expect(group.instructions.length).toBe(sent)
  })

  it('refuses an instruction that the broker does not carry, with both sizes', async () => {
    await using group = await Group.start(['a', 'b'], { maxMessageBytes: 8_192 })
    const operator = group.operator()
    const { keyId } = await makeKey(operator, ['a', 'b'])
    const sent = group.instructions.length
    const signing = operator.sign({ keyId, messages: [new Uint8Array(9_000)] })
    await expect(signing).rejects.toMatchObject({
      code: 'ERR_TOO_LARGE',
      message: expect.stringMatching(/an instruction of 9\d\d\d bytes.*8192/),
    })
    expect(group.instructions.length).toBe(sent)
  })

  it('refuses where all participants refuse alike, as the command itself', async () => {
    await using group = await Group.start(['a', 'b'])
    const operator = group.operator()
    const { keyId, ceremonyId } = await makeKey(operator, ['a', 'b'])
    const signing = operator.sign({ keyId, messages, ceremonyId })
    await expect(signing).rejects.toMatchObject({ code: 'ERR_CEREMONY_ID_USED', message: expect.stringMatching(/all participants refuse/) })
  })

  it('finds what was reported while it was not connected, where the broker keeps it', async () => {
    await using group = await Group.start(['a', 'b'])
    const operator = group.operator()
    group.keeps = true
    group.alter = ({ kind, bytes }) => (kind === 'answer' ? [bytes] : [])
    const { keyId } = await makeKey(operator, ['a', 'b'])
    expect((await operator.sign({ keyId, messages })).status).toBe('success')
  })

  it('is interrupted by its signal', async () => {
    await using group = await Group.start(['a', 'b'], { publish: silent('b', 'sign') })
    const operator = group.operator()
    const { keyId } = await makeKey(operator, ['a', 'b'])
    const stop = new AbortController()
    const signing = operator.sign({ keyId, messages, signal: stop.signal })
    setTimeout(() => stop.abort(), 50)
    await expect(signing).rejects.toMatchObject({ code: 'ERR_ABORTED' })
  })
})

describe('a failure', () => {
  it('names the proven culprit once, with evidence that stands, and each node keeps it in a file of its own', async () => {
    await using group = await Group.start(['a', 'b', 'c'], { publish: spoiling('b', 'sign', 2) })
    const operator = group.operator()
    const { keyId } = await makeKey(operator, ['a', 'b', 'c'], 3)
    quiet(group, 'b')
    const result = await operator.sign({ keyId, messages })
    if (result.status !== 'failure') throw new Error('signed')
    expect(result.reason).toBe('fault')
    expect(result.blamed.map(({ validator, fault }) => `${validator} ${fault}`)).toEqual(['b bad-signature-share'])
    const evidence = result.blamed[0]?.evidence ?? new Uint8Array()
    expect(verifyEvidence(evidence, group.roster)).toMatchObject({ valid: true, validator: 'b', ceremonyId: result.ceremonyId })
    for (const id of ['a', 'c']) {
      const [name, ...more] = readdirSync(path.join(group.folder, id))
      expect(more).toEqual([])
      const file = path.join(group.folder, id, name ?? '')
      expect(name).toBe(`${result.ceremonyId}-001-b-bad-signature-share-0.evidence`)
      expect(statSync(file).mode & 0o777).toBe(0o600)
      expect(verifyEvidence(new Uint8Array(readFileSync(file)), group.roster)).toMatchObject({ valid: true, validator: 'b' })
    }
  })

  it('is tried again without the culprit, with another of the ready ones', async () => {
    await using group = await Group.start(['a', 'b', 'c', 'd'], { publish: spoiling('b', 'sign', 2) })
    const operator = group.operator()
    const { keyId, groupPublicKey } = await makeKey(operator, ['a', 'b', 'c', 'd'], 3)
    quiet(group, 'b')
    const result = await operator.sign({ keyId, messages, retries: 2 })
    if (result.status !== 'success') throw new Error(result.reason)
    expect(
      verifySignature({ suite: 'bip340', groupPublicKey, message: MESSAGE, signature: result.signatures[0] ?? new Uint8Array() }),
    ).toBe(true)
    const sent = group.instructions.slice(1).map((bytes) => decodeInstruction(bytes))
    expect(sent.map((instruction) => (instruction.kind === 'sign' ? instruction.signers.join() : ''))).toEqual(['a,b,c', 'a,c,d'])
    expect(new Set(sent.map(({ ceremonyId }) => ceremonyId)).size).toBe(2)
    expect(group.remarks.join('\n')).toMatch(/trying again without b \(1 of 2\)/)
  })

  it('is tried again without a node that was killed in the middle, and not where too few are left', async () => {
    await using group = await Group.start(['a', 'b', 'c'])
    const operator = group.operator()
    const { keyId } = await makeKey(operator, ['a', 'b', 'c'])
    let killed: Promise<void> | null = null
    const bus = group.bus()
    const killing = group.operator({
      bus: {
        ...bus,
        instruct: async (bytes) => {
          killed ??= group.kill('a')
          await bus.instruct(bytes)
        },
      },
    })
    const result = await killing.sign({ keyId, messages, retries: 1 })
    await killed
    expect(result.status).toBe('success')
    expect(group.remarks.join('\n')).toMatch(/trying again without a \(1 of 1\)/)
    killed = null
    await expect(operator.sign({ keyId, messages, signers: ['a', 'b'] })).rejects.toMatchObject({ code: 'ERR_BUS' })
  })

  it('is none where one report has signatures that verify, though others prove a fault: that is told', async () => {
    await using group = await Group.start(['a', 'b', 'c'], { publish: spoiling('b', 'sign', 2) })
    const bus = group.bus()
    const hear = (handler: (from: string, bytes: Uint8Array) => void) => (from: string, bytes: Uint8Array) =>
      void setTimeout(() => handler(from, bytes), from === 'b' ? 150 : 0)
    const operator = group.operator({ bus: { ...bus, onReport: (handler) => bus.onReport(hear(handler)) } })
    const { keyId } = await makeKey(operator, ['a', 'b', 'c'], 3)
    expect((await operator.sign({ keyId, messages })).status).toBe('success')
    expect(group.remarks).toContain('b is proven to have broken the rules (bad-signature-share)')
  })

  it('keeps evidence that is too large for the broker on the node, and says where', async () => {
    await using group = await Group.start(['a', 'b'], { publish: spoiling('b', 'sign', 2), maxMessageBytes: 1_500 })
    const operator = group.operator()
    const { keyId } = await makeKey(operator, ['a', 'b'])
    quiet(group, 'b')
    const result = await operator.sign({ keyId, messages })
    if (result.status !== 'failure') throw new Error('signed')
    expect(result.blamed).toEqual([])
    const told = group.remarks.find((text) => text.startsWith('a blames b')) ?? ''
    const file = /kept it in (\S+)/.exec(told)?.[1] ?? ''
    expect(verifyEvidence(new Uint8Array(readFileSync(file)), group.roster)).toMatchObject({ valid: true, validator: 'b' })
  })
})

describe('a node that lies to the operator', () => {
  it('accuses without proof: nobody is blamed, and that is said', async () => {
    await using group = await Group.start(['a', 'b', 'c'], { publish: silent('c', 'sign') })
    const operator = group.operator()
    const { keyId } = await makeKey(operator, ['a', 'b', 'c'], 3)
    const accuse = { validator: 'b', fault: 'bad-share', evidence: '00' }
    lying(group, 'a', (body) => ({ ...body, reason: 'fault', blamed: [accuse], missing: [{ validator: 'b', reportedBy: 'c' }] }))
    const result = await operator.sign({ keyId, messages })
    if (result.status !== 'failure') throw new Error('signed')
    expect(result.blamed).toEqual([])
    expect(result.reason).toBe('timeout')
    expect(result.missing.filter(({ reportedBy, validator }) => reportedBy === 'c' && validator === 'b')).toEqual([])
    expect(group.remarks.join('\n')).toMatch(/a blames b \(bad-share\) without proof/)
    expect(group.remarks.join('\n')).toMatch(/different reasons/)
  })

  it('reports signatures that are none: those of another count', async () => {
    await using group = await Group.start(['a', 'b'])
    const operator = group.operator()
    const { keyId, groupPublicKey } = await makeKey(operator, ['a', 'b'])
    lying(group, 'a', (body) => ({ ...body, signatures: ['00'.repeat(64)] }))
    const result = await operator.sign({ keyId, messages })
    if (result.status !== 'success') throw new Error(result.reason)
    expect(
      verifySignature({ suite: 'bip340', groupPublicKey, message: MESSAGE, signature: result.signatures[0] ?? new Uint8Array() }),
    ).toBe(true)
  })

  it('reports another key than the others: no success, and the disagreement is told', async () => {
    await using group = await Group.start(['a', 'b', 'c'])
    lying(group, 'b', (body) => ({ ...body, groupPublicKey: `02${'11'.repeat(32)}` }))
    const result = await group.operator().keygen({ participants: ['a', 'b', 'c'], minSigners: 2, suite: 'bip340', waitMs: 500 })
    expect(result.status).toBe('failure')
    expect(group.remarks.join('\n')).toMatch(/a, c report the key 0/)
    expect(group.remarks.join('\n')).toMatch(/b reports the key 0211/)
  })

  it('tells of a key with another group key: without the certificates it is not believed', async () => {
    await using group = await Group.start(['a', 'b', 'c'])
    const operator = group.operator()
    const { keyId } = await makeKey(operator, ['a', 'b', 'c'])
    group.alter = ({ from, kind, bytes }) => {
      if (from !== 'a' || kind !== 'answer') return [bytes]
      const { ceremonyId, time, type, body } = openReport(bytes, { network: NETWORK, roster: group.roster })
      const status = JSON.parse(body) as { key?: Record<string, unknown> }
      const lie = JSON.stringify({ ...status, key: { ...status.key, groupPublicKey: `02${'11'.repeat(32)}` } })
      return [sealReport(testIdentity('a'), { network: NETWORK, from: 'a', type, ceremonyId, time, body: lie }).bytes]
    }
    const result = await operator.sign({ keyId, messages })
    expect(result.status).toBe('success')
    const sent = decodeInstruction(group.instructions.at(-1) ?? new Uint8Array())
    expect(sent.kind === 'sign' && sent.signers).toEqual(['b', 'c'])
    expect(group.remarks.join('\n')).toMatch(/a tells of the key, but it shows no valid certificate/)
  })
})

describe('a broker that lies', () => {
  it('cannot speak for a node, repeat an old answer, or bring the report of another network', async () => {
    await using group = await Group.start(['a', 'b'])
    const operator = group.operator()
    const old = new Map<string, Uint8Array>()
    group.alter = ({ from, kind, bytes }) => {
      if (kind === 'answer') old.set(from, bytes)
      return [bytes]
    }
    const { keyId } = await makeKey(operator, ['a', 'b'])
    const stranger = testIdentity('stranger')
    group.alter = ({ from, kind, bytes }) => {
      if (kind === 'answer') return [old.get(from) ?? bytes]
      const { ceremonyId, time, type, body } = openReport(bytes, { network: NETWORK, roster: group.roster })
      const content = { network: NETWORK, from, type, ceremonyId, time, body }
      return [sealReport(stranger, content).bytes, sealReport(testIdentity(from), { ...content, network: 'other' }).bytes]
    }
    await expect(operator.sign({ keyId, messages })).rejects.toMatchObject({ code: 'ERR_BUS', message: 'no node answers' })
    const { alter } = group
    group.alter = (told) => (told.kind === 'answer' ? [told.bytes] : alter(told))
    const result = await operator.sign({ keyId, messages, waitMs: 400 })
    expect(result).toMatchObject({
      status: 'failure',
      reason: 'timeout',
      missing: [
        { validator: 'a', reportedBy: 'ops' },
        { validator: 'b', reportedBy: 'ops' },
      ],
    })
  })
})

describe('a node that is killed when its key is made', () => {
  it('counts when it is back and has the key', async () => {
    await using group = await Group.start(['a', 'b', 'c'])
    let back: Promise<void> | null = null
    group.alter = ({ from, kind, bytes }) => {
      if (from !== 'c' || kind !== 'outcome') return [bytes]
      back ??= group.kill('c').then(() => group.startNode('c'))
      return []
    }
    const { keyId, groupPublicKey } = await makeKey(group.operator(), ['a', 'b', 'c'])
    await back
    const key = await group.client('c').key(keyId)
    expect(key?.state).toBe('active')
    expect(toHex(key?.groupPublicKey ?? new Uint8Array())).toBe(toHex(groupPublicKey))
  })
})
