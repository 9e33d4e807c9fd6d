/** The properties of every codec of the wire. Those of evidence and of stored keys are tested beside their code in ceremony/. */
import { CODECS } from './arbitraries.ts'
import { describeCodec } from './codec-properties.ts'

for (const it of CODECS) describeCodec(it)
