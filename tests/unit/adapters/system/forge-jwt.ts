import { createHmac, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

export const SECRET = 'the first secret, known to the server only';
export const OLD_SECRET = 'the old secret, which is still good to verify';
/** What the tests call now, in seconds. */
export const NOW_S = 1_767_225_600;

export const GOOD_HEADER = { alg: 'HS256', typ: 'at+jwt' };
export const GOOD_CLAIMS = {
  sub: '01900000-0000-7000-8000-00000000000a',
  sid: '01900000-0000-7000-8000-00000000000b',
  jti: '01900000-0000-7000-8000-00000000000c',
  iat: NOW_S,
  exp: NOW_S + 3_600,
  iss: 'parley',
  aud: 'parley-clients',
};

const base64url = (data: string | Buffer): string => Buffer.from(data).toString('base64url');
const json = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

interface Forgery {
  readonly header?: unknown;
  readonly payload?: unknown;
  /** Makes the signature from what is signed. */
  readonly signed?: (input: string) => Buffer | string;
}

export const hmac =
  (algorithm: string, secret: string | Buffer = SECRET) =>
  (input: string): Buffer =>
    createHmac(algorithm, secret).update(input).digest();

/** A token that the server takes, unless something was changed. A text is used as it is, anything else as JSON. */
export function forge({ header = GOOD_HEADER, payload = GOOD_CLAIMS, signed = hmac('sha256') }: Forgery = {}): string {
  const input = `${base64url(json(header))}.${base64url(json(payload))}`;
  const signature = signed(input);
  return `${input}.${typeof signature === 'string' ? signature : base64url(signature)}`;
}

const withHeader = (change: Record<string, unknown>, signed?: Forgery['signed']): string =>
  forge({ header: { ...GOOD_HEADER, ...change }, ...(signed ? { signed } : {}) });
const withClaims = (change: Record<string, unknown>): string => forge({ payload: { ...GOOD_CLAIMS, ...change } });
const replaceLast = (token: string, text: string): string => token.slice(0, token.lastIndexOf('.') + 1) + text;

type Vector = readonly [name: string, token: string];

function algorithms(): Vector[] {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const publicPem = rsa.publicKey.export({ type: 'spki', format: 'pem' });
  const none = (alg: string, signature = ''): Vector => [
    `alg ${alg} with signature "${signature.slice(0, 8)}"`,
    withHeader({ alg }, () => signature),
  ];
  return [
    ...['none', 'None', 'NONE', 'nOnE', '', 'null'].map((alg) => none(alg)),
    none('none', 'AAAA'),
    ['alg none, signed', withHeader({ alg: 'none' })],
    ['HS512 with our secret', withHeader({ alg: 'HS512' }, hmac('sha512'))],
    ['HS384 with our secret', withHeader({ alg: 'HS384' }, hmac('sha384'))],
    ['HS512 announced as HS256', forge({ signed: hmac('sha512') })],
    ['HS1', withHeader({ alg: 'HS1' }, hmac('sha1'))],
    ['hs256 in lower case', withHeader({ alg: 'hs256' })],
    [
      'RS256 by a key of the attacker',
      withHeader({ alg: 'RS256' }, (text) => sign('sha256', Buffer.from(text), rsa.privateKey)),
    ],
    ['RS256 announced as HS256', forge({ signed: (text) => sign('sha256', Buffer.from(text), rsa.privateKey) })],
    ['HS256 with a public key as its secret', forge({ signed: hmac('sha256', publicPem) })],
    [
      'ES256',
      withHeader({ alg: 'ES256' }, (text) =>
        sign('sha256', Buffer.from(text), { key: ec.privateKey, dsaEncoding: 'ieee-p1363' }),
      ),
    ],
    ['an algorithm that is a list', withHeader({ alg: ['HS256'] })],
    ['no algorithm', forge({ header: { typ: 'at+jwt' } })],
    ['an empty secret', forge({ signed: hmac('sha256', '') })],
    ['a one-byte secret', forge({ signed: hmac('sha256', 's') })],
    ['the secret "secret"', forge({ signed: hmac('sha256', 'secret') })],
    ['a truncated secret', forge({ signed: hmac('sha256', SECRET.slice(0, -1)) })],
    ['both secrets at once', forge({ signed: hmac('sha256', `${SECRET},${OLD_SECRET}`) })],
  ];
}

function headers(): Vector[] {
  const jwk = { kty: 'oct', k: base64url('attacker') };
  const byAttacker = hmac('sha256', 'attacker');
  return [
    ...['JWT', 'jwt', 'AT+JWT', 'application/at+jwt', 'rt+jwt', '', null, 1].map((typ): Vector => [
      `typ ${JSON.stringify(typ)}`,
      withHeader({ typ }),
    ]),
    ['no typ', forge({ header: { alg: 'HS256' } })],
    ['kid that is a path', withHeader({ kid: '../../../../dev/null' }, hmac('sha256', ''))],
    ['kid that is a path, signed by us', withHeader({ kid: '../../../../dev/null' })],
    ['kid that is SQL', withHeader({ kid: "x' UNION SELECT 'attacker" }, byAttacker)],
    ['kid that is an index', withHeader({ kid: 1 }, hmac('sha256', OLD_SECRET))],
    ['jwk with the key of the attacker', withHeader({ jwk }, byAttacker)],
    ['jwk, signed by us', withHeader({ jwk })],
    ['jku', withHeader({ jku: 'https://attacker.example/keys' }, byAttacker)],
    ['x5u', withHeader({ x5u: 'https://attacker.example/x' }, byAttacker)],
    ['x5c', withHeader({ x5c: ['MIIB'] }, byAttacker)],
    ['crit', withHeader({ crit: ['exp'] })],
    ['b64 false', withHeader({ b64: false, crit: ['b64'] })],
    ['zip', withHeader({ zip: 'DEF' })],
    ['a polluting header', forge({ header: '{"alg":"HS256","typ":"at+jwt","__proto__":{"admin":true}}' })],
    ['one algorithm twice', forge({ header: '{"alg":"none","alg":"HS256","typ":"at+jwt"}' })],
    ['a header that is a list', forge({ header: '["HS256"]' })],
    ['a header that is no JSON', forge({ header: 'HS256' })],
    ['a header that is null', forge({ header: 'null' })],
  ];
}

function claims(): Vector[] {
  const names = Object.keys(GOOD_CLAIMS) as (keyof typeof GOOD_CLAIMS)[];
  const missing = names.map((name): Vector => [`no ${name}`, withClaims({ [name]: undefined })]);
  const wrongKinds = names.flatMap((name) =>
    [null, true, [], {}, [GOOD_CLAIMS[name]], { value: GOOD_CLAIMS[name] }].map((value): Vector => [
      `${name} as ${JSON.stringify(value)}`,
      withClaims({ [name]: value }),
    ]),
  );
  const texts = (['sub', 'sid', 'jti'] as const).flatMap((name): Vector[] => [
    [`empty ${name}`, withClaims({ [name]: '' })],
    [`${name} as a number`, withClaims({ [name]: 7 })],
  ]);
  const times = (['iat', 'exp'] as const).flatMap((name) =>
    ['1795390881', '', 2 ** 53, 2 ** 53 - 1, -1, -(2 ** 53), 1e308, NOW_S + 0.5].map((value): Vector => [
      `${name} as ${JSON.stringify(value)}`,
      withClaims({ [name]: value }),
    ]),
  );
  return [
    ...[...missing, ...wrongKinds, ...texts, ...times],
    [
      'exp that JSON reads as infinite',
      forge({ payload: JSON.stringify(GOOD_CLAIMS).replace(/"exp":\d+/, '"exp":1e999') }),
    ],
    ['exp at iat', withClaims({ exp: NOW_S })],
    ['exp 0', withClaims({ exp: 0, iat: 0 })],
    ['nbf in the future', withClaims({ nbf: NOW_S + 86_400 })],
    ['nbf as text', withClaims({ nbf: 'now' })],
    ['another issuer', withClaims({ iss: 'parlay' })],
    ['an issuer in another case', withClaims({ iss: 'Parley' })],
    ['another audience', withClaims({ aud: 'other-clients' })],
    ['our audience among others', withClaims({ aud: ['parley-clients', 'other-clients'] })],
    ['a payload that is a list', forge({ payload: [GOOD_CLAIMS] })],
    ['a payload that is text', forge({ payload: JSON.stringify('sub') })],
    ['a payload that is null', forge({ payload: 'null' })],
    ['a payload that is no JSON', forge({ payload: 'sub=alice' })],
    ['a payload that is empty', forge({ payload: '' })],
    ['claims by way of __proto__', forge({ payload: `{"__proto__":${JSON.stringify(GOOD_CLAIMS)}}` })],
  ];
}

function texts(): Vector[] {
  const good = forge();
  const [header = '', payload = '', signature = ''] = good.split('.');
  const other = forge({ payload: { ...GOOD_CLAIMS, sub: 'mallory' }, signed: hmac('sha256', 'attacker') });
  return [
    ['an empty signature', replaceLast(good, '')],
    ['no signature', `${header}.${payload}`],
    ['a signature of zeros', replaceLast(good, base64url(Buffer.alloc(32)))],
    ['half a signature', replaceLast(good, signature.slice(0, 21))],
    ['a signature twice', good + signature],
    ['the signature of another token', replaceLast(other, signature)],
    ['a padded signature', `${good}=`],
    ['a signature in hex', replaceLast(good, Buffer.from(signature, 'base64url').toString('hex'))],
    ['a refresh token', randomBytes(32).toString('base64url')],
    ['a refresh token with dots', [1, 2, 3].map(() => randomBytes(32).toString('base64url')).join('.')],
    ['a digest', randomBytes(32).toString('hex')],
    ['1 MB of payload, signed by us', forge({ payload: { ...GOOD_CLAIMS, more: 'x'.repeat(1_000_000) } })],
    ['a little more than 4 KiB, signed by us', forge({ payload: { ...GOOD_CLAIMS, more: 'x'.repeat(3_000) } })],
    ['1 MB of signature', replaceLast(good, 'A'.repeat(1_000_000))],
    ['a space before', ` ${good}`],
    ['a space behind', `${good} `],
    ['a line end behind', `${good}\n`],
    ['a space inside', good.replace('.', '. ')],
    ['a tab inside', `${header}\t.${payload}.${signature}`],
    ['a line end inside', `${header}.${payload.slice(0, 9)}\n${payload.slice(9)}.${signature}`],
    ['its scheme', `Bearer ${good}`],
    ['two dots', `${header}..${payload}.${signature}`],
    ['a dot before', `.${good}`],
    ['a dot behind', `${good}.`],
    ['five parts', `${good}.${payload}.${signature}`],
    ['two tokens', `${good}.${good}`],
    ['two tokens with a comma', `${good},${good}`],
    ['wide dots', good.replaceAll('.', '．')],
    ['a look-alike letter', good.replace('e', 'е')],
    ['a zero-width space', `${header}\u200b.${payload}.${signature}`],
    ['a NUL behind', `${good}\u0000`],
    ['a byte order mark', `\ufeff${good}`],
    ['percent signs', encodeURIComponent(good).replaceAll('.', '%2E')],
    ['JSON serialisation', JSON.stringify({ protected: header, payload, signature })],
    ['quotes', JSON.stringify(good)],
    ['another case', good.toUpperCase()],
  ];
}

export const attacks = (): readonly Vector[] => [...algorithms(), ...headers(), ...claims(), ...texts()];
