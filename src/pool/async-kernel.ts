/** The pool's form of the kernel: each operation becomes a piece of work. */
import type { Kernel, KernelInfo, KernelOperation } from '../kernel/contract.ts'
import type { AsyncKernel } from './contract.ts'

export type SubmitOperation = <N extends KernelOperation>(name: N, args: Parameters<Kernel[N]>) => Promise<ReturnType<Kernel[N]>>

export function asyncKernel(info: KernelInfo, submit: SubmitOperation): AsyncKernel {
  return Object.freeze<AsyncKernel>({
    info,
    baseMul: (...args) => submit('baseMul', args),
    baseMulVar: (...args) => submit('baseMulVar', args),
    mul: (...args) => submit('mul', args),
    mulVar: (...args) => submit('mulVar', args),
    msmVar: (...args) => submit('msmVar', args),
    sum: (...args) => submit('sum', args),
    evaluateInExponent: (...args) => submit('evaluateInExponent', args),
    verifyShares: (...args) => submit('verifyShares', args),
    evaluatePolynomial: (...args) => submit('evaluatePolynomial', args),
    lagrange: (...args) => submit('lagrange', args),
    signatureShares: (...args) => submit('signatureShares', args),
    verifySignatureShares: (...args) => submit('verifySignatureShares', args),
    verifySignatures: (...args) => submit('verifySignatures', args),
    checkPoints: (...args) => submit('checkPoints', args),
    compress: (...args) => submit('compress', args),
    decompress: (...args) => submit('decompress', args),
    scalarAdd: (...args) => submit('scalarAdd', args),
    scalarMul: (...args) => submit('scalarMul', args),
    scalarInvert: (...args) => submit('scalarInvert', args),
  })
}
