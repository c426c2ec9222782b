import { createHmac } from 'node:crypto';

export interface Signed {
  readonly id: string;
  /** Of the attempt. */
  readonly timestampSeconds: number;
  /** As it is sent, byte for byte. */
  readonly body: string;
}

/** After Standard Webhooks 1.0.0: one signature for each secret, any of which is enough for the consumer. */
export function signatureOf({ id, timestampSeconds, body }: Signed, secrets: readonly string[]): string {
  const text = `${id}.${timestampSeconds}.${body}`;
  const sign = (secret: string) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    return `v1,${createHmac('sha256', key).update(text).digest('base64')}`;
  };
  return secrets.map(sign).join(' ');
}
