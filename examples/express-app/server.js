// An Express application with users of its own, and chat for them. `npm run build && node examples/express-app/server.js`
import { randomUUID } from 'node:crypto';
import express from 'express';
import { createParley } from 'parley-chat';

const sessions = new Map(); // Yours is a table, a cookie store or a JWT.
const DAY_MS = 86_400_000;

const parley = await createParley({
  database: process.env.DATABASE_URL ?? 'sqlite:./data/shop.db',
  basePath: '/chat',
  identify: (token) => sessions.get(token) ?? null,
});

const app = express();
app.post('/login/:name', (request, response) => {
  const token = randomUUID();
  const { name } = request.params; // Yours asks for a password.
  sessions.set(token, { id: name, username: name, expiresAt: new Date(Date.now() + DAY_MS) });
  response.json({ token });
});
app.get('/', (request, response) => response.send('The shop is open.'));
app.use(parley.handler);

const server = app.listen(process.env.PORT ?? 3000, () => console.log(`http://localhost:${server.address().port}`));
parley.attach(server);

process.on('SIGTERM', async () => {
  await parley.close();
  server.close();
});
