import { createPublicKey } from 'node:crypto';
import * as z from 'zod';
import { SIGNATURE_ALGORITHMS } from '../../adapters/outbound/identity/jwt-identity-provider.ts';

export interface ExternalSetting {
  readonly issuer: string;
  readonly audience: string;
  readonly keys: { readonly jwksUrl: string } | { readonly publicKeyPem: string };
  readonly algorithms: readonly string[];
  readonly claims: { readonly subject: string; readonly username: string; readonly email: string };
}

const name = z.string().min(1).max(255);

export const ExternalVariables = {
  EXTERNAL_ISSUER: name.optional(),
  EXTERNAL_AUDIENCE: name.optional(),
  EXTERNAL_JWKS_URL: z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }).optional(),
  // In an environment file line ends are usually written as \n.
  EXTERNAL_PUBLIC_KEY: z
    .string()
    .transform((text) => text.replaceAll('\\n', '\n'))
    .refine(isPublicKey, 'must be a public key in PEM')
    .optional(),
  EXTERNAL_ALGORITHMS: z
    .string()
    .default('RS256,ES256,EdDSA')
    .transform((text) => text.split(',').map((algorithm) => algorithm.trim()))
    .pipe(
      z.array(z.enum(SIGNATURE_ALGORITHMS, { error: `must be some of ${SIGNATURE_ALGORITHMS.join(', ')}` })).min(1),
    ),
  EXTERNAL_USER_CLAIM: name.default('sub'),
  EXTERNAL_USERNAME_CLAIM: name.default('preferred_username'),
  EXTERNAL_EMAIL_CLAIM: name.default('email'),
} as const;

type Vars = z.output<z.ZodObject<typeof ExternalVariables>> & {
  readonly NODE_ENV: string;
  readonly BUILT_IN_ACCOUNTS?: string | undefined;
};

/** The issuer, null without one, and what is missing or contradicts itself. */
export function externalIssuer(
  vars: Vars,
  { knowsUsers }: { readonly knowsUsers: boolean },
): { readonly setting: ExternalSetting | null; readonly problems: string[] } {
  const { EXTERNAL_ISSUER: issuer, EXTERNAL_AUDIENCE: audience } = vars;
  const { EXTERNAL_JWKS_URL: jwksUrl, EXTERNAL_PUBLIC_KEY: publicKeyPem } = vars;
  const problems: string[] = [];
  if (!issuer) {
    if (audience ?? jwksUrl ?? publicKeyPem) problems.push('EXTERNAL_ISSUER: required with the other EXTERNAL_ ones');
    if (vars.BUILT_IN_ACCOUNTS === 'off' && !knowsUsers)
      problems.push('BUILT_IN_ACCOUNTS: off needs an EXTERNAL_ISSUER');
    return { setting: null, problems };
  }
  if (knowsUsers) problems.push('EXTERNAL_ISSUER: not beside an application that identifies its users itself');
  // Without one, a token that the issuer made for any other application would be good here.
  if (!audience) problems.push('EXTERNAL_AUDIENCE: required with EXTERNAL_ISSUER');
  if (!jwksUrl === !publicKeyPem) problems.push('EXTERNAL_ISSUER: needs EXTERNAL_JWKS_URL or EXTERNAL_PUBLIC_KEY, one');
  if (vars.NODE_ENV === 'production' && jwksUrl?.startsWith('http:')) {
    problems.push('EXTERNAL_JWKS_URL: must be https in production');
  }
  const keys = jwksUrl ? { jwksUrl } : { publicKeyPem: publicKeyPem ?? '' };
  const claims = {
    subject: vars.EXTERNAL_USER_CLAIM,
    username: vars.EXTERNAL_USERNAME_CLAIM,
    email: vars.EXTERNAL_EMAIL_CLAIM,
  };
  return {
    setting: { issuer, audience: audience ?? '', keys, algorithms: vars.EXTERNAL_ALGORITHMS, claims },
    problems,
  };
}

function isPublicKey(pem: string): boolean {
  try {
    return createPublicKey(pem).type === 'public' && pem.includes('PUBLIC KEY');
  } catch {
    return false;
  }
}
