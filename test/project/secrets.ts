/**
 * Where secrets go in the TypeScript sources: from the declarations that say "secret" in their comment (a property, a parameter by its @param, a
 * result by its @returns), through variables, arguments, loops and calls that give bytes back, to the kernel operations in variable time.
 *
 * A name is secret for all of its scope and a parameter for all callers once one of them hands it a secret: too strict rather than too lax. An
 * object is not secret as a whole; its properties are what their declarations say, or what was put into them.
 */
import ts from 'typescript'

/** Operations of a kernel that take public values alone, with those of their arguments that may be secret all the same. */
const PUBLIC_OPERATIONS: Readonly<Record<string, readonly number[]>> = {
  baseMulVar: [],
  mulVar: [],
  msmVar: [],
  sum: [],
  evaluateInExponent: [],
  // the shares, which are summed and multiplied by the operations for secrets
  verifyShares: [3],
  verifySignatureShares: [],
  verifySignatures: [],
  lagrange: [],
  decompress: [],
  checkPoints: [],
}

/** Their results are published, whatever went in: functions and operations by name, and why. */
const PUBLISHED: Readonly<Record<string, string>> = {
  baseMul: 'a commitment, nonce point or key',
  signatureShares: 'sent to all signers',
  verifyShares: 'one bit a dealer',
  proveKnowledge: 'a proof of knowledge, sent to all participants',
  proveSharedPoints: 'a complaint, sent to all participants',
}

/** What makes text or a BigInt of its argument: neither can be overwritten, and copies of both stay wherever the engine puts them. */
const LASTING_FUNCTIONS: ReadonlySet<string> = new Set(['toHex', 'BigInt', 'String', 'JSON.stringify', 'inspect'])
const LASTING_METHODS: ReadonlySet<string> = new Set(['toString', 'toLocaleString', 'join'])

/** `secret if its input is` is what calls are taken for anyway. */
const MARK = /(?:^|[:.,;]\s*)secret\b(?! if\b)/i

const textOfComment = (comment: string | ts.NodeArray<ts.JSDocComment> | undefined): string => ts.getTextOfJSDocComment(comment) ?? ''

function saysSecret(declaration: ts.Declaration): boolean {
  if (ts.isParameter(declaration)) return ts.getJSDocParameterTags(declaration).some((tag) => MARK.test(textOfComment(tag.comment)))
  if (!ts.isPropertySignature(declaration) && !ts.isPropertyDeclaration(declaration) && !ts.isVariableDeclaration(declaration)) return false
  return ts.getJSDocCommentsAndTags(declaration).some((doc) => ts.isJSDoc(doc) && MARK.test(textOfComment(doc.comment)))
}

export class SecretFlow {
  readonly #program: ts.Program
  readonly #checker: ts.TypeChecker
  readonly #secret = new Set<ts.Symbol>()
  #grew = false

  constructor(program: ts.Program, files: readonly string[]) {
    this.#program = program
    this.#checker = program.getTypeChecker()
    const sources = this.#sources(files)
    do {
      this.#grew = false
      for (const source of sources) this.#spread(source)
    } while (this.#grew)
  }

  #sources(files: readonly string[]): ts.SourceFile[] {
    return files.flatMap((file) => this.#program.getSourceFile(file) ?? [])
  }

  /** Calls that hand a secret to an operation in variable time, as `file:line: argument`, and how many calls of such operations there are. */
  breaches(files: readonly string[]): { readonly calls: number; readonly breaches: readonly string[] } {
    let calls = 0
    const breaches: string[] = []
    const look = (node: ts.Node): void => {
      ts.forEachChild(node, look)
      if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return
      const operation = node.expression.name.text
      const mayBeSecret = Object.hasOwn(PUBLIC_OPERATIONS, operation)
        ? PUBLIC_OPERATIONS[operation]
        : operation.endsWith('Var')
          ? []
          : undefined
      if (mayBeSecret === undefined) return
      calls++
      node.arguments.forEach((argument, i) => {
        if (mayBeSecret.includes(i) || !this.#valuesOf(argument).some((value) => this.#isSecret(value))) return
        const source = node.getSourceFile()
        const { line } = source.getLineAndCharacterOfPosition(argument.getStart())
        breaches.push(`${source.fileName}:${line + 1}: ${operation}(${argument.getText().replace(/\s+/g, ' ')})`)
      })
    }
    for (const source of this.#sources(files)) look(source)
    return { calls, breaches }
  }

  /** Places that make text or a BigInt of a secret, as `file:line: code`, and how many make one of anything. */
  lasting(files: readonly string[]): { readonly places: number; readonly breaches: readonly string[] } {
    let places = 0
    const breaches: string[] = []
    const check = (node: ts.Node, inputs: readonly ts.Expression[]): void => {
      places++
      if (!inputs.some((input) => !this.#isTextAlready(input) && this.#isSecret(input))) return
      const source = node.getSourceFile()
      breaches.push(`${source.fileName}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}: ${node.getText()}`)
    }
    const look = (node: ts.Node): void => {
      ts.forEachChild(node, look)
      // A number in a message is a length, a version, a position.
      if (ts.isTemplateSpan(node) && !this.#isOf(node.expression, ts.TypeFlags.NumberLike)) check(node, [node.expression])
      if (!ts.isCallExpression(node)) return
      const method = ts.isPropertyAccessExpression(node.expression) ? node.expression : null
      if (LASTING_FUNCTIONS.has(node.expression.getText())) check(node, node.arguments)
      else if (method !== null && (LASTING_METHODS.has(method.name.text) || this.#decodesText(method)))
        check(node, [method.expression, ...node.arguments])
    }
    for (const source of this.#sources(files)) look(source)
    return { places, breaches }
  }

  #isOf(node: ts.Expression, flag: ts.TypeFlags): boolean {
    const type = this.#checker.getNonNullableType(this.#checker.getTypeAtLocation(node))
    return (type.flags & flag) !== 0
  }

  /** What is text was seen where it became text; a list may mix it with secrets, which are bytes. */
  #isTextAlready(node: ts.Expression): boolean {
    return this.#isOf(node, ts.TypeFlags.StringLike)
  }

  #decodesText({ expression, name }: ts.PropertyAccessExpression): boolean {
    return name.text === 'decode' && this.#checker.getTypeAtLocation(expression).getSymbol()?.getName() === 'TextDecoder'
  }

  /** An argument, or what an object literal in its place holds. */
  #valuesOf(argument: ts.Expression): readonly ts.Expression[] {
    if (!ts.isObjectLiteralExpression(argument)) return [argument]
    return argument.properties.flatMap((property) =>
      ts.isPropertyAssignment(property)
        ? [property.initializer]
        : ts.isShorthandPropertyAssignment(property)
          ? [property.name]
          : ts.isSpreadAssignment(property)
            ? [property.expression]
            : [],
    )
  }

  #mark(symbol: ts.Symbol | undefined): void {
    if (symbol === undefined || this.#secret.has(symbol)) return
    this.#secret.add(symbol)
    this.#grew = true
  }

  #isSecretSymbol(symbol: ts.Symbol | undefined): boolean {
    return symbol !== undefined && (this.#secret.has(symbol) || (symbol.declarations ?? []).some(saysSecret))
  }

  #symbolOf(name: ts.Node): ts.Symbol | undefined {
    if (ts.isIdentifier(name) && ts.isShorthandPropertyAssignment(name.parent)) {
      return this.#checker.getShorthandAssignmentValueSymbol(name.parent)
    }
    return this.#checker.getSymbolAtLocation(name)
  }

  /** The declaration that a call runs, for its parameters and its comment. */
  #calleeOf(call: ts.CallExpression | ts.NewExpression): ts.SignatureDeclaration | undefined {
    const declaration = this.#checker.getResolvedSignature(call)?.declaration
    return declaration !== undefined && !ts.isJSDocSignature(declaration) ? declaration : undefined
  }

  /** Bytes, numbers and lists of them carry what they were made of; other objects speak for themselves, property by property. */
  #carries(node: ts.Expression): boolean {
    const carries = (type: ts.Type): boolean => {
      if (type.isUnion()) return type.types.some(carries)
      if (this.#checker.isArrayType(type) || this.#checker.isTupleType(type)) return true
      const name = (type.getSymbol() ?? type.aliasSymbol)?.getName() ?? ''
      return /^(?:Uint\d+Array|Int\d+Array|DataView|Map|ReadonlyMap|Set|ReadonlySet|Iterable|Generator|Promise|Buffer|\w*Iterator)$/.test(
        name,
      )
    }
    return carries(this.#checker.getTypeAtLocation(node))
  }

  #isSecret(node: ts.Expression): boolean {
    if (ts.isIdentifier(node)) return this.#isSecretSymbol(this.#symbolOf(node))
    if (ts.isPropertyAccessExpression(node)) {
      if (/^(?:length|byteLength|byteOffset|size)$/.test(node.name.text)) return false
      return this.#isSecretSymbol(this.#symbolOf(node.name)) || (this.#carries(node.expression) && this.#isSecret(node.expression))
    }
    if (ts.isElementAccessExpression(node)) return this.#isSecret(node.expression)
    if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
      const callee = this.#calleeOf(node)
      if (callee !== undefined && MARK.test(textOfComment(ts.getJSDocReturnTag(callee)?.comment))) return true
      const method = ts.isPropertyAccessExpression(node.expression) ? node.expression : null
      if (Object.hasOwn(PUBLISHED, method === null ? node.expression.getText() : method.name.text)) return false
      if (!this.#carries(node)) return false
      const inputs = [...(node.arguments ?? []), ...(method === null ? [] : [method.expression])]
      return inputs.some((input) => this.#valuesOf(input).some((value) => this.#isSecret(value) || this.#givesSecret(value)))
    }
    if (ts.isConditionalExpression(node)) return this.#isSecret(node.whenTrue) || this.#isSecret(node.whenFalse)
    if (ts.isArrayLiteralExpression(node)) return node.elements.some((element) => this.#isSecret(element))
    if (ts.isBinaryExpression(node))
      return this.#isSecret(node.right) || (node.operatorToken.kind !== ts.SyntaxKind.CommaToken && this.#isSecret(node.left))
    if (
      ts.isParenthesizedExpression(node) ||
      ts.isAsExpression(node) ||
      ts.isSpreadElement(node) ||
      ts.isAwaitExpression(node) ||
      ts.isNonNullExpression(node) ||
      ts.isSatisfiesExpression(node)
    ) {
      return this.#isSecret(node.expression)
    }
    return false
  }

  /** A function in an argument's place whose short body gives a secret, as in `map((i) => itemOf(shares, i))`. */
  #givesSecret(node: ts.Expression): boolean {
    return ts.isArrowFunction(node) && !ts.isBlock(node.body) && this.#isSecret(node.body)
  }

  #bind(name: ts.BindingName, secret: boolean): void {
    if (ts.isIdentifier(name)) {
      if (secret) this.#mark(this.#symbolOf(name))
      return
    }
    const type = this.#checker.getTypeAtLocation(name)
    for (const element of name.elements) {
      if (ts.isOmittedExpression(element)) continue
      const key = element.propertyName ?? element.name
      const property = ts.isObjectBindingPattern(name) && ts.isIdentifier(key) ? type.getProperty(key.text) : undefined
      this.#bind(element.name, property === undefined ? secret : this.#isSecretSymbol(property))
    }
  }

  /** One pass over a file: marks what secrets flow into. */
  #spread(node: ts.Node): void {
    ts.forEachChild(node, (child) => this.#spread(child))
    if (ts.isVariableDeclaration(node)) {
      const source = node.initializer ?? (ts.isForOfStatement(node.parent.parent) ? node.parent.parent.expression : undefined)
      this.#bind(node.name, source !== undefined && this.#isSecret(source))
    } else if (ts.isParameter(node)) {
      this.#bind(node.name, saysSecret(node))
    } else if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken && this.#isSecret(node.right)) {
      this.#markTarget(node.left)
    } else if (ts.isPropertyAssignment(node) && this.#isSecret(node.initializer)) {
      this.#markProperty(node)
    } else if (ts.isShorthandPropertyAssignment(node) && this.#isSecret(node.name)) {
      this.#markProperty(node)
    } else if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
      this.#handOver(node)
    }
  }

  #markTarget(target: ts.Expression): void {
    if (ts.isIdentifier(target)) this.#mark(this.#symbolOf(target))
    else if (ts.isPropertyAccessExpression(target)) this.#mark(this.#symbolOf(target.name))
    else if (ts.isElementAccessExpression(target)) this.#markTarget(target.expression)
  }

  #markProperty(property: ts.PropertyAssignment | ts.ShorthandPropertyAssignment): void {
    const type = this.#checker.getContextualType(property.parent)
    this.#mark(type?.getProperty(property.name.getText()) ?? this.#checker.getSymbolAtLocation(property.name))
  }

  /** Arguments to parameters; what is put into a list or over an array; a list's items to the function that is called with each. */
  #handOver(call: ts.CallExpression | ts.NewExpression): void {
    const parameters = this.#calleeOf(call)?.parameters ?? []
    const given = call.arguments ?? []
    given.forEach((argument, i) => {
      const parameter = parameters[Math.min(i, parameters.length - 1)]
      if (
        parameter !== undefined &&
        ts.isParameter(parameter) &&
        !parameter.getSourceFile().isDeclarationFile &&
        this.#isSecret(argument)
      ) {
        this.#bind(parameter.name, true)
      }
    })
    if (!ts.isPropertyAccessExpression(call.expression)) return
    const { expression: receiver, name } = call.expression
    if (/^(?:push|unshift|set|add|fill)$/.test(name.text) && given.some((argument) => this.#isSecret(argument))) this.#markTarget(receiver)
    if (this.#carries(receiver) && this.#isSecret(receiver)) {
      for (const argument of given)
        if (ts.isArrowFunction(argument)) for (const parameter of argument.parameters.slice(0, 1)) this.#bind(parameter.name, true)
    }
  }
}
