/** Signed instructions: what an operator of a node may make it do, and that nobody else can make it do anything. */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { copyBytes, toHex } from '../../src/bytes.ts'
import type { InnerEvent, KeyInfo } from '../../src/index.ts'
import { type InstructionContent, type SignInstructionContent, sealInstruction } from '../../src/wire/instruction.ts'
import { MAX_FRAME_BYTES } from '../../src/wire/sizes.ts'
import { testIdentity } from '../helpers/identities.ts'
import { Cluster, until } from './cluster.ts'

const IDS = ['a', 'b', 'c']
const operator = testIdentity('operator')
const wallMs = (): bigint => BigInt(Math.floor(performance.timeOrigin + performance.now()))

let cluster: Cluster
let key: KeyInfo
let next = 1n
const events = new Map<string, InnerEvent[]>()

/** What node `a` has counted, and what it told, since then. */
const watch = () => {
  const before = cluster.client('a').stats().dropped
  const told = events.get('a')?.length ?? 0
  return {
    dropped: (): Record<string, number> => {
      const after = cluster.client('a').stats().dropped
      return Object.fromEntries(
        Object.entries(after).flatMap(([reason, n]) =>
          n > before[reason as keyof typeof before] ? [[reason, n - before[reason as keyof typeof before]]] : [],
        ),
      )
    },
    told: () => (events.get('a') ?? []).slice(told),
  }
}

const head = () => ({ network: 'test', operator: operator.publicKey, ceremonyId: next++, expires: wallMs() + 60_000n })
const signing = (more: Partial<SignInstructionContent> = {}): SignInstructionContent => ({
  ...head(),
  kind: 'sign',
  keyId: key.keyId,
  signers: IDS,
  mode: { type: 'two-round' },
  messages: [Uint8Array.of(1, 2, 3)],
  ...more,
})
const give = (content: InstructionContent, to: readonly string[] = IDS) => {
  const { bytes } = sealInstruction(operator, content)
  for (const id of to) cluster.bus.instruct(id, bytes)
  return bytes
}
/** The outcomes of all nodes for a ceremony. */
const outcomes = async (id: bigint, nodes: readonly string[] = IDS) => {
  const of = (node: string) =>
    (events.get(node) ?? []).flatMap((event) => ('outcome' in event && event.outcome.ceremonyId === id ? [event.outcome] : []))
  await until(() => nodes.every((node) => of(node).length > 0))
  return nodes.map((node) => of(node))
}
const refusals = (id: bigint, node = 'a') =>
  (events.get(node) ?? []).flatMap((event) => (event.type === 'instructionRefused' && event.ceremonyId === id ? [event] : []))
/** Once all that was given has been heard. */
const heard = async () => {
  await new Promise((resolve) => setTimeout(resolve, 20))
}

beforeAll(async () => {
  cluster = await Cluster.start(IDS, () => ({ operators: [operator.publicKey] }), ['d'])
  for (const id of IDS) {
    const list: InnerEvent[] = []
    events.set(id, list)
    const heard = cluster.client(id).events()
    void (async () => {
      for await (const event of heard) list.push(event)
    })()
  }
  const content: InstructionContent = { ...head(), kind: 'keygen', protocol: 'frost', suite: 'bip340', minSigners: 2, participants: IDS }
  give(content)
  const [[outcome] = []] = await outcomes(content.ceremonyId)
  if (outcome?.status !== 'success' || !('key' in outcome)) throw new Error('no key')
  key = outcome.key
})

afterAll(() => cluster[Symbol.asyncDispose]())
afterEach(() => vi.useRealTimers())

describe('an operator', () => {
  it('has a key made, nonces made ahead, and messages signed in two rounds and in one', async () => {
    const ahead: InstructionContent = { ...head(), kind: 'preprocess', keyId: key.keyId, signers: IDS, count: 2 }
    give(ahead)
    expect(await outcomes(ahead.ceremonyId)).toMatchObject(IDS.map(() => [{ status: 'success', count: 2 }]))
    const twoRounds = signing()
    const oneRound = signing({ mode: { type: 'one-round', ceremonyId: ahead.ceremonyId, firstSlot: 1 } })
    for (const content of [twoRounds, oneRound]) {
      give(content)
      const all = await outcomes(content.ceremonyId)
      expect(all).toMatchObject(IDS.map(() => [{ status: 'success' }]))
      expect(
        new Set(
          all.map(([outcome]) => outcome?.status === 'success' && 'signatures' in outcome && toHex(outcome.signatures[0] as Uint8Array)),
        ).size,
      ).toBe(1)
    }
    expect(refusals(oneRound.ceremonyId)).toEqual([])
  })

  it('is named by the ceremonies that run by its word, with whom they wait for', async () => {
    const content = signing()
    give(content, ['a'])
    await until(() =>
      cluster
        .client('a')
        .ceremonies()
        .some(({ waitingFor }) => waitingFor.length > 0),
    )
    const application = { ceremonyId: next++, keyId: key.keyId, signers: ['a', 'c'], messages: [Uint8Array.of(9)] }
    const called = cluster.client('a').sign(application)
    await until(
      () =>
        cluster
          .client('a')
          .ceremonies()
          .filter(({ waitingFor }) => waitingFor.length > 0).length === 2,
    )
    expect(cluster.client('a').ceremonies()).toEqual([
      {
        kind: 'sign',
        ceremonyId: content.ceremonyId,
        stage: 'NonceCommitments',
        waitingFor: ['b', 'c'],
        instructedBy: toHex(operator.publicKey),
      },
      { kind: 'sign', ceremonyId: application.ceremonyId, stage: 'NonceCommitments', waitingFor: ['c'], instructedBy: 'application' },
    ])
    give(content, ['b', 'c'])
    await cluster.client('c').sign(application)
    await called
    await outcomes(content.ceremonyId)
    expect(cluster.client('a').ceremonies()).toEqual([])
  })

  it('T2: is obeyed once: the same bytes again are counted, other bytes with the id refused, also when the ceremony is over', async () => {
    const content = signing()
    const { told, dropped } = watch()
    const bytes = give(content)
    for (const id of IDS) cluster.bus.instruct(id, bytes)
    expect(await outcomes(content.ceremonyId)).toMatchObject(IDS.map(() => [{ status: 'success' }]))
    for (const id of IDS) cluster.bus.instruct(id, bytes)
    await until(() => dropped()['duplicate'] === 2)
    expect(told().filter(({ type }) => type === 'signingOutcome')).toHaveLength(1)
    expect(refusals(content.ceremonyId)).toEqual([])
    give({ ...content, messages: [Uint8Array.of(4)] })
    await until(() => refusals(content.ceremonyId).length > 0)
    expect(refusals(content.ceremonyId)).toMatchObject([{ code: 'ERR_CEREMONY_ID_USED', field: 'ceremonyId' }])
    expect(told().filter(({ type }) => type === 'signingOutcome')).toHaveLength(1)
  })

  it('hears why it is refused, as a call would have been, and may say the same again', async () => {
    const unknown = signing({ keyId: '00'.repeat(32) })
    for (const times of [1, 2]) {
      give(unknown)
      await until(() => refusals(unknown.ceremonyId).length === times)
    }
    expect(refusals(unknown.ceremonyId)).toMatchObject([{ code: 'ERR_UNKNOWN_KEY' }, { code: 'ERR_UNKNOWN_KEY' }])
    const stranger = signing({ signers: ['a', 'e'] })
    give(stranger)
    await until(() => refusals(stranger.ceremonyId).length > 0)
    expect(refusals(stranger.ceremonyId)).toMatchObject([{ code: 'ERR_UNKNOWN_VALIDATOR', field: 'signers[1]' }])
    const few = signing({ signers: ['a'] })
    give(few)
    await until(() => refusals(few.ceremonyId).length > 0)
    expect(refusals(few.ceremonyId)).toMatchObject([{ code: 'ERR_TOO_FEW_SIGNERS', field: 'signers' }])
    // It was no use of the id.
    give({ ...few, signers: IDS })
    expect(await outcomes(few.ceremonyId)).toMatchObject(IDS.map(() => [{ status: 'success' }]))
  })

  it('is not obeyed where others are instructed: nothing is told and nothing counted', async () => {
    const { told, dropped } = watch()
    const content = signing({ signers: ['b', 'c'] })
    give(content)
    expect(await outcomes(content.ceremonyId, ['b', 'c'])).toMatchObject([[{ status: 'success' }], [{ status: 'success' }]])
    expect([told(), dropped()]).toEqual([[], {}])
  })

  it('is not obeyed once its instruction has expired', async () => {
    const stale = signing({ expires: wallMs() - 5_500n })
    give(stale)
    await until(() => refusals(stale.ceremonyId).length > 0)
    expect(refusals(stale.ceremonyId)).toMatchObject([
      { code: 'ERR_UNAUTHORISED_INSTRUCTION', field: 'expires', message: 'expires: expired 5 s ago' },
    ])
    expect(cluster.client('a').ceremonies()).toEqual([])
    const { told, dropped } = watch()
    give(stale)
    await until(() => Object.keys(dropped()).length > 0)
    await heard()
    // Refused once and for good: a copy costs neither a check nor a report.
    expect([told(), dropped()]).toEqual([[], { duplicate: 1 }])
  })

  it('is not obeyed when it would stand for more than a day', async () => {
    const long = signing({ expires: wallMs() + 86_400_000n + 60_000n })
    give(long)
    await until(() => refusals(long.ceremonyId).length > 0)
    expect(refusals(long.ceremonyId)).toMatchObject([
      { code: 'ERR_UNAUTHORISED_INSTRUCTION', field: 'expires', message: 'expires: is more than a day ahead' },
    ])
  })

  it.each([-1, 1])('T11: a clock that is set by %s day while nodes run changes nothing', async (days) => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + days * 86_400_000 })
    const [fresh, stale] = [signing(), signing({ expires: wallMs() - 1_000n })]
    give(fresh)
    give(stale)
    expect(await outcomes(fresh.ceremonyId)).toMatchObject(IDS.map(() => [{ status: 'success' }]))
    await until(() => refusals(stale.ceremonyId).length > 0)
    expect(refusals(stale.ceremonyId)).toMatchObject([{ code: 'ERR_UNAUTHORISED_INSTRUCTION', message: 'expires: expired 1 s ago' }])
  })
})

describe('whoever else', () => {
  const refusedAs = async (bytes: Uint8Array, reason: string): Promise<void> => {
    const { told, dropped } = watch()
    cluster.bus.instruct('a', bytes)
    await until(() => Object.keys(dropped()).length > 0)
    await heard()
    expect(dropped()).toEqual({ [reason]: 1 })
    expect(told()).toEqual([])
    expect(cluster.client('a').ceremonies()).toEqual([])
  }

  it('T19: signs as a validator, or as no operator of this node, changes nothing', async () => {
    for (const stranger of [testIdentity('b'), testIdentity('somebody')]) {
      await refusedAs(sealInstruction(stranger, { ...signing(), operator: stranger.publicKey }).bytes, 'signature')
    }
  })

  it('T1: signs in the name of an operator, or takes the signature of another instruction, changes nothing', async () => {
    const forged = sealInstruction(testIdentity('b'), { ...signing(), operator: testIdentity('b').publicKey }).bytes
    const named = copyBytes(forged)
    named.set(operator.publicKey, 3 + 5)
    await refusedAs(named, 'signature')
    const [one, other] = [sealInstruction(operator, signing()), sealInstruction(operator, signing())]
    const swapped = copyBytes(one.bytes)
    swapped.set(other.signature, swapped.length - 64)
    await refusedAs(swapped, 'signature')
  })

  it('T1: alters any field of what an operator signed, changes nothing', async () => {
    const content = signing()
    const { bytes } = sealInstruction(operator, content)
    for (let at = 0; at < bytes.length; at += at < 60 || at > bytes.length - 70 ? 1 : 7) {
      const altered = copyBytes(bytes)
      altered[at] = (altered[at] ?? 0) ^ 1
      cluster.bus.instruct('a', altered)
    }
    const { told, dropped } = watch()
    await until(() => (dropped()['signature'] ?? 0) > 60)
    await heard()
    expect(Object.keys(dropped()).sort()).toEqual(['malformed', 'signature', 'version'])
    expect(told()).toEqual([{ type: 'unknownVersion', version: 0, from: null }])
    expect(cluster.client('a').ceremonies()).toEqual([])
    give(content)
    expect(await outcomes(content.ceremonyId)).toMatchObject(IDS.map(() => [{ status: 'success' }]))
  })

  it('sends what was signed for another network, what is no instruction, or too much, changes nothing', async () => {
    await refusedAs(sealInstruction(operator, { ...signing(), network: 'production' }).bytes, 'signature')
    const { bytes } = sealInstruction(operator, signing())
    await refusedAs(bytes.subarray(0, -1), 'malformed')
    await refusedAs(Uint8Array.of(), 'version')
    await refusedAs(Uint8Array.of(1, 5), 'malformed')
    await refusedAs(new Uint8Array(MAX_FRAME_BYTES + 1).fill(1, 0, 1), 'size')
  })

  it('T19: is a peer and sends an instruction on the subject of ceremonies or announcements, changes nothing', async () => {
    const { bytes } = sealInstruction(operator, signing())
    const { told, dropped } = watch()
    const peer = await cluster.bus.connect('d')
    peer.publish('P2P', null, bytes)
    peer.publish('ReadyToKeygen', null, bytes)
    await until(() => dropped()['malformed'] === 2)
    await peer.close()
    expect([told(), dropped()]).toEqual([[], { malformed: 2 }])
    expect(cluster.client('a').ceremonies()).toEqual([])
  })
})

describe('a node without operators', () => {
  it('obeys nobody on the bus', async () => {
    await using alone = await Cluster.start(['a'])
    alone.bus.instruct('a', sealInstruction(operator, signing({ signers: ['a'] })).bytes)
    await until(() => alone.client('a').stats().dropped.signature === 1)
    expect(alone.client('a').ceremonies()).toEqual([])
  })
})
