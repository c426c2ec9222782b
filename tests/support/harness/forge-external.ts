import { createHmac, KeyObject, sign } from 'node:crypto';
import { exportJWK, generateKeyPair } from 'jose';
import type { Issuer, SigningKey } from './issuer.ts';

const encode = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

type Sign = (input: string) => Buffer | string;
const signWith = (key: SigningKey): Sign => {
  const privateKey = KeyObject.from(key.privateKey);
  return (input) => sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
};
const hmac =
  (secret: string | Buffer): Sign =>
  (input) =>
    createHmac('sha256', secret).update(input).digest();

type Vector = readonly [name: string, token: string];

/** Tokens that look as if an ES256 issuer had signed them. Every one but the first (`good`) has to be refused. */
export async function externalForgeries(issuer: Issuer, key: SigningKey, stranger: SigningKey) {
  const nowS = Math.floor(Date.now() / 1_000);
  const claims = { iss: issuer.name, aud: issuer.audience, sub: 'mallory', iat: nowS, exp: nowS + 600 };
  const header = { alg: 'ES256', kid: key.kid, typ: 'JWT' };
  const own = signWith(key);
  const theirs = signWith(stranger);
  const forge = (change: { header?: unknown; claims?: unknown; by?: Sign } = {}) => {
    const input = `${encode(change.header ?? header)}.${encode(change.claims ?? claims)}`;
    const signature = (change.by ?? own)(input);
    return `${input}.${typeof signature === 'string' ? signature : signature.toString('base64url')}`;
  };
  const withHeader = (change: object, by: Sign = own) => forge({ header: { ...header, ...change }, by });
  const withClaims = (change: object) => forge({ claims: { ...claims, ...change } });
  const good = forge();
  const [head = '', body = '', signature = ''] = good.split('.');
  const { jwk } = stranger;
  const rsa = await exportJWK((await generateKeyPair('RS256', { extractable: true })).publicKey);
  const rawJwk = JSON.stringify(key.jwk);
  const forgeries: Vector[] = [
    ...['none', 'None', 'NONE', ''].map((alg): Vector => [`alg "${alg}"`, withHeader({ alg }, () => '')]),
    ['HS256 with the public PEM as its secret', withHeader({ alg: 'HS256' }, hmac(key.pem))],
    ['HS256 with the trimmed PEM as its secret', withHeader({ alg: 'HS256' }, hmac(key.pem.trim()))],
    ['HS256 with the public JWK as its secret', withHeader({ alg: 'HS256' }, hmac(rawJwk))],
    ['HS256 with an empty secret', withHeader({ alg: 'HS256' }, hmac(''))],
    ['RS256 announced, ES256 signed', withHeader({ alg: 'RS256' })],
    ['ES384 announced', withHeader({ alg: 'ES384' })],
    ['an algorithm that is a list', withHeader({ alg: ['ES256'] })],
    ['no algorithm', forge({ header: { kid: key.kid } })],
    ['a key of the attacker', forge({ by: theirs })],
    ['jwk with the key of the attacker', withHeader({ jwk }, theirs)],
    ['jwk of another kind', withHeader({ jwk: rsa }, theirs)],
    ['jku', withHeader({ jku: 'http://127.0.0.1:1/keys' }, theirs)],
    ['x5u', withHeader({ x5u: 'http://127.0.0.1:1/x' }, theirs)],
    ['x5c', withHeader({ x5c: ['MIIB'] }, theirs)],
    ...['../../../dev/null', "' OR 1=1", '__proto__', 'constructor', '', 'http://127.0.0.1:1/', '\u0000'].map(
      (kid): Vector => [`kid ${JSON.stringify(kid)}`, withHeader({ kid })],
    ),
    ...[7, null, ['one'], {}].map((kid): Vector => [`kid ${JSON.stringify(kid)}`, withHeader({ kid }, theirs)]),
    ['crit', withHeader({ crit: ['exp'] })],
    ['b64 false', withHeader({ b64: false, crit: ['b64'] })],
    ['another issuer', withClaims({ iss: 'https://attacker.example/' })],
    ['an issuer that is a list', withClaims({ iss: [issuer.name] })],
    ['an issuer without its slash', withClaims({ iss: issuer.name.slice(0, -1) })],
    ['another audience', withClaims({ aud: 'another-application' })],
    ['an audience that begins like ours', withClaims({ aud: `${issuer.audience}-2` })],
    ...['iss', 'aud', 'sub', 'exp', 'iat'].map((name): Vector => [`no ${name}`, withClaims({ [name]: undefined })]),
    ...['', 7, null, ['alice'], 'x'.repeat(256), '\ud800'].map((sub): Vector => [
      `sub ${JSON.stringify(sub).slice(0, 20)}`,
      withClaims({ sub }),
    ]),
    ...[String(nowS + 600), -1, 0.5, 1e308, null].map((exp): Vector => [`exp ${exp}`, withClaims({ exp })]),
    ['iat in the future', withClaims({ iat: nowS + 60 })],
    ['iat as text', withClaims({ iat: String(nowS) })],
    ['nbf in the future', withClaims({ nbf: nowS + 60 })],
    ['exp before iat', withClaims({ iat: nowS, exp: nowS - 1 })],
    ['no signature', `${head}.${body}`],
    ['an empty signature', `${head}.${body}.`],
    ['a signature of zeros', `${head}.${body}.${encode(Buffer.alloc(64).toString('latin1'))}`],
    ['the zero signature of ECDSA', `${head}.${body}.${Buffer.alloc(64).toString('base64url')}`],
    ['half a signature', `${head}.${body}.${signature.slice(0, 43)}`],
    ['the body twice', `${head}.${body}.${body}.${signature}`],
    ['two tokens', `${good}.${good}`],
    ['wide dots', good.replaceAll('.', '．')],
    ['a zero-width space', `${head}\u200b.${body}.${signature}`],
    ['a look-alike letter', good.replace('e', 'е')],
    ['a huge token, signed', withClaims({ more: 'x'.repeat(20_000) })],
    ['a body that is no object', forge({ claims: 'null' })],
    ['claims by way of __proto__', forge({ claims: `{"__proto__":${JSON.stringify(claims)}}` })],
    ['JSON serialisation', JSON.stringify({ protected: head, payload: body, signature })],
  ];
  return { good, forgeries };
}
