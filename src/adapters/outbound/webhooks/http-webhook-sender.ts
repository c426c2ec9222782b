import { Agent as HttpAgent, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import type { Clock, WebhookAnswer, WebhookRequest, WebhookSender } from '../../../application/ports/index.ts';
import { checkedLookup, ForbiddenAddress, type Resolve } from './checked-lookup.ts';
import { isPublicAddress } from './public-addresses.ts';
import { signatureOf } from './signature.ts';
import { webhookBody } from './webhook-body.ts';

export const ATTEMPT_MS_MAX = 15_000;
const ANSWER_BYTES_MAX = 16_384;
const AGENT_OPTIONS = { keepAlive: true, maxFreeSockets: 64, timeout: 60_000 };

export interface HttpWebhookSenderDeps {
  readonly clock: Clock;
  /** Plain http and private networks may be reached. */
  readonly allowPrivate: boolean;
  readonly attemptMsMax?: number;
  readonly resolve?: Resolve;
}

/** Signed POST requests. Connections are kept: they lead to the address that was checked when they were opened. */
export class HttpWebhookSender implements WebhookSender {
  readonly #deps: HttpWebhookSenderDeps;
  readonly #plain = new HttpAgent(AGENT_OPTIONS);
  readonly #secure = new HttpsAgent(AGENT_OPTIONS);

  constructor(deps: HttpWebhookSenderDeps) {
    this.#deps = deps;
  }

  refusalOf(text: string): string | null {
    const url = URL.canParse(text) ? new URL(text) : null;
    if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) return 'It is not an https URL.';
    if (url.username !== '' || url.password !== '') return 'A URL with a user or a password in it is not called.';
    if (this.#deps.allowPrivate) return null;
    if (url.protocol !== 'https:') return 'Only https is called, unless WEBHOOKS_ALLOW_PRIVATE is on.';
    const host = url.hostname.replace(/^\[|\]$/g, '');
    if (isIP(host) === 0 || isPublicAddress(host)) return null;
    return 'The address is not public, and WEBHOOKS_ALLOW_PRIVATE is off.';
  }

  async send(request: WebhookRequest, signal?: AbortSignal): Promise<WebhookAnswer> {
    const refusal = this.refusalOf(request.url);
    if (refusal !== null) return none(refusal);
    const late = AbortSignal.timeout(this.#deps.attemptMsMax ?? ATTEMPT_MS_MAX);
    const ended = signal ? AbortSignal.any([signal, late]) : late;
    try {
      return this.#answer(await this.#post(request, ended));
    } catch (error) {
      return none(problemOf(error, late.aborted));
    }
  }

  /** A kept connection may have been closed by the other side while the request was on its way: once more, then. */
  async #post(request: WebhookRequest, signal: AbortSignal): Promise<IncomingMessage> {
    for (;;) {
      const sent = this.#open(request, signal);
      try {
        return await answered(sent, signal);
      } catch (error) {
        if (!sent.reusedSocket || !isReset(error) || signal.aborted) throw error;
      }
    }
  }

  #open({ url, id, entry, secrets }: WebhookRequest, signal: AbortSignal): ClientRequest {
    const nowMs = this.#deps.clock.nowMs();
    const body = webhookBody(entry, nowMs);
    const timestampSeconds = Math.floor(nowMs / 1_000);
    const secure = url.startsWith('https:');
    const sent = (secure ? httpsRequest : httpRequest)(url, {
      method: 'POST',
      agent: secure ? this.#secure : this.#plain,
      signal,
      ...(this.#deps.allowPrivate ? {} : { lookup: checkedLookup(this.#deps.resolve) }),
      headers: {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'Parley-Webhooks/1',
        'webhook-id': id,
        'webhook-timestamp': String(timestampSeconds),
        'webhook-signature': signatureOf({ id, timestampSeconds, body }, secrets),
      },
    });
    sent.end(body);
    return sent;
  }

  #answer({ statusCode = 0, headers }: IncomingMessage): WebhookAnswer {
    const asked = headers['retry-after'];
    return { status: statusCode, retryAfterMs: retryAfterMs(asked, this.#deps.clock.nowMs()), problem: null };
  }
}

/** Resolves when the status is known and the rest, up to a bound, has come: then the connection can be used again. */
function answered(sent: ClientRequest, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    sent.on('error', reject);
    sent.on('response', (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > ANSWER_BYTES_MAX) response.destroy();
      });
      // The status was given, whatever becomes of the rest; but an answer that was cut off by us is none.
      response.on('error', () => undefined);
      response.on('close', () => {
        if (signal.aborted) reject(new Error('The answer did not end.'));
        else resolve(response);
      });
    });
  });
}

const none = (problem: string): WebhookAnswer => ({ status: null, retryAfterMs: null, problem });

const codeOf = (error: unknown): string => (error as { readonly code?: string }).code ?? 'unknown';

const isReset = (error: unknown): boolean => ['ECONNRESET', 'EPIPE'].includes(codeOf(error));

function problemOf(error: unknown, isLate: boolean): string {
  if (isLate) return 'There was no answer in time.';
  if (error instanceof ForbiddenAddress) return error.message;
  return `There was no answer (${codeOf(error)}).`;
}

/** Seconds, or a date. */
function retryAfterMs(text: string | undefined, nowMs: number): number | null {
  if (text === undefined) return null;
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - nowMs;
  return Number.isFinite(ms) && ms > 0 ? ms : null;
}
