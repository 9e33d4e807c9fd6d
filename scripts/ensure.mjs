// Brings a fresh clone to the point where its commands run: installs from the lockfile if needed, builds if an input changed.
//
//   node scripts/ensure.mjs            install and build
//   node scripts/ensure.mjs --install  install only
//
// Everything it prints goes to stderr: stdout belongs to the command that follows. This file uses only old syntax, so that an old
// Node reaches the message about its age instead of a syntax error in the module behind it.
const WANTED = [20, 19]

const have = process.versions.node.split('.').map(Number)
if (have[0] < WANTED[0] || (have[0] === WANTED[0] && have[1] < WANTED[1])) {
  console.error(`quorate needs Node.js ${WANTED.join('.')} or newer; this is ${process.version}.`)
  process.exit(1)
}

import('./setup.mjs')
  .then((module) => module.setUp({ build: !process.argv.includes('--install') }))
  .catch((error) => {
    console.error(error.expected === true ? error.message : error)
    process.exit(1)
  })
