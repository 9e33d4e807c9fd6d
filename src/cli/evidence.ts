/** `quorate evidence`: what strangers can check of a ceremony that failed, or of any that was recorded. */
import { Command } from 'commander'
import { evidenceAuditCommand } from './evidence/audit.ts'
import { evidenceVerifyCommand } from './evidence/verify.ts'
import type { Run } from './program.ts'

export function evidenceCommand(choose: (run: Run) => void): Command {
  return new Command('evidence')
    .description('judge evidence of faults, and the transcripts of ceremonies')
    .addCommand(evidenceVerifyCommand(choose))
    .addCommand(evidenceAuditCommand(choose))
}
