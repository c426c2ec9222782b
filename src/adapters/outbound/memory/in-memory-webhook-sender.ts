import type { WebhookAnswer, WebhookRequest, WebhookSender } from '../../../application/ports/index.ts';

const ACCEPTED: WebhookAnswer = { status: 200, retryAfterMs: null, problem: null };

/** Keeps what it is given, and answers as it is told to. */
export class InMemoryWebhookSender implements WebhookSender {
  readonly sent: WebhookRequest[] = [];
  answer: (request: WebhookRequest) => WebhookAnswer | Promise<WebhookAnswer> = () => ACCEPTED;

  refusalOf(url: string): string | null {
    return url.startsWith('https://') ? null : 'It is not an https URL.';
  }

  async send(request: WebhookRequest, signal?: AbortSignal): Promise<WebhookAnswer> {
    const none: WebhookAnswer = { status: null, retryAfterMs: null, problem: 'It was stopped.' };
    if (signal?.aborted) return none;
    this.sent.push(request);
    let stop = (): void => undefined;
    const stopped = new Promise<WebhookAnswer>((resolve) => (stop = () => resolve(none)));
    signal?.addEventListener('abort', stop);
    try {
      return await Promise.race([this.answer(request), stopped]);
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }
}
