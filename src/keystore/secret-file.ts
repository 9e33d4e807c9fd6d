/**
 * Files that hold secrets: 0600, never through a symbolic link, and replaced only whole. A write is durable when it resolves: first the bytes,
 * then the name.
 */
import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, link, lstat, open, rename, unlink } from 'node:fs/promises'
import path from 'node:path'
import { assertBytes, assertInteger, copyBytes, toHex, wipe } from '../bytes.ts'
import { invalidArgument, QuorateError } from '../errors.ts'

/** Read, write, execute of the group and of others. */
const OTHERS = 0o077
const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants

/**
 * All bytes of a regular file that nobody but its owner can read.
 *
 * @param cap the largest size that is read
 * @returns what the caller takes for secret, unless it is sealed
 * @throws (rejects with) ERR_CONFIG, its message naming the file: missing, a link, no regular file, readable by others, another user's, larger
 *   than `cap`; ERR_STORE when reading fails
 */
export async function readSecretFile(file: string, cap: number): Promise<Uint8Array<ArrayBuffer>> {
  assertPath(file)
  assertInteger(cap, 'cap', 1, 2 ** 31 - 1)
  // Without O_NONBLOCK a named pipe would wait here for a writer.
  const handle = await open(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch((cause: unknown) => {
    throw refusedOpen(file, cause)
  })
  try {
    const { mode, size, uid } = await handle.stat().then((stat) => {
      if (!stat.isFile()) throw refused(file, 'is not a regular file')
      return stat
    })
    if ((mode & OTHERS) !== 0) throw refused(file, `can be used by others (mode ${octal(mode)}): chmod 600 it`)
    const own = process.geteuid?.() ?? uid
    if (uid !== own && uid !== 0 && own !== 0) throw refused(file, 'belongs to another user')
    if (size > cap) throw refused(file, `is larger than ${cap} bytes`)
    return await readUpTo(handle, cap, file)
  } catch (error) {
    throw error instanceof QuorateError ? error : failed('could not be read', file, error)
  } finally {
    await handle.close()
  }
}

/** A file may grow while it is read. */
async function readUpTo(handle: FileHandle, cap: number, file: string): Promise<Uint8Array<ArrayBuffer>> {
  const buffer = new Uint8Array(cap + 1)
  try {
    let length = 0
    for (;;) {
      const { bytesRead } = await handle.read(buffer, length, buffer.length - length, length)
      if (bytesRead === 0) return copyBytes(buffer, 0, length)
      length += bytesRead
      if (length > cap) throw refused(file, `is larger than ${cap} bytes`)
    }
  } finally {
    wipe(buffer)
  }
}

/**
 * Writes a new file beside the place, makes it durable, and gives it its name in one step: whoever looks sees the old file or the new one. Left
 * behind by a crash: at most a `.name.<hex>.new` with mode 0600, which nothing reads.
 *
 * @param options.replace false (the default): an existing file is never touched
 * @throws (rejects with) ERR_STORE, its message naming the file; nothing has changed then
 */
export async function writeSecretFile(file: string, bytes: Uint8Array, options: { readonly replace?: boolean } = {}): Promise<void> {
  assertPath(file)
  assertBytes(bytes, 'bytes')
  if (typeof options !== 'object' || options === null) throw invalidArgument('options', 'must be an object')
  const replace = options.replace ?? false
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${toHex(randomBytes(6))}.new`)
  try {
    await assertReplaceable(file, replace)
    await writeNew(temporary, bytes)
    if (replace) await rename(temporary, file)
    else {
      // Unlike a rename, a link fails when the name is taken.
      await link(temporary, file)
      await unlink(temporary)
    }
    await syncFolder(path.dirname(file))
  } catch (error) {
    await unlink(temporary).catch(() => undefined)
    throw error instanceof QuorateError ? error : failed('could not be written', file, error)
  }
}

async function assertReplaceable(file: string, replace: boolean): Promise<void> {
  const stat = await lstat(file).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  })
  if (stat === null) return
  if (stat.isSymbolicLink()) throw new QuorateError('ERR_STORE', { message: `${file} is a symbolic link` })
  if (!stat.isFile()) throw new QuorateError('ERR_STORE', { message: `${file} is not a regular file` })
  if (!replace) throw new QuorateError('ERR_STORE', { message: `${file} exists already` })
}

async function writeNew(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
  try {
    // The umask may have taken bits away, never added any.
    await handle.chmod(0o600)
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** A name is durable when its folder is. @throws the system's error */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, O_RDONLY | O_DIRECTORY)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** The code of a system error, such as "ENOENT". */
export function codeOf(error: unknown): string | undefined {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined
  return typeof code === 'string' ? code : undefined
}

export function octal(mode: number): string {
  return (mode & 0o777).toString(8).padStart(4, '0')
}

function assertPath(file: unknown): void {
  if (typeof file !== 'string' || file === '' || file.includes('\0')) throw invalidArgument('file', 'must be the path of a file')
}

function refusedOpen(file: string, cause: unknown): QuorateError {
  const code = codeOf(cause)
  if (code === 'ENOENT' || code === 'ENOTDIR') return refused(file, 'does not exist')
  if (code === 'ELOOP' || code === 'EMLINK') return refused(file, 'is a symbolic link')
  if (code === 'EACCES' || code === 'EPERM') return refused(file, 'may not be read by this user')
  return failed('could not be opened', file, cause)
}

function refused(file: string, message: string): QuorateError {
  return new QuorateError('ERR_CONFIG', { message: `${file} ${message}` })
}

function failed(what: string, file: string, cause: unknown): QuorateError {
  return new QuorateError('ERR_STORE', { message: `${file} ${what} (${codeOf(cause) ?? 'unknown error'})`, cause })
}
