/** The parts of two packages without usable types that are measured: elliptic 6 and the bindings of secp256k1 (the native addon). */
declare module 'elliptic' {
  import type BN from 'bn.js'

  export interface Element {
    redMul(other: Element): Element
    redSqr(): Element
    fromRed(): BN
  }

  export interface Point {
    mul(k: BN): Point
    add(other: Point): Point
    getX(): BN
    getY(): BN
  }

  class ec {
    constructor(curve: 'secp256k1')
    readonly g: Point
    readonly curve: { readonly red: unknown; decodePoint(bytes: Uint8Array): Point }
  }

  const elliptic: { readonly ec: typeof ec }
  export default elliptic
}
declare module 'secp256k1/bindings.js' {
  const addon: {
    publicKeyCreate(secretKey: Uint8Array, compressed: boolean): Uint8Array
    publicKeyTweakMul(publicKey: Uint8Array, tweak: Uint8Array, compressed: boolean): Uint8Array
    publicKeyCombine(publicKeys: readonly Uint8Array[], compressed: boolean): Uint8Array
    publicKeyConvert(publicKey: Uint8Array, compressed: boolean): Uint8Array
  }
  export default addon
}
