/**
 * Follows secrets through the functions of a module. Everything read from memory counts as secret, and so does what is computed from it, kept in a
 * local or a global, handed to a function or returned; arguments of exports (counts), constants, and what is computed from those alone are public.
 * A secret may be computed with and stored. It may not decide a branch, a selection or a table jump, be an address or a length, or be
 * an operand of an instruction whose time is known to vary.
 *
 * The walk is an abstract interpretation, sensitive to the order of assignments (the compiler uses one local for many values) and to which
 * arguments of a call are secret; loops are walked until nothing changes.
 */
import type { Expression, WasmFunction } from './expressions.ts'

export type Fault = 'branch' | 'selection' | 'address' | 'time' | 'indirect call'

export interface Finding {
  readonly function: string
  readonly fault: Fault
}

export interface FlowOptions {
  /** called with public data alone: not followed, and their results public */
  readonly publicCalls: ReadonlySet<string>
  /** functions whose result tells only whether an input is refused: public by decision */
  readonly refusals: ReadonlySet<string>
}

/** Which locals hold secrets; null where control does not get to. */
type State = ReadonlySet<number> | null

function join(a: State, b: State): State {
  if (a === null) return b
  if (b === null) return a
  return new Set([...a, ...b])
}

function sameState(a: State, b: State): boolean {
  if (a === null || b === null) return a === b
  return a.size === b.size && [...a].every((local) => b.has(local))
}

interface Flow {
  readonly state: State
  /** whether the expression's value is secret */
  readonly secret: boolean
}

/** The walk of one module from some exports; findings are by function, each fault as often as it is in the code. */
export class DataFlow {
  readonly #functions: ReadonlyMap<string, WasmFunction>
  readonly #options: FlowOptions
  readonly #secretGlobals = new Set<string>()
  /** function and which of its arguments are secret -> whether its result is */
  #results = new Map<string, boolean>()
  #found = new Map<Expression, Finding>()
  #grew = false

  constructor(functions: ReadonlyMap<string, WasmFunction>, options: FlowOptions) {
    this.#functions = functions
    this.#options = options
  }

  /** All faults that secrets of these functions, called with public arguments, can reach. */
  findings(roots: readonly string[]): Finding[] {
    do {
      // a global may have become secret after a function that reads it was walked
      this.#grew = false
      this.#results = new Map()
      this.#found = new Map()
      for (const root of roots) this.#call(root, [])
    } while (this.#grew)
    return [...this.#found.values()]
  }

  #call(name: string, secretArguments: readonly boolean[]): boolean {
    const key = `${name} ${secretArguments.map(Number).join('')}`
    const known = this.#results.get(key)
    if (known !== undefined) return known
    const walked = this.#functions.get(name)
    if (walked === undefined) throw new Error(`${name} is not in the module`)
    // for a function that calls itself
    this.#results.set(key, true)
    const start = new Set(secretArguments.flatMap((secret, i) => (secret ? [i] : [])))
    const body = new FunctionWalk(this, name)
    const end = body.walk(walked.body, start)
    const result = body.returnsSecret || end.secret
    this.#results.set(key, result)
    return result
  }

  callOf(target: string, secretArguments: readonly boolean[]): boolean {
    if (this.#options.publicCalls.has(target)) return false
    const result = this.#call(target, secretArguments)
    return result && !this.#options.refusals.has(target)
  }

  note(at: Expression, name: string, fault: Fault): void {
    this.#found.set(at, { function: name, fault })
  }

  globalIsSecret(name: string): boolean {
    return this.#secretGlobals.has(name)
  }

  setGlobal(name: string): void {
    if (this.#secretGlobals.has(name)) return
    this.#secretGlobals.add(name)
    this.#grew = true
  }
}

class FunctionWalk {
  returnsSecret = false
  readonly #flow: DataFlow
  readonly #name: string
  /** what reaches the end of a block, or the head of a loop, by a branch */
  readonly #targets = new Map<string, State>()
  /** blocks whose value may come with a branch and be secret */
  readonly #secretTargets = new Set<string>()

  constructor(flow: DataFlow, name: string) {
    this.#flow = flow
    this.#name = name
  }

  #all(list: readonly (Expression | null)[], from: State): Flow {
    let state = from
    let secret = false
    for (const one of list) {
      if (one === null) continue
      const flow = this.walk(one, state)
      state = flow.state
      secret ||= flow.secret
    }
    return { state, secret }
  }

  #branchTo(name: string, state: State, secret: boolean): void {
    this.#targets.set(name, join(this.#targets.get(name) ?? null, state))
    if (secret) this.#secretTargets.add(name)
  }

  #loop(name: string | null, body: Expression, from: State): Flow {
    let head = from
    while (true) {
      if (name !== null) this.#targets.delete(name)
      const end = this.walk(body, head)
      const again = name === null ? head : join(head, this.#targets.get(name) ?? null)
      if (sameState(head, again)) return end
      head = again
    }
  }

  #condition(at: Expression, condition: Expression, from: State, fault: Fault = 'branch'): State {
    const { state, secret } = this.walk(condition, from)
    if (secret && state !== null) this.#flow.note(at, this.#name, fault)
    return state
  }

  walk(e: Expression, from: State): Flow {
    switch (e.kind) {
      case 'block': {
        let flow: Flow = { state: from, secret: false }
        for (const child of e.children) flow = this.walk(child, flow.state)
        if (e.name === null) return flow
        const state = join(flow.state, this.#targets.get(e.name) ?? null)
        this.#targets.delete(e.name)
        return { state, secret: flow.secret || this.#secretTargets.has(e.name) }
      }
      case 'loop':
        return this.#loop(e.name, e.body, from)
      case 'if': {
        const state = this.#condition(e, e.condition, from)
        const taken = this.walk(e.taken, state)
        const otherwise = e.otherwise === null ? { state, secret: false } : this.walk(e.otherwise, state)
        return { state: join(taken.state, otherwise.state), secret: taken.secret || otherwise.secret }
      }
      case 'break': {
        const value = this.#all([e.value], from)
        const state = e.condition === null ? value.state : this.#condition(e, e.condition, value.state)
        this.#branchTo(e.name, state, value.secret)
        return { state: e.condition === null ? null : state, secret: value.secret }
      }
      case 'switch': {
        const value = this.#all([e.value], from)
        const state = this.#condition(e, e.condition, value.state)
        for (const name of e.names) this.#branchTo(name, state, value.secret)
        return { state: null, secret: false }
      }
      case 'return': {
        const { state, secret } = this.#all([e.value], from)
        if (secret && state !== null) this.returnsSecret = true
        return { state: null, secret: false }
      }
      case 'unreachable':
        return { state: null, secret: false }
      case 'call': {
        const secrets: boolean[] = []
        let state = from
        for (const operand of e.operands) {
          const flow = this.walk(operand, state)
          state = flow.state
          secrets.push(flow.secret)
        }
        return { state, secret: this.#flow.callOf(e.target, secrets) }
      }
      case 'indirect call':
        this.#flow.note(e, this.#name, 'indirect call')
        return { state: from, secret: true }
      case 'get local':
        return { state: from, secret: from?.has(e.index) ?? false }
      case 'set local': {
        const { state, secret } = this.walk(e.value, from)
        if (state === null) return { state, secret }
        const next = new Set(state)
        if (secret) next.add(e.index)
        else next.delete(e.index)
        return { state: next, secret }
      }
      case 'get global':
        return { state: from, secret: this.#flow.globalIsSecret(e.name) }
      case 'set global': {
        const flow = this.walk(e.value, from)
        if (flow.secret && flow.state !== null) this.#flow.setGlobal(e.name)
        return flow
      }
      case 'load':
        return { state: this.#condition(e, e.address, from, 'address'), secret: true }
      case 'store':
        return { state: this.#all([e.value], this.#condition(e, e.address, from, 'address')).state, secret: false }
      case 'bulk': {
        let state = from
        for (const address of e.addresses) state = this.#condition(e, address, state, 'address')
        return { state: this.#all([e.value], state).state, secret: false }
      }
      case 'select': {
        const choices = this.#all(e.choices, from)
        return { state: this.#condition(e, e.condition, choices.state, 'selection'), secret: choices.secret }
      }
      case 'compute': {
        const flow = this.#all(e.operands, from)
        if (e.variable && flow.secret && flow.state !== null) this.#flow.note(e, this.#name, 'time')
        return flow
      }
    }
  }
}
