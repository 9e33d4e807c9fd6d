/** One control a defence: an adversary that is stopped with it, and wins without. */
import { certificateControls } from './certificates.ts'
import { complaintControls } from './complaints.ts'
import { disputeControls } from './disputes.ts'
import { keygenControls } from './keygen.ts'
import type { Control } from './scenario.ts'
import { signingControls } from './signing.ts'
import { slotControls } from './slots.ts'
import { stinsonStroblControls } from './stinson-strobl.ts'

export const controls: readonly Control[] = [
  ...keygenControls,
  ...complaintControls,
  ...certificateControls,
  ...signingControls,
  ...slotControls,
  ...stinsonStroblControls,
  ...disputeControls,
]
