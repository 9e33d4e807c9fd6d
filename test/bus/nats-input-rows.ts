/** Bad input for `quorate/nats`, with a broker that carries nothing: see test/bad-input.test.ts. */
import { brokerConfig, NatsBus, NatsOperator } from '../../src/bus/nats/index.ts'
import { makeNkey } from '../../src/bus/nats/nkeys.ts'
import { MISSING, NO_IDS, type Row } from '../client/input-rows.ts'
import { NO_BYTES, NO_INTEGERS, type Wrong } from '../client/wrong-values.ts'
import { muteBroker } from './mute-broker.ts'

const NO_SERVERS = [undefined, null, 5, '', 'x', [], [5], 'http://127.0.0.1', 'nats://user:word@127.0.0.1', 'nats://127.0.0.1/path']
const NO_TEXTS = [null, 5, '', {}, []]
const NO_AUTH = [null, 5, 'SU', {}, { nkeySeed: new Uint8Array(4), credentials: new Uint8Array(4) }, { nkeySeed: new Uint8Array(58) }]
const REMOTE = ['nats://192.0.2.1:4222', 'nats://broker.example', ['nats://127.0.0.1', 'nats://192.0.2.1'], 'nats://[2001:db8::1]:4222']

function optionRows(connect: (options: Wrong) => unknown, own: string, servers: string): Row[] {
  const good = { servers, group: 'g', [own]: 'a' }
  const option = (name: string, inputs: readonly unknown[], refusal: string): Row => [
    (wrong) => connect({ ...good, [name]: wrong }),
    inputs,
    refusal,
  ]
  return [
    [connect, MISSING, 'options'],
    option(own, NO_IDS, own),
    option('group', NO_IDS, 'ERR_CONFIG group'),
    option('servers', [...NO_SERVERS, ...REMOTE], 'ERR_CONFIG servers'),
    option('name', [...NO_TEXTS, 'a\nb', 'x'.repeat(129)], 'ERR_CONFIG name'),
    option('onIssue', [null, 5, {}], 'ERR_CONFIG onIssue'),
    option('tls', [null, 5, 'pem', { cert: 'x' }, { key: 'x' }], 'ERR_CONFIG tls'),
    ...['ca', 'cert', 'key', 'serverName'].map(
      (name): Row => [(wrong) => connect({ ...good, tls: { [name]: wrong } }), NO_TEXTS, `ERR_CONFIG tls.${name}`],
    ),
    option('auth', NO_AUTH, 'ERR_CONFIG auth'),
    [(wrong) => connect({ ...good, auth: { nkeySeed: wrong } }), NO_BYTES, 'auth.nkeySeed'],
    [(wrong) => connect({ ...good, auth: { credentials: wrong } }), NO_BYTES, 'auth.credentials'],
    [(wrong) => connect({ ...good, auth: { credentials: wrong } }), [new Uint8Array(4)], 'ERR_CONFIG auth'],
    ...['maxPendingMessages', 'maxPendingBytes', 'reconnectWaitMs', 'timeoutMs', 'pingIntervalMs'].map((name) =>
      option(name, NO_INTEGERS, name),
    ),
  ]
}

const configRows = (): Row[] => {
  const nkey = makeNkey().publicKey
  const good = { group: 'g', nodes: new Map([['a', nkey]]), operators: new Map(), maxPayload: 65_536, jetstreamFolder: '/js' }
  const option = (name: string, inputs: readonly unknown[], refusal = `ERR_CONFIG ${name}`): Row => [
    (wrong) => brokerConfig({ ...good, [name]: wrong }),
    inputs,
    refusal,
  ]
  const files = { cert: '/cert', key: '/key', ca: '/ca' }
  return [
    [(wrong) => brokerConfig(wrong), MISSING, 'options'],
    option('group', NO_IDS),
    option('nodes', [undefined, null, {}, [], new Map()]),
    option(
      'nodes',
      [5, '', 'SUAA', nkey.toLowerCase(), `${nkey.slice(0, -1)}7`].map((key) => new Map([['b', key]])),
      'ERR_CONFIG nodes.b',
    ),
    option('nodes', [new Map([['b c', makeNkey().publicKey]])], 'from'),
    option('operators', [undefined, null, {}, []]),
    option('operators', [new Map([['a', makeNkey().publicKey]])], 'ERR_CONFIG operators.a'),
    option('operators', [new Map([['ops', nkey]])], 'ERR_CONFIG operators.ops'),
    option('maxPayload', [...NO_INTEGERS, 1_023, (64 << 20) + 1], 'maxPayload'),
    option('port', [...NO_INTEGERS, 65_536], 'port'),
    option('host', [null, 5, '', 'a b', '192.0.2.1', '0.0.0.0', 'broker.example', '::']),
    option('jetstreamFolder', [null, undefined, 5, '', 'a\nb']),
    option('tls', [null, 5, 'files']),
    ...Object.keys(files).map((name) =>
      option(
        'tls',
        [null, 5, '', 'a\nb'].map((file) => ({ ...files, [name]: file })),
        `ERR_CONFIG tls.${name}`,
      ),
    ),
  ]
}

export async function natsRows(): Promise<{ rows: Readonly<Record<string, readonly Row[]>>; end(): Promise<void> }> {
  const broker = await muteBroker()
  const bus = await NatsBus.connect({ servers: broker.url, group: 'g', self: 'a' })
  const connection = await bus.connect('a')
  const operator = await NatsOperator.connect({ servers: broker.url, group: 'g', operator: 'ops' })
  const bytes = new Uint8Array(4)
  const rows = {
    brokerConfig: configRows(),
    'NatsBus.connect': [
      ...optionRows((options) => NatsBus.connect(options), 'self', broker.url),
      // The instance has a method of that name as well.
      [(wrong) => bus.connect(wrong), [...NO_IDS, 'b', 'a'], 'self'],
      [(wrong) => connection.publish(wrong, null, bytes), ['P2PIncoming', 'MultisigInstruction', '', 1, null, undefined], 'subject'],
      [(wrong) => connection.publish('P2P', wrong, bytes), [...NO_IDS.filter((id) => id !== null), 'a'], 'to'],
      [(wrong) => connection.publish('MultisigEvent', wrong, bytes), ['b'], 'to'],
      [(wrong) => connection.publish('P2P', null, wrong), NO_BYTES, 'bytes'],
      [(wrong) => connection.publish('P2P', null, wrong), [new Uint8Array((1 << 20) + 1)], 'ERR_TOO_LARGE bytes'],
      [(wrong) => connection.subscribe(wrong, () => {}), ['P2P', '', 1, null, undefined], 'subject'],
      [(wrong) => connection.subscribe('P2PIncoming', wrong), MISSING, 'handler'],
    ],
    'NatsBus.publishOutcome': [[(wrong) => bus.publishOutcome(wrong), NO_BYTES, 'bytes']],
    'NatsBus.publishProgress': [[(wrong) => bus.publishProgress(wrong), NO_BYTES, 'bytes']],
    'NatsBus.onAsk': [[(wrong) => bus.onAsk(wrong), MISSING, 'handler']],
    'NatsOperator.connect': optionRows((options) => NatsOperator.connect(options), 'operator', broker.url),
    'NatsOperator.instruct': [[(wrong) => operator.instruct(wrong), NO_BYTES, 'bytes']],
    'NatsOperator.ask': [
      [(wrong) => operator.ask(wrong, () => {}), NO_BYTES, 'bytes'],
      [(wrong) => operator.ask(bytes, wrong), MISSING, 'handler'],
    ],
    'NatsOperator.lastOutcome': [[(wrong) => operator.lastOutcome(wrong), NO_IDS, 'from']],
    'NatsOperator.onReport': [[(wrong) => operator.onReport(wrong), MISSING, 'handler']],
  } satisfies Readonly<Record<string, readonly Row[]>>
  return {
    rows,
    end: async () => {
      await Promise.all([bus.close(), operator.close()])
      await broker.close()
    },
  }
}
