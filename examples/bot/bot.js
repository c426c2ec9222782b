// Answers `!ping`, once each, also what was asked while it or the server was away.
// `npm run build && INVITE=... node examples/bot/bot.js`
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { connect } from 'parley-chat/client';

const { URL: url = 'http://localhost:4000', INVITE: inviteCode, MEMORY: file = './bot.json' } = process.env;
const account = { email: 'bot@example.com', password: process.env.PASSWORD ?? 'a password for the bot' };

async function post(path, body) {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  return response.json();
}

/** Asked for at the start, and whenever the server wants another one. */
async function token() {
  await post('/api/auth/register', { ...account, username: 'bot' }); // It is there already from the second start on.
  const { token, message } = await post('/api/auth/login', account);
  if (token) return token;
  console.error(message);
  throw new Error(message); // Tried again, later and later.
}

// How far each room was answered: the next start goes on from there.
const positions = new Map(existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : []);
function remember(roomId, position) {
  positions.set(roomId, position);
  writeFileSync(`${file}.new`, JSON.stringify([...positions]));
  renameSync(`${file}.new`, file);
}

const chat = await connect({ url, token, positions });
const messages = chat.messages();
chat.on('entered', ({ roomId, position }) => remember(roomId, position));
if (inviteCode) await chat.join({ inviteCode });
console.log('The bot is there.');

for await (const { id, roomId, seq, content } of messages) {
  // Named after the question: one answer, however often it is sent.
  if (content === '!ping') await chat.send(roomId, 'pong', `answer-${id}`).settled;
  remember(roomId, seq);
}
