/** The public list of `quorate/keystore`. */
export { type KeyBackup, openBackup, sealBackup } from './backup.ts'
export type { KeyStore, StoredKey } from './contract.ts'
export { DiskKeyStore, type DiskKeyStoreOptions, type StoreOperation } from './disk/disk-key-store.ts'
export { DEFAULT_SCRYPT, SCRYPT_FLOOR, type ScryptParameters, type UnlockSecret } from './key-derivation.ts'
export { MemoryKeyStore } from './memory.ts'
export { openSealed, type SealLabel, type SealPurpose, sealFile } from './seal.ts'
export { readSecretFile, writeSecretFile } from './secret-file.ts'
export { readUnlock, type UnlockSource, unlockSecret } from './unlock.ts'
