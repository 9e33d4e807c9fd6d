/**
 * Points of y^2 = x^3 + 7 in Jacobian coordinates: (x, y, z) stands for (x/z^2, y/z^3), and z = 0 for the identity. Formulas by their names in
 * the Explicit-Formulas Database (Bernstein and Lange, hyperelliptic.org/EFD, short Weierstrass curves with a = 0). Variable time.
 */
import { type FieldElement, fieldElement, invertAll, ONE, ZERO } from './field.ts'

export interface JacobianPoint {
  readonly x: FieldElement
  readonly y: FieldElement
  readonly z: FieldElement
}

/** A point with z = 1; never the identity. */
export interface AffinePoint {
  readonly x: FieldElement
  readonly y: FieldElement
}

export const IDENTITY: JacobianPoint = { x: ONE, y: ONE, z: ZERO }

const THREE = fieldElement(3)

export function isIdentity(p: JacobianPoint): boolean {
  return p.z.isZero()
}

/** null is the identity. */
export function toJacobian(p: AffinePoint | null): JacobianPoint {
  return p === null ? IDENTITY : { x: p.x, y: p.y, z: ONE }
}

export function negate(p: JacobianPoint): JacobianPoint {
  return { x: p.x, y: p.y.redNeg(), z: p.z }
}

export function negateAffine(p: AffinePoint): AffinePoint {
  return { x: p.x, y: p.y.redNeg() }
}

/** dbl-2009-l. The group has odd order, so no point has y = 0 and only the identity doubles to the identity (z stays 0). */
export function double(p: JacobianPoint): JacobianPoint {
  const a = p.x.redSqr()
  const b = p.y.redSqr()
  const c = b.redSqr()
  const half = p.x.redAdd(b).redSqr().redISub(a).redISub(c)
  const d = half.redAdd(half)
  const e = a.redMul(THREE)
  const x = e.redSqr().redISub(d).redISub(d)
  const y = e.redMul(d.redSub(x)).redISub(c.redShl(3))
  const yz = p.y.redMul(p.z)
  return { x, y, z: yz.redAdd(yz) }
}

/** add-1998-cmo-2, with the cases that the formula does not cover: an operand is the identity, P + P, P + (-P). */
export function add(p: JacobianPoint, q: JacobianPoint): JacobianPoint {
  if (isIdentity(p)) return q
  if (isIdentity(q)) return p
  const pzz = p.z.redSqr()
  const qzz = q.z.redSqr()
  const u1 = p.x.redMul(qzz)
  const u2 = q.x.redMul(pzz)
  const s1 = p.y.redMul(qzz).redMul(q.z)
  const s2 = q.y.redMul(pzz).redMul(p.z)
  return addFromDifferences(p, u1, s1, u2.redSub(u1), s2.redSub(s1), p.z.redMul(q.z))
}

/** madd: as `add` with z = 1 in the second operand (11 multiplications and squarings instead of 16). */
export function addAffine(p: JacobianPoint, q: AffinePoint): JacobianPoint {
  if (isIdentity(p)) return toJacobian(q)
  const zz = p.z.redSqr()
  const u2 = q.x.redMul(zz)
  const s2 = q.y.redMul(zz).redMul(p.z)
  return addFromDifferences(p, p.x, p.y, u2.redSub(p.x), s2.redSub(p.y), p.z)
}

function addFromDifferences(
  p: JacobianPoint,
  u1: FieldElement,
  s1: FieldElement,
  h: FieldElement,
  r: FieldElement,
  zProduct: FieldElement,
): JacobianPoint {
  if (h.isZero()) return r.isZero() ? double(p) : IDENTITY
  const hh = h.redSqr()
  const hhh = h.redMul(hh)
  const v = u1.redMul(hh)
  const x = r.redSqr().redISub(hhh).redISub(v).redISub(v)
  const y = r.redMul(v.redSub(x)).redISub(s1.redMul(hhh))
  return { x, y, z: zProduct.redMul(h) }
}

export function sumOf(points: readonly (AffinePoint | null)[]): JacobianPoint {
  return points.reduce<JacobianPoint>((sum, p) => (p === null ? sum : addAffine(sum, p)), IDENTITY)
}

/** The affine forms, null for the identity, by one inversion for all. */
export function toAffine(points: readonly JacobianPoint[]): (AffinePoint | null)[] {
  const inverses = invertAll(points.map((p) => (isIdentity(p) ? ONE : p.z)))
  return points.map((p, i) => {
    const inverse = inverses[i]
    if (inverse === undefined || isIdentity(p)) return null
    const square = inverse.redSqr()
    return { x: p.x.redMul(square), y: p.y.redMul(square).redMul(inverse) }
  })
}

/** p = q without an inversion. */
export function equalsAffine(p: JacobianPoint, q: AffinePoint | null): boolean {
  if (q === null || isIdentity(p)) return q === null && isIdentity(p)
  const zz = p.z.redSqr()
  return q.x.redMul(zz).eq(p.x) && q.y.redMul(zz).redMul(p.z).eq(p.y)
}
