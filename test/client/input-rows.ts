/** Bad input for every method of a client that takes some: one or a few values for each argument. */
import type { MultisigClient } from '../../src/index.ts'
import { NO_BYTES, NO_CEREMONY_IDS, NO_INTEGERS, NO_SIGNALS, type Wrong } from './wrong-values.ts'

/** the call, the inputs, and how each must be refused: the code, if it is not ERR_INVALID_ARGUMENT, and the field */
export type Row = readonly [call: (wrong: Wrong) => unknown, inputs: readonly unknown[], refusal: string]

export const NO_OBJECTS: readonly unknown[] = [null, 5, 'x', true, 1n]
export const MISSING: readonly unknown[] = [undefined, ...NO_OBJECTS]
export const NO_IDS: readonly unknown[] = ['', 'a.b', '*', 'x'.repeat(65), 1, null, undefined, ['a']]
export const NO_KEY_IDS: readonly unknown[] = ['', '00', 'AA'.repeat(32), 'zz'.repeat(32), `0x${'0'.repeat(62)}`, 1, null, undefined]
export const NO_SUITES: readonly unknown[] = ['', 'BIP340', 'toString', 1, null, undefined, {}]
export const NOT_COUNTS = NO_INTEGERS.filter((value) => value !== 0)

export const keyId = '00'.repeat(32)
const bytes = new Uint8Array(4)
export const keygen = { ceremonyId: 1n, participants: ['a'], minSigners: 1, suite: 'bip340' } as const
const named = { ceremonyId: 1n, keyId, signers: ['a'], messages: [bytes] }
const slots = { ceremonyId: 1n, keyId, signers: ['a'], count: 1 }

export function clientRows(client: MultisigClient): Readonly<Record<string, readonly Row[]>> {
  return {
    'MultisigClient.keygen': [
      [(wrong) => client.keygen(wrong), MISSING, 'request'],
      [(wrong) => client.keygen({ ...keygen, ceremonyId: wrong }), NO_CEREMONY_IDS, 'ceremonyId'],
      [(wrong) => client.keygen({ ...keygen, participants: wrong }), [...MISSING, []], 'participants'],
      [(wrong) => client.keygen({ ...keygen, participants: ['a', wrong] }), NO_IDS, 'participants[1]'],
      [(wrong) => client.keygen({ ...keygen, participants: ['a', wrong] }), ['z'], 'ERR_UNKNOWN_VALIDATOR participants[1]'],
      [(wrong) => client.keygen({ ...keygen, participants: ['a', wrong] }), ['a'], 'ERR_DUPLICATE_VALIDATOR participants[1]'],
      [(wrong) => client.keygen({ ...keygen, minSigners: wrong }), [...NO_INTEGERS, 2], 'minSigners'],
      [(wrong) => client.keygen({ ...keygen, suite: wrong }), NO_SUITES, 'suite'],
      [(wrong) => client.keygen({ ...keygen, signal: wrong }), NO_SIGNALS, 'signal'],
    ],
    'MultisigClient.sign': [
      [(wrong) => client.sign(wrong), MISSING, 'request'],
      [(wrong) => client.sign({ ceremonyId: wrong, keyId, signers: ['a'], messages: [bytes] }), NO_CEREMONY_IDS, 'ceremonyId'],
      [(wrong) => client.sign({ ceremonyId: 1n, keyId: wrong, signers: ['a'], messages: [bytes] }), NO_KEY_IDS, 'keyId'],
      [(wrong) => client.sign({ ceremonyId: 1n, keyId: wrong, signers: ['a'], messages: [bytes] }), [keyId], 'ERR_UNKNOWN_KEY keyId'],
      [(wrong) => client.sign({ ceremonyId: 1n, keyId, signers: wrong, messages: [bytes] }), [...MISSING, []], 'signers'],
      [(wrong) => client.sign({ ceremonyId: 1n, keyId, signers: ['a'], messages: wrong }), [...MISSING, []], 'messages'],
      [(wrong) => client.sign({ ceremonyId: 1n, keyId, signers: ['a'], messages: [wrong] }), NO_BYTES, 'messages[0]'],
      [(wrong) => client.sign({ ...named, preprocessed: wrong }), NO_OBJECTS, 'preprocessed'],
      [(wrong) => client.sign({ ...named, preprocessed: { ceremonyId: wrong, firstSlot: 0 } }), NO_CEREMONY_IDS, 'preprocessed.ceremonyId'],
      [(wrong) => client.sign({ ...named, preprocessed: { ceremonyId: 1n, firstSlot: wrong } }), NOT_COUNTS, 'preprocessed.firstSlot'],
    ],
    'MultisigClient.preprocess': [
      [(wrong) => client.preprocess(wrong), MISSING, 'request'],
      [(wrong) => client.preprocess({ ...slots, ceremonyId: wrong }), NO_CEREMONY_IDS, 'ceremonyId'],
      [(wrong) => client.preprocess({ ...slots, keyId: wrong }), NO_KEY_IDS, 'keyId'],
      [(wrong) => client.preprocess({ ...slots, keyId: wrong }), [keyId], 'ERR_UNKNOWN_KEY keyId'],
      [(wrong) => client.preprocess({ ...slots, signers: wrong }), [...MISSING, []], 'signers'],
      [(wrong) => client.preprocess({ ...slots, count: wrong }), NO_INTEGERS, 'count'],
      [(wrong) => client.preprocess({ ...slots, signal: wrong }), NO_SIGNALS, 'signal'],
    ],
    'MultisigClient.waitUntilReady': [
      [(wrong) => client.waitUntilReady(wrong), [...MISSING, []], 'participants'],
      [(wrong) => client.waitUntilReady(['a'], wrong), NO_OBJECTS, 'options'],
    ],
    'MultisigClient.activate': [
      [(wrong) => client.activate(wrong, new Map()), NO_KEY_IDS, 'keyId'],
      [(wrong) => client.activate(keyId, wrong), [...MISSING, {}, []], 'certificates'],
    ],
    'MultisigClient.key': [[(wrong) => client.key(wrong), NO_KEY_IDS, 'keyId']],
    'MultisigClient.events': [[(wrong) => client.events(wrong), NO_OBJECTS, 'options']],
    'MultisigClient.close': [
      [(wrong) => client.close(wrong), NO_OBJECTS, 'options'],
      [(wrong) => client.close({ graceMs: wrong }), NOT_COUNTS, 'graceMs'],
    ],
  }
}
