/** Bad input for `quorate/node`: see test/bad-input.test.ts. */
import { loadConfig, loadNodeConfig, loadOperatorConfig, OperatorClient, openLog, startNode } from '../../src/node/index.ts'
import { keyId, MISSING, NO_IDS, NO_KEY_IDS, NO_OBJECTS, NO_SUITES, type Row } from '../client/input-rows.ts'
import { NO_BYTES, NO_CEREMONY_IDS, NO_INTEGERS, NO_SIGNALS, type Wrong } from '../client/wrong-values.ts'
import { testIdentity, testRoster } from '../helpers/identities.ts'

const unused = (): never => {
  throw new Error('nobody may be asked')
}
const methods = { ensureStreams: unused, instruct: unused, lastInstruction: unused, lastOutcome: unused, ask: unused, onReport: unused }
const bus = { maxMessageBytes: 1, ...methods }
const options = { network: 'test', name: 'ops', identity: testIdentity('ops'), roster: testRoster(['a', 'b']), bus }
const make = (changes: object) => new OperatorClient({ ...options, ...changes })
const client = make({})

const keygen = { participants: ['a', 'b'], minSigners: 1, suite: 'bip340' } as const
const sign = { keyId, messages: [new Uint8Array(1)] }
const slots = { keyId, count: 1 }
const { log } = openLog({ settings: { level: 'silent' }, fields: {} })
const config = { network: 'test', self: 'a', http: {}, limits: {}, pool: {} } as Wrong

const paths = [5, {}, ['x']]
const sourcesRows = (load: (sources: Wrong) => unknown): Row[] => [
  [load, NO_OBJECTS, 'sources'],
  [(wrong) => load({ file: wrong }), paths, 'file'],
  [(wrong) => load({ env: wrong }), [5, 'x'], 'env'],
  [(wrong) => load({ flags: wrong }), [5, 'x', []], 'ERR_CONFIG flags'],
]
const termsRows = (run: (terms: Wrong) => unknown, field: string): Row[] => [
  [run, NO_OBJECTS, field],
  [(wrong) => run({ signal: wrong }), NO_SIGNALS, 'signal'],
]
const orderRows = (order: (order: Wrong) => unknown, good: object): Row[] => [
  ...termsRows((wrong) => order(typeof wrong === 'object' && wrong !== null ? { ...good, ...wrong } : wrong), 'order'),
  [(wrong) => order({ ...good, ceremonyId: wrong }), NO_CEREMONY_IDS.filter((id) => id !== undefined), 'ceremonyId'],
  [(wrong) => order({ ...good, expiresMs: wrong }), NO_INTEGERS, 'expiresMs'],
  [(wrong) => order({ ...good, waitMs: wrong }), NO_INTEGERS, 'waitMs'],
]

export const rows: Readonly<Record<string, readonly Row[]>> = {
  loadConfig: sourcesRows(loadConfig),
  loadNodeConfig: sourcesRows(loadNodeConfig),
  loadOperatorConfig: sourcesRows(loadOperatorConfig),
  openLog: [
    [openLog as (wrong: Wrong) => unknown, MISSING, 'options'],
    [(wrong) => openLog({ settings: wrong, fields: {} }), MISSING, 'settings'],
    [(wrong) => openLog({ settings: { level: 'info' }, fields: wrong }), MISSING, 'fields'],
    [(wrong) => openLog({ settings: { level: wrong }, fields: {} }), [...MISSING, '', 'loud'], 'settings.level'],
    [(wrong) => openLog({ settings: { level: 'info', file: wrong }, fields: {} }), [null, ...paths], 'settings.file'],
  ],
  startNode: [
    [(wrong) => startNode(wrong, { log }), MISSING, 'config'],
    [(wrong) => startNode(config, wrong), MISSING, 'given'],
    [(wrong) => startNode(config, { log: wrong }), [...MISSING, {}], 'given.log'],
    [(wrong) => startNode(config, { log, twinWaitMs: wrong }), NO_INTEGERS, 'given.twinWaitMs'],
    [(wrong) => startNode({ ...config, limits: wrong }, { log }), [undefined, 5], 'config.limits'],
  ],
  OperatorClient: [
    [(wrong) => new OperatorClient(wrong), MISSING, 'options'],
    [(wrong) => make({ network: wrong }), [undefined, null, 5, {}, '', 'ü'], 'network'],
    [(wrong) => make({ name: wrong }), NO_IDS, 'name'],
    [(wrong) => make({ identity: wrong }), MISSING, 'identity'],
    [(wrong) => make({ roster: wrong }), [...MISSING, {}, new Map()], 'roster'],
    [(wrong) => make({ bus: wrong }), [...MISSING, {}], 'bus'],
    [(wrong) => make({ onEvent: wrong }), NO_OBJECTS, 'onEvent'],
    [(wrong) => make({ askMs: wrong }), NO_INTEGERS, 'askMs'],
    [(wrong) => make({ settleMs: wrong }), NO_INTEGERS, 'settleMs'],
  ],
  'OperatorClient.status': [
    [(wrong) => client.status(wrong), NO_KEY_IDS.filter((id) => id !== null && id !== undefined), 'keyId'],
    ...termsRows((wrong) => client.status(null, wrong), 'terms'),
  ],
  'OperatorClient.keygen': [
    ...orderRows((order) => client.keygen(order), keygen),
    [(wrong) => client.keygen({ ...keygen, participants: wrong }), [...MISSING, []], 'participants'],
    [(wrong) => client.keygen({ ...keygen, participants: ['a', wrong] }), NO_IDS, 'participants[1]'],
    [(wrong) => client.keygen({ ...keygen, participants: ['a', wrong] }), ['z'], 'ERR_UNKNOWN_VALIDATOR participants[1]'],
    [(wrong) => client.keygen({ ...keygen, minSigners: wrong }), [...NO_INTEGERS, 3], 'minSigners'],
    [(wrong) => client.keygen({ ...keygen, suite: wrong }), NO_SUITES, 'suite'],
  ],
  'OperatorClient.sign': [
    ...orderRows((order) => client.sign(order), sign),
    [(wrong) => client.sign({ ...sign, keyId: wrong }), NO_KEY_IDS, 'keyId'],
    [(wrong) => client.sign({ ...sign, messages: wrong }), [...MISSING, []], 'messages'],
    [(wrong) => client.sign({ ...sign, messages: [wrong] }), NO_BYTES, 'messages[0]'],
  ],
  'OperatorClient.preprocess': [
    ...orderRows((order) => client.preprocess(order), slots),
    [(wrong) => client.preprocess({ ...slots, keyId: wrong }), NO_KEY_IDS, 'keyId'],
    [(wrong) => client.preprocess({ ...slots, count: wrong }), NO_INTEGERS, 'count'],
  ],
}
