/**
 * Groups of 7, 13 and 199 points over the kernel's base field, on y^2 = x^3 + 6, 2 and 4, with the same endomorphism: small enough to try every
 * case of the kernel's arithmetic (as libsecp256k1's exhaustive tests do). Everything is found here by plain affine arithmetic on BigInt.
 */
import { inverse, SECP256K1 } from './generator/curve.mjs'
import { P } from './generator/field.mjs'

export const SMALL_ORDERS = [7, 13, 199]
const COEFFICIENT = { 7: 6n, 13: 2n, 199: 4n }

const mod = (a) => ((a % P) + P) % P

function power(base, exponent) {
  let result = 1n
  for (let b = mod(base), e = exponent; e > 0n; e >>= 1n) {
    if (e & 1n) result = (result * b) % P
    b = (b * b) % P
  }
  return result
}

/** Affine points, null for the identity. */
export function add(a, b) {
  if (a === null) return b
  if (b === null) return a
  if (a.x === b.x && mod(a.y + b.y) === 0n) return null
  const slope = a.x === b.x ? 3n * a.x * a.x * inverse(2n * a.y, P) : (b.y - a.y) * inverse(mod(b.x - a.x), P)
  const x = mod(slope * slope - a.x - b.x)
  return { x, y: mod(slope * (a.x - x) - a.y) }
}

function multiply(point, k) {
  let result = null
  for (let p = point, e = k; e > 0n; e >>= 1n) {
    if (e & 1n) result = add(result, p)
    p = add(p, p)
  }
  return result
}

function squareRoot(n) {
  let r = 1n << BigInt(Math.ceil(n.toString(2).length / 2))
  for (let next = (r + n / r) >> 1n; next < r; next = (r + n / r) >> 1n) r = next
  if (r * r !== n) throw new Error('not a square')
  return r
}

/** The numbers of points of the six twists y^2 = x^3 + b: p + 1 - t for the six traces of a curve with 4 p = t^2 + 3 f^2 (j = 0). */
function twistOrders() {
  const t = P + 1n - SECP256K1.q
  const f = squareRoot((4n * P - t * t) / 3n)
  const half = (n) => n / 2n
  return [t, half(t + 3n * f), half(t - 3n * f)].flatMap((trace) => [P + 1n - trace, P + 1n + trace])
}

/** The first points of the curve by x. */
function* points(b) {
  for (let x = 1n; ; x++) {
    const square = mod(x ** 3n + b)
    const y = power(square, (P + 1n) / 4n)
    if ((y * y) % P === square) yield { x, y }
  }
}

function pointOfOrder(q, b) {
  const n = twistOrders().find((candidate) => {
    const some = points(b)
    return candidate % q === 0n && [1, 2, 3].every(() => multiply(some.next().value, candidate) === null)
  })
  if (n === undefined) throw new Error(`no twist with b = ${b} has a subgroup of order ${q}`)
  let cofactor = n
  while (cofactor % q === 0n) cofactor /= q
  for (const point of points(b)) {
    let candidate = multiply(point, cofactor)
    if (candidate === null) continue
    for (let next = multiply(candidate, q); next !== null; next = multiply(candidate, q)) candidate = next
    return candidate
  }
}

/** a1^2 + a1 c + c^2 = q, c = -b1: the shortest vectors of the lattice */
function basisOf(q) {
  for (let a1 = 1n; a1 < q; a1++) for (let c = 1n; c < q; c++) if (a1 * a1 + a1 * c + c * c === q) return { a1, minusB1: c }
  throw new Error(`${q} is not a norm`)
}

/**
 * The parameters of a small group, in the form of SECP256K1. There may be q^2 points of order q, of which the endomorphism moves most out of
 * the group that they generate: phi(P) - lambda' P, lambda' the other root of 1 + lambda + lambda^2, is one with phi(G) = lambda G.
 */
export function smallCurve(order) {
  const q = BigInt(order)
  const b = COEFFICIENT[order]
  const { a1, minusB1 } = basisOf(q)
  const lambda = (a1 * inverse(minusB1, q)) % q
  const { beta } = SECP256K1
  const point = pointOfOrder(q, b)
  for (const root of [beta, (beta * beta) % P]) {
    // lambda' = -1 - lambda
    const generator = add({ x: mod(root * point.x), y: point.y }, multiply(point, 1n + lambda))
    if (generator === null) continue
    const { x, y } = generator
    const image = multiply(generator, lambda)
    if (image.x !== mod(root * x) || image.y !== y) throw new Error('the endomorphism is not lambda')
    return { name: `a subgroup of order ${order}`, b, q, x, y, beta: root, lambda, a1, minusB1, shift: 259 }
  }
  throw new Error('no generator')
}

/** 0, G, 2 G, ... (order - 1) G */
export function allPoints({ q, x, y }) {
  const list = [null]
  for (let i = 1n; i < q; i++) list.push(add(list.at(-1), { x, y }))
  return list
}
