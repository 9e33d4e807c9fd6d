/** Bad input to `quorate/keystore`: see bad-input.test.ts. */
import {
  DiskKeyStore,
  openBackup,
  openSealed,
  readSecretFile,
  readUnlock,
  sealBackup,
  sealFile,
  unlockSecret,
  writeSecretFile,
} from '../../src/keystore/index.ts'
import { keyId, MISSING, NO_IDS, NO_KEY_IDS, NO_OBJECTS, type Row } from '../client/input-rows.ts'
import { NO_BYTES, NO_CEREMONY_IDS, NO_INTEGERS, type Wrong } from '../client/wrong-values.ts'
import { DiskStores, UNLOCK } from './disk-stores.ts'

const LABEL = { purpose: 'identity', subject: 'a' } as const
const NO_PATHS: readonly unknown[] = [undefined, null, 5, {}, '', 'a\0b']
const NO_SUBJECTS: readonly unknown[] = ['', 'a b', 'x'.repeat(256), 1, null, undefined]

const secretRows = (call: (secret: Wrong) => unknown, field: string): Row[] => [
  [call, MISSING, field],
  [(wrong) => call({ kind: wrong, bytes: new Uint8Array(32) } as Wrong), ['', 'password', 1, null], `${field}.kind`],
  [(wrong) => call({ kind: 'key', bytes: wrong } as Wrong), [...NO_BYTES, new Uint8Array(31)], `${field}.bytes`],
]
const labelRows = (call: (label: Wrong) => unknown): Row[] => [
  [call, MISSING, 'label'],
  [(wrong) => call({ ...LABEL, purpose: wrong } as Wrong), ['', 'other', 1, null], 'label.purpose'],
  [(wrong) => call({ ...LABEL, subject: wrong } as Wrong), NO_SUBJECTS, 'label.subject'],
]

export async function keystoreRows(memoryStoreRows: Readonly<Record<string, readonly Row[]>>) {
  const stores = new DiskStores()
  const store = await stores.open()
  const bytes = new Uint8Array(4)
  const good = { path: stores.place(), self: 'a', unlock: UNLOCK }
  const backup = { record: bytes, certificates: null, mark: 0n }
  const rows: Readonly<Record<string, readonly Row[]>> = {
    ...memoryStoreRows,
    'DiskKeyStore.open': [
      [(wrong) => DiskKeyStore.open(wrong), MISSING, 'options'],
      [(wrong) => DiskKeyStore.open({ ...good, path: wrong }), NO_PATHS, 'options.path'],
      [(wrong) => DiskKeyStore.open({ ...good, self: wrong }), NO_IDS, 'options.self'],
      [(wrong) => DiskKeyStore.open({ ...good, create: wrong }), ['', 0, null, {}], 'options.create'],
      [(wrong) => DiskKeyStore.open({ ...good, onLatency: wrong }), [null, 5, {}], 'options.onLatency'],
      [(wrong) => DiskKeyStore.open({ ...good, scrypt: wrong }), [null, 5], 'options.scrypt'],
      ...secretRows((unlock) => DiskKeyStore.open({ ...good, unlock }), 'options.unlock'),
    ],
    'DiskKeyStore.putPending': [
      [(wrong) => store.putPending(wrong, bytes), NO_KEY_IDS, 'keyId'],
      [(wrong) => store.putPending(keyId, wrong), [...NO_BYTES, new Uint8Array(0)], 'record'],
    ],
    'DiskKeyStore.activate': [
      [(wrong) => store.activate(wrong, bytes), NO_KEY_IDS, 'keyId'],
      [(wrong) => store.activate(keyId, wrong), [...NO_BYTES, new Uint8Array(0)], 'certificates'],
    ],
    'DiskKeyStore.get': [[(wrong) => store.get(wrong), NO_KEY_IDS, 'keyId']],
    'DiskKeyStore.delete': [[(wrong) => store.delete(wrong), NO_KEY_IDS, 'keyId']],
    'DiskKeyStore.reserveCeremonyId': [[(wrong) => store.reserveCeremonyId(wrong), NO_CEREMONY_IDS, 'id']],
    sealFile: [
      ...secretRows((secret) => sealFile(secret, LABEL, bytes), 'secret'),
      ...labelRows((label) => sealFile(UNLOCK, label, bytes)),
      [(wrong) => sealFile(UNLOCK, LABEL, wrong), NO_BYTES, 'plaintext'],
      [(wrong) => sealFile(UNLOCK, LABEL, bytes, wrong), NO_OBJECTS, 'options'],
      [(wrong) => sealFile(UNLOCK, LABEL, bytes, { scrypt: { logN: wrong, r: 8, p: 1 } }), [...NO_INTEGERS, 14], 'scrypt.logN'],
    ],
    openSealed: [
      ...secretRows((secret) => openSealed(secret, LABEL, bytes), 'secret'),
      ...labelRows((label) => openSealed(UNLOCK, label, bytes)),
      [(wrong) => openSealed(UNLOCK, LABEL, wrong), NO_BYTES, 'bytes'],
      [(wrong) => openSealed(UNLOCK, LABEL, wrong), [new Uint8Array(0), new Uint8Array(200)], 'ERR_MALFORMED sealed'],
    ],
    sealBackup: [
      ...secretRows((secret) => sealBackup(secret, 'a', backup), 'secret'),
      [(wrong) => sealBackup(UNLOCK, wrong, backup), NO_SUBJECTS, 'label.subject'],
      [(wrong) => sealBackup(UNLOCK, 'a', wrong), MISSING, 'backup'],
      [(wrong) => sealBackup(UNLOCK, 'a', { ...backup, record: wrong }), NO_BYTES, 'backup.record'],
      [
        (wrong) => sealBackup(UNLOCK, 'a', { ...backup, certificates: wrong }),
        NO_BYTES.filter((one) => one !== null),
        'backup.certificates',
      ],
      [(wrong) => sealBackup(UNLOCK, 'a', { ...backup, mark: wrong }), [-1n, 2n ** 64n, 1, '1', null], 'backup.mark'],
    ],
    openBackup: [
      ...secretRows((secret) => openBackup(secret, 'a', bytes), 'secret'),
      [(wrong) => openBackup(UNLOCK, wrong, bytes), NO_SUBJECTS, 'label.subject'],
      [(wrong) => openBackup(UNLOCK, 'a', wrong), NO_BYTES, 'bytes'],
    ],
    readSecretFile: [
      [(wrong) => readSecretFile(wrong, 1), NO_PATHS, 'file'],
      [(wrong) => readSecretFile('x', wrong), NO_INTEGERS, 'cap'],
    ],
    writeSecretFile: [
      [(wrong) => writeSecretFile(wrong, bytes), NO_PATHS, 'file'],
      [(wrong) => writeSecretFile('x', wrong), NO_BYTES, 'bytes'],
      [(wrong) => writeSecretFile('x', bytes, wrong), NO_OBJECTS, 'options'],
    ],
    readUnlock: [[(wrong) => readUnlock(wrong), [...MISSING, {}], 'unlock']],
    unlockSecret: [
      [(wrong) => unlockSecret(wrong, new Uint8Array(32)), ['', 'password', 1, null], 'secret.kind'],
      [(wrong) => unlockSecret('key', wrong), [...NO_BYTES, new Uint8Array(31)], 'secret.bytes'],
    ],
  }
  return { rows, end: () => stores.remove() }
}
