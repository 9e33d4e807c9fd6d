/**
 * An operator at work: asks who is ready, chooses, instructs, and makes one outcome of what the participants report. It believes no single node and no
 * broker: reports are signed, signatures are verified under a key that its certificates prove, evidence is judged here.
 */
import { assertKeyId } from '../../keystore/contract.ts'
import { assertKeyOrder, assertMessages, assertOperatorOptions, assertTerms } from './arguments.ts'
import { Desk, type OperatorOptions, type Terms } from './desk.ts'
import { type KeygenOrder, type KeygenResult, orderKeygen } from './keygen.ts'
import { orderPreprocessing, type PreprocessOrder, type PreprocessResult } from './preprocess.ts'
import { orderSigning, type SignOrder, type SignResult } from './sign.ts'
import { askAll, type Statuses } from './status.ts'

export class OperatorClient {
  readonly #desk: Desk

  constructor(options: OperatorOptions) {
    assertOperatorOptions(options)
    this.#desk = new Desk(options)
  }

  /**
   * Every node that answers in time; with a key id, what it knows of that key. Each says it of itself: nothing of it is proven.
   *
   * @throws (rejects with) ERR_ABORTED, ERR_BUS
   */
  async status(keyId: string | null = null, terms: Pick<Terms, 'signal'> = {}): Promise<Statuses> {
    if (keyId !== null) assertKeyId(keyId)
    assertTerms(terms, 'terms')
    const { size } = this.#desk.roster
    return askAll(keyId, this.#desk.asking(terms), { all: (statuses) => statuses.size === size })
  }

  /**
   * @throws (rejects with) ERR_INVALID_ARGUMENT, ERR_DUPLICATE_VALIDATOR, ERR_UNKNOWN_VALIDATOR; ERR_BUS where not all participants are ready, or there is no
   * broker: nothing was sent; ERR_TOO_LARGE; the code of a refusal in which all agree; ERR_ABORTED
   */
  async keygen(order: KeygenOrder): Promise<KeygenResult> {
    assertTerms(order, 'order')
    return orderKeygen(this.#desk, order)
  }

  /**
   * @throws (rejects with) ERR_UNKNOWN_KEY, ERR_TOO_FEW_SIGNERS, ERR_UNKNOWN_VALIDATOR, ERR_INVALID_ARGUMENT, ERR_PROTOCOL_MISMATCH, ERR_TOO_LARGE; ERR_BUS where
   * too few are ready, or there is no broker: nothing was sent; the code of a refusal in which all agree; ERR_ABORTED
   */
  async sign(order: SignOrder): Promise<SignResult> {
    assertKeyOrder(order)
    assertMessages(order.messages)
    return orderSigning(this.#desk, order)
  }

  /** FROST alone has it. @throws (rejects with) as sign */
  async preprocess(order: PreprocessOrder): Promise<PreprocessResult> {
    assertKeyOrder(order)
    return orderPreprocessing(this.#desk, order)
  }
}
