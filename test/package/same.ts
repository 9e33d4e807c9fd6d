/**
 * Are two types the same to a user? Types are brought to a form in which nothing is lost, and then compared for identity: assignability alone
 * lets an optional key disappear, a union grow narrower and a method demand more (methods are bivariant). `readonly` does not count.
 */
import type { KernelPool, MultisigClient } from 'quorate'

/** Compared by name: they come from elsewhere, or have private parts and a row of their own. */
type Leaf = Uint8Array | AbortSignal | KernelPool | MultisigClient

/** Parameters as an object: an optional one stays optional, a name does not count. */
type Arguments<A extends readonly unknown[]> = { -readonly [I in keyof A as I extends `${number}` ? I : never]: Normal<A[I]> }

/** Distributes over unions, so that each member is brought to its form. */
export type Normal<T> = T extends Leaf
  ? T extends Uint8Array
    ? Uint8Array
    : T
  : T extends (...args: infer A) => infer R
    ? { args: Arguments<A>; count: A['length']; returns: Normal<R> }
    : T extends Promise<infer V>
      ? { promise: Normal<V> }
      : T extends ReadonlyMap<infer K, infer V>
        ? { mapFrom: Normal<K>; to: Normal<V>; writable: T extends Map<K, V> ? true : false }
        : T extends readonly (infer V)[]
          ? { listOf: Normal<V> }
          : T extends AsyncIterable<infer V>
            ? { stream: Normal<V> }
            : T extends object
              ? { -readonly [K in keyof T]: Normal<T[K]> }
              : T

type Identical<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** `never` when the types are the same; otherwise the names of what differs, or 'the whole' where there are no names. */
type Difference<Own, Promised> =
  Identical<Normal<Own>, Normal<Promised>> extends true
    ? never
    : { [K in keyof Own | keyof Promised]: Alike<Own, Promised, K> extends true ? never : K }[keyof Own | keyof Promised] | 'the whole'

type Alike<Own, Promised, K extends PropertyKey> = Identical<Normal<Only<Own, K>>, Normal<Only<Promised, K>>> extends true ? true : false
type Only<T, K extends PropertyKey> = { [P in keyof T as P extends K ? P : never]: T[P] }

/** Neither more nor less. */
export type Same<Own, Promised> = Difference<Own, Promised>

/** The promised members are the same; the package may have more. */
export type Has<Own, Promised> = Difference<Pick<Own, keyof Own & keyof Promised>, Promised>

/** Compiles only if nothing differs; the names of what does are in the error. */
export type Check<Differing extends never> = Differing
