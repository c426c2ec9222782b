import fc from 'fast-check';
import { contract } from '../../../src/contract/contract.ts';
import { JUNK } from './junk.ts';

const EVENTS = [...Object.keys(contract.clientEvents), 'connect', 'disconnect', 'error', 'message', '__proto__', ''];
const SHORT_JUNK = JUNK.filter((text) => text.length < 300);

const number = fc.constantFrom('', '0', '1', '7', '-1', '00', '9999999999', '1e9', '4294967296', '9'.repeat(30));
const namespace = fc.constantFrom('', '/,', '/admin,', '/__proto__,', '/,/,', '/%00,', '/?token=x,', '/', ',');
const json = fc.oneof(
  fc.constantFrom(...SHORT_JUNK),
  fc.json({ maxDepth: 3 }),
  fc
    .tuple(fc.constantFrom(...EVENTS), fc.constantFrom(...SHORT_JUNK))
    .map(([event, junk]) => `[${JSON.stringify(event)},${junk}]`),
  fc.constantFrom('', '[', '{', '[]', '{}', '["sync"]', '["sync",{}', '[1]', '[null]', '[["sync"]]', '{"token":"x"}'),
);

/** Socket.IO packets of every kind, with every part of them right, wrong, twice or not there. */
const packet = fc
  .tuple(fc.constantFrom('0', '1', '2', '3', '4', '5', '6', '7', 'b', ''), number, namespace, number, json)
  .map(([type, attachments, where, id, data]) => {
    const counted = type === '5' || type === '6' ? `${attachments}-` : '';
    return `4${type}${counted}${where}${id}${data}`;
  });

/** Events that are decoded, so that what follows on the same connection arrives, too. */
const event = fc
  .tuple(fc.constantFrom('', '1', '77', '4294967296'), fc.constantFrom(...EVENTS), fc.constantFrom(...SHORT_JUNK))
  .map(([id, name, junk]) => `42${id}[${JSON.stringify(name)},${junk}]`);

/** What could only be sent by somebody who writes frames by hand: text and binary, well-formed ones among them. */
export const rawFrame = (): fc.Arbitrary<string | Buffer> =>
  fc.oneof(
    { weight: 30, arbitrary: event },
    { weight: 6, arbitrary: packet },
    {
      weight: 2,
      arbitrary: fc.tuple(fc.constantFrom('2', '3', '4', '5', '6', ''), json).map((parts) => parts.join('')),
    },
    { weight: 1, arbitrary: fc.string({ maxLength: 60, unit: 'binary' }) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)) },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.constantFrom('2probe', '3probe', '5', '1', '0'), fc.constant('')).map(([a]) => a),
    },
  );
