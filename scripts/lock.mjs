// One set-up at a time in one checkout: `npm test` and `npm run demo` may start together.
import { closeSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

// A holder that crashed between creating the file and writing its id leaves it empty.
const EMPTY_GRACE_MS = 5_000
const POLL_MS = 200

export async function withLock(file, work) {
  let told = false
  while (!tryLock(file)) {
    if (!breakIfStale(file)) {
      if (!told) console.error('quorate: waiting for another set-up in this folder')
      told = true
      await sleep(POLL_MS)
    }
  }
  // A signal must not leave the file behind; what a crash leaves is found stale by the dead process id.
  const interrupted = (signal) => {
    rmSync(file, { force: true })
    process.exit(signal === 'SIGINT' ? 130 : 143)
  }
  process.once('SIGINT', interrupted)
  process.once('SIGTERM', interrupted)
  try {
    return await work()
  } finally {
    process.off('SIGINT', interrupted)
    process.off('SIGTERM', interrupted)
    rmSync(file, { force: true })
  }
}

function tryLock(file) {
  try {
    const descriptor = openSync(file, 'wx')
    writeSync(descriptor, String(process.pid))
    closeSync(descriptor)
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
}

/** True if the lock was taken away from a dead holder, or is gone: worth another try at once. */
function breakIfStale(file) {
  try {
    const holder = readFileSync(file, 'utf8')
    if (holder === '' ? Date.now() - statSync(file).mtimeMs < EMPTY_GRACE_MS : isAlive(Number(holder))) return false
    // Renaming is atomic: of two waiters that saw the dead holder, one renames. If it got a new holder's file instead, it gives it back.
    const aside = `${file}.${process.pid}`
    renameSync(file, aside)
    if (readFileSync(aside, 'utf8') !== holder) {
      renameSync(aside, file)
      return false
    }
    rmSync(aside, { force: true })
    return true
  } catch (error) {
    if (error.code === 'ENOENT') return true
    throw error
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: there is such a process, of another user.
    return error.code === 'EPERM'
  }
}
