/** As much of an AsyncAPI document as the page shows. */
export interface EventsDocument {
  readonly info: { readonly version: string; readonly description: string };
  readonly channels: { readonly main: { readonly messages: Readonly<Record<string, EventMessage>> } };
  readonly operations: Readonly<Record<string, EventOperation>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}

interface EventMessage {
  readonly name: string;
  readonly payload: { readonly $ref: string };
  readonly examples?: readonly { readonly payload: unknown }[];
}

interface EventOperation {
  readonly action: 'receive' | 'send';
  readonly summary: string;
  readonly description?: string;
  readonly messages: readonly { readonly $ref: string }[];
  readonly reply?: { readonly messages: readonly { readonly $ref: string }[] };
}

/** The events of the sockets as a page without a script, so that it can be read wherever the server runs. */
export function eventsPage(document: EventsDocument): string {
  const operations = Object.entries(document.operations);
  const ofAction = (wanted: string) => operations.filter(([, { action }]) => action === wanted);
  const sections = [
    section('What a client may send', ofAction('receive'), document),
    section('What a client hears', ofAction('send'), document),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Parley: events</title>
<link rel="stylesheet" href="events.css">
</head>
<body>
<header><h1>Parley: events</h1><p>Version ${escape(document.info.version)} · <a href="./">routes</a> ·
<a href="../asyncapi.json">asyncapi.json</a></p></header>
<main>
${prose(document.info.description)}
${sections.join('\n')}
</main>
</body>
</html>
`;
}

function section(title: string, operations: [string, EventOperation][], document: EventsDocument): string {
  const articles = operations.map(([id, operation]) => article(id, operation, document));
  return `<section><h2>${title}</h2>${articles.join('')}</section>`;
}

function article(id: string, { summary, description, messages, reply }: EventOperation, document: EventsDocument) {
  const payload = messageOf(messages, document);
  const ack = reply && messageOf(reply.messages, document);
  return `<article id="${escape(id)}"><h3><code>${escape(payload.name)}</code></h3><p>${escape(summary)}</p>
${description ? prose(description) : ''}
${block('Payload', payload, document)}${ack ? block('Ack', ack, document) : ''}</article>`;
}

function block(title: string, { payload, examples = [] }: EventMessage, { components }: EventsDocument): string {
  const schema = components.schemas[payload.$ref.split('/').at(-1) ?? ''];
  const shown = examples.map((example) => `<pre>${json(example.payload)}</pre>`).join('');
  return `<h4>${title}</h4>${shown}<details><summary>Schema</summary><pre>${json(schema)}</pre></details>`;
}

function messageOf([reference]: readonly { readonly $ref: string }[], { channels }: EventsDocument): EventMessage {
  const message = channels.main.messages[reference?.$ref.split('/').at(-1) ?? ''];
  if (!message) throw new Error(`The document has no message ${reference?.$ref ?? ''}.`);
  return message;
}

/** Paragraphs, lists, code and bold text: what our descriptions use of Markdown. */
function prose(text: string): string {
  return text
    .split('\n\n')
    .map((part) => {
      if (!part.startsWith('- ')) return `<p>${inline(part)}</p>`;
      const items = part.split('\n').map((line) => `<li>${inline(line.slice(2))}</li>`);
      return `<ul>${items.join('')}</ul>`;
    })
    .join('\n');
}

const inline = (text: string): string =>
  escape(text)
    .replaceAll(/`([^`]+)`/g, '<code>$1</code>')
    .replaceAll(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>');

const json = (value: unknown): string => escape(JSON.stringify(value, null, 2));

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
