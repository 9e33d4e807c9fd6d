/**
 * Settings from a YAML file. YAML is a large language and a configuration needs little of it: one document, plain mappings, no aliases (nested
 * ones grow a kilobyte into gigabytes), no key twice, no tag that is not understood. What the file holds is never quoted in an error.
 */
import { closeSync, openSync, readSync } from 'node:fs'
import { type Document, isAlias, Lexer, Parser, parseDocument, visit } from 'yaml'
import { QuorateError } from '../../errors.ts'
import { type ConfigLayer, firstFault, layerSchema } from './schema.ts'

const MAX_FILE_BYTES = 256 * 1024
/** Collections inside one another, keys and values counted apart: four times what the settings need. */
const MAX_NESTING = 16

/** @throws ERR_CONFIG with the setting as `field`, or field `file` when it is the file as a whole */
export function readConfigFile(path: string): ConfigLayer {
  return layerOf(readDocument(path), path)
}

/** As it stands in the file, comments included; of its values only that it is plain. @throws ERR_CONFIG with field `file` */
export function readDocument(path: string): Document {
  return parse(decode(readCapped(path), path), path)
}

/** @throws ERR_CONFIG with the setting as `field` */
export function layerOf(document: Document, path: string): ConfigLayer {
  const value: unknown = document.toJS({ maxAliasCount: 0 })
  // An empty file, or one with nothing but comments, says nothing.
  const parsed = layerSchema.safeParse(value ?? {})
  if (parsed.success) return parsed.data
  const { field, message } = firstFault(parsed.error)
  throw new QuorateError('ERR_CONFIG', { field: field === '' ? 'file' : field, message: `${message} (from ${path})` })
}

export function refused(path: string, message: string): QuorateError {
  return new QuorateError('ERR_CONFIG', { field: 'file', message: `${message} (${path})` })
}

/** Reads one byte more than is allowed, not what the file says its size is: devices and pipes say 0. */
function readCapped(path: string): Uint8Array {
  const bytes = new Uint8Array(MAX_FILE_BYTES + 1)
  let length = 0
  try {
    const file = openSync(path, 'r')
    try {
      while (length < bytes.length) {
        const count = readSync(file, bytes, length, bytes.length - length, null)
        if (count === 0) break
        length += count
      }
    } finally {
      closeSync(file)
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    throw refused(path, `cannot be read: ${code}`)
  }
  if (length > MAX_FILE_BYTES) throw refused(path, `is larger than ${MAX_FILE_BYTES} bytes`)
  return bytes.subarray(0, length)
}

function decode(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw refused(path, 'is not UTF-8')
  }
}

function parse(text: string, path: string): Document {
  assertShallow(text, path)
  // Not 'silent': that would also keep quiet about a second document.
  const document = parseDocument(text, { schema: 'core', merge: false, stringKeys: true, logLevel: 'error' })
  // A warning is an unknown tag or directive: what it meant to say would be lost.
  const fault = document.errors[0] ?? document.warnings[0]
  if (fault !== undefined) {
    const line = fault.linePos?.[0].line
    throw refused(path, `is not plain YAML: ${fault.code}${line === undefined ? '' : ` in line ${line}`}`)
  }
  visit(document, {
    Node(_, node) {
      if (isAlias(node) || node.anchor !== undefined) throw refused(path, 'must not use anchors and aliases')
    },
  })
  return document
}

/**
 * Composing the document recurses, and a few ten thousand brackets end the process, not just the call: the stack is exhausted where the engine
 * cannot throw. The token parser below it does not recurse, so it counts first.
 */
function assertShallow(text: string, path: string): void {
  const parser = new Parser()
  for (const lexeme of new Lexer().lex(text)) {
    for (const _ of parser.next(lexeme)) {
      // Finished documents are of no use here.
    }
    if (parser.stack.length > MAX_NESTING) throw refused(path, 'is nested too deep')
  }
}
