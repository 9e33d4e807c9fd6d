import { describe, expect, it } from 'vitest'
import { OWN_PROCESS } from '../../vitest.config.ts'
import { filesUnder, importsOf, textOf } from './sources.ts'

/** What changes the process, or asks what lives in it, in the text of a test or of a helper of tests. */
const CHANGES = /\bfrom 'node:v8'|globalThis\.Uint8Array\s*=/

const helpers = new Map<string, boolean>()

/** Whether a file does so itself or by what it imports from test/. */
function reaches(file: string): boolean {
  const known = helpers.get(file)
  if (known !== undefined) return known
  helpers.set(file, false)
  const found = CHANGES.test(textOf(file)) || importsOf(file).files.some((other) => other.startsWith('test/') && reaches(other))
  helpers.set(file, found)
  return found
}

const tests = filesUnder('test').filter((file) => file.endsWith('.test.ts') && !file.startsWith('test/campaign/'))
const isAlone = (file: string): boolean => OWN_PROCESS.some((pattern) => file === pattern || file.startsWith(pattern.replace(/\*\*.*/, '')))

describe('tests that change or measure their process', () => {
  it('have one of their own', () => {
    const wrong = tests.filter((file) => reaches(file) && !isAlone(file))
    expect(wrong).toEqual([])
  })
})
