import type * as z from 'zod';
import type { Contract } from '../contract/contract.ts';
import { asRefusal } from './checks.ts';
import { ChatError } from './chat-error.ts';
import type { HttpReply, Surroundings } from './surroundings.ts';
import type { TokenKeeper } from './token-keeper.ts';

type Http = Contract['http'];
type Operations = { [K in keyof Http as `${Http[K]['method']} ${Http[K]['path']}`]: Http[K] };
type Input<O, Part extends string> = O extends { readonly [P in Part]: infer S extends z.ZodType } ? S : never;
type Given<Key extends string, Value> = [Value] extends [never] ? unknown : { readonly [K in Key]: Value };

/** `get /api/rooms/mine`, and every other route of the contract. */
export type Route = keyof Operations;
export type RouteReply<R extends Route> = z.output<Operations[R]['ok']['body']>;
/** What the route takes: `params` for its path, `query`, `body`. */
export type RouteInput<R extends Route> = Given<'params', z.input<Input<Operations[R], 'params'>>> &
  Given<'body', z.input<Input<Operations[R], 'body'>>> & {
    readonly query?: [Input<Operations[R], 'query'>] extends [never]
      ? never
      : Partial<z.output<Input<Operations[R], 'query'>>>;
  };

interface AnyInput {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

/** The routes of the server, with the token of the connection. */
export class Rest {
  readonly #tokens: TokenKeeper;
  readonly #request: Surroundings['request'];

  constructor(tokens: TokenKeeper, request: Surroundings['request']) {
    this.#tokens = tokens;
    this.#request = request;
  }

  /** Not repeated, but for a token that was too old. @throws ChatError */
  async ask<R extends Route>(route: R, input: RouteInput<R>): Promise<RouteReply<R>> {
    const [method = '', template = ''] = route.split(' ');
    const { params = {}, query = {}, body } = input as AnyInput;
    const path = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
    const pairs = Object.entries(query).filter(([, value]) => value !== undefined);
    const search = new URLSearchParams(
      pairs.map(([name, value]): [string, string] => [name, String(value)]),
    ).toString();
    const address = search === '' ? path : `${path}?${search}`;
    const reply = await this.#send(method, address, body, this.#tokens.isRenewable);
    return reply.body as RouteReply<R>;
  }

  async #send(method: string, path: string, body: unknown, mayRenew: boolean): Promise<HttpReply> {
    let reply: HttpReply;
    const token = await this.#tokens.current();
    try {
      reply = await this.#request(method, path, token, body);
    } catch (cause) {
      throw new ChatError('NETWORK', 'There was no answer.', { cause });
    }
    if (reply.status < 400) return reply;
    const refusal = asRefusal(reply.body);
    if (!refusal) throw new ChatError('MALFORMED', `The answer is ${reply.status} and not of this server.`);
    if (refusal.code !== 'TOKEN_EXPIRED' || !mayRenew) throw ChatError.of(refusal);
    this.#tokens.spend(token);
    return this.#send(method, path, body, false);
  }
}
