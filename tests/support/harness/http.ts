export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  // Replies are checked by what a test expects of them; typing each here would repeat the contract.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any;
}

/** One HTTP call as any client would make it. */
export async function call(
  url: string,
  method: string,
  path: string,
  options: { readonly token?: string | undefined; readonly body?: unknown; readonly raw?: string } = {},
): Promise<HttpAnswer> {
  const body = options.raw ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
    },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : undefined };
}
