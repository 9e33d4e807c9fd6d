/**
 * A key as one node holds it: the public record, the secret share, and what makes a certificate valid. The store keeps the encoded form as an
 * opaque record; a pending and an active key have the same record, activation adds the certificates.
 *
 * Layout: version u8 = 1 | keygen context (u32 length) | key record (u32 length) | T_2 32 | secret share 32 | own `ok` envelope (u32 length).
 * Certificates: u16 count, each envelope u32 length, in the order of the participants.
 */
import * as P from 'micro-packed'
import { copyBytes, equalBytes, toHex, wipe } from '../bytes.ts'
import { DIGEST_BYTES } from '../crypto/transcript.ts'
import { QuorateError } from '../errors.ts'
import { COMPRESSED_BYTES, SCALAR_BYTES } from '../kernel/contract.ts'
import { decodeConfirm } from '../wire/bodies.ts'
import { decodeContext, type KeygenContext, sidOf } from '../wire/context.ts'
import { decodeEnvelope, verifyEnvelope } from '../wire/envelope.ts'
import { decodeKeyRecord, type KeyRecord, keyDigest, keyRecordHash } from '../wire/key-record.ts'
import { STAGE_NUMBER, type ValidatorId } from '../wire/message.ts'
import type { KeyId, KeyInfo } from './key-info.ts'

const recordCoder = P.struct({
  version: P.magicBytes(Uint8Array.of(1)),
  context: P.bytes(P.U32BE),
  record: P.bytes(P.U32BE),
  transcript: P.bytes(DIGEST_BYTES),
  share: P.bytes(SCALAR_BYTES),
  ok: P.bytes(P.U32BE),
})
const certificatesCoder = P.array(P.U16BE, P.bytes(P.U32BE))

interface KeyMaterialParts {
  /** preimage of the keygen's sid */
  readonly contextBytes: Uint8Array
  readonly recordBytes: Uint8Array
  /** T_2 of the keygen: every certificate carries it */
  readonly transcript: Uint8Array
  /** secret, x_j, normalised for the suite */
  readonly share: Uint8Array
  /** our own signed `ok` */
  readonly ok: Uint8Array
}

export class KeyMaterial {
  readonly keyId: KeyId
  /** the same as 32 bytes: the keygen's sid */
  readonly keyIdBytes: Uint8Array
  readonly context: KeygenContext
  readonly record: KeyRecord
  readonly recordHash: Uint8Array
  /** what a signing's sid binds */
  readonly digest: Uint8Array
  readonly #parts: KeyMaterialParts
  #wiped = false

  constructor(parts: KeyMaterialParts) {
    const context = decodeContext(parts.contextBytes)
    if (context.kind !== 'keygen') throw new QuorateError('ERR_MALFORMED', { field: 'record.context' })
    const sid = sidOf(parts.contextBytes)
    this.#parts = parts
    this.context = context
    this.keyId = toHex(sid)
    this.keyIdBytes = sid
    this.record = decodeKeyRecord(parts.recordBytes)
    this.recordHash = keyRecordHash(parts.recordBytes)
    this.digest = keyDigest(sid, parts.recordBytes)
  }

  /** @throws ERR_MALFORMED */
  static decode(bytes: Uint8Array): KeyMaterial {
    try {
      const { context, record, transcript, share, ok } = recordCoder.decode(bytes)
      return new KeyMaterial({
        contextBytes: copyBytes(context),
        recordBytes: copyBytes(record),
        transcript: copyBytes(transcript),
        share: copyBytes(share),
        ok: copyBytes(ok),
      })
    } catch (cause) {
      throw cause instanceof QuorateError ? cause : new QuorateError('ERR_MALFORMED', { field: 'record' })
    }
  }

  /** The store's record. Secret. */
  encode(): Uint8Array {
    const { contextBytes: context, recordBytes: record, transcript, share, ok } = this.#parts
    return copyBytes(recordCoder.encode({ context, record, transcript, share, ok }))
  }

  /** Secret. A copy: its receiver wipes it. @throws ERR_CLOSED once wiped: a share of zeros must never sign */
  share(): Uint8Array {
    if (this.#wiped) throw new QuorateError('ERR_CLOSED', { field: 'share', message: 'the key is wiped' })
    return copyBytes(this.#parts.share)
  }

  get recordBytes(): Uint8Array {
    return this.#parts.recordBytes
  }

  /** Whether an envelope is a valid certificate of its author over this key. */
  certifies(validator: ValidatorId, bytes: Uint8Array): boolean {
    const publicKey = this.context.participants.find(({ id }) => id === validator)?.publicKey
    if (publicKey === undefined) return false
    try {
      const envelope = decodeEnvelope(bytes, this.context.network)
      const { header } = envelope
      // defence: certificate-broadcast
      if (header.from !== validator || header.kind !== 'keygen' || header.to !== null) return false
      // The signed `ok` of SharedSecret's last stage is the certificate.
      // defence: certificate-stage
      if (header.stage !== STAGE_NUMBER.sharedSecret.Confirm) return false
      // defence: certificate-ceremony
      if (header.ceremonyId !== this.context.ceremonyId || toHex(header.sid) !== this.keyId) return false
      // defence: certificate-digest
      if (!equalBytes(header.previousTranscript, this.#parts.transcript)) return false
      const body = decodeConfirm(envelope.body, { kind: 'keygen', participants: this.context.participants.length })
      // defence: certificate-record
      // defence: certificate-signed
      return body.type === 'ok' && equalBytes(body.recordHash, this.recordHash) && verifyEnvelope(envelope, publicKey)
    } catch (error) {
      if (error instanceof QuorateError && (error.code === 'ERR_MALFORMED' || error.code === 'ERR_TOO_LARGE')) return false
      throw error
    }
  }

  info(certificates: Uint8Array | null): KeyInfo {
    const { suite, protocol, minSigners, participants, groupPublicKey, verifyingShares } = this.record
    const held = certificates === null ? new Map([this.ownCertificate()]) : decodeCertificates(certificates, participants)
    return {
      keyId: this.keyId,
      suite,
      protocol,
      minSigners,
      participants: [...participants],
      groupPublicKey: copyBytes(groupPublicKey),
      verifyingShares: new Map(
        participants.map((id, place) => [id, copyBytes(verifyingShares, place * COMPRESSED_BYTES, (place + 1) * COMPRESSED_BYTES)]),
      ),
      state: certificates === null ? 'pending' : 'active',
      keygenCeremonyId: this.context.ceremonyId,
      certificates: held,
    }
  }

  wipe(): void {
    this.#wiped = true
    wipe(this.#parts.share)
  }

  toJSON(): unknown {
    return { keyId: this.keyId, share: '<redacted>' }
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `KeyMaterial { keyId: '${this.keyId}', share: <redacted> }`
  }

  /** Our own certificate and who we are by it. */
  ownCertificate(): [ValidatorId, Uint8Array] {
    return [decodeEnvelope(this.#parts.ok, this.context.network).header.from, copyBytes(this.#parts.ok)]
  }
}

export function encodeCertificates(inOrder: readonly Uint8Array[]): Uint8Array {
  return copyBytes(certificatesCoder.encode([...inOrder]))
}

export function decodeCertificates(bytes: Uint8Array, participants: readonly ValidatorId[]): Map<ValidatorId, Uint8Array> {
  let list: Uint8Array[]
  try {
    list = certificatesCoder.decode(bytes)
  } catch {
    throw new QuorateError('ERR_MALFORMED', { field: 'certificates' })
  }
  if (list.length !== participants.length) throw new QuorateError('ERR_MALFORMED', { field: 'certificates' })
  return new Map(participants.map((id, place) => [id, copyBytes(list[place] ?? new Uint8Array())]))
}
