import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import bcrypt from 'bcrypt';
import cors from 'cors';
import express, { type NextFunction, type Request, type Response } from 'express';
import jwt from 'jsonwebtoken';
import { Server } from 'socket.io';
import * as z from 'zod';
import { connectModels, type Models } from './plain-models.ts';

/**
 * The reference for durable sends: the same stack, written as a competent developer writes it on a first afternoon. It
 * does for a message what such a server does and nothing that we invented to slow it down or to speed it up: parse, check
 * the membership, one INSERT, emit, ack.
 */

const databaseUrl = process.env['DATABASE_URL'] ?? '';
const secret = process.env['JWT_SECRET'] ?? 'a secret that is only good for a benchmark';
const bcryptCost = Number(process.env['BCRYPT_COST'] ?? 12);

const RegisterBody = z.object({ email: z.email(), username: z.string().min(3).max(50), password: z.string().min(8) });
const LoginBody = z.object({ email: z.string(), password: z.string() });
const CreateRoomBody = z.object({ name: z.string().min(1).max(120), isPrivate: z.boolean().optional() });
const JoinBody = z.object({ roomId: z.uuid() });
const SendPayload = z.object({
  roomId: z.uuid(),
  content: z.string().trim().min(1).max(4_000),
  clientMessageId: z.string().max(64).optional(),
});

type Ack = (reply: object) => void;

const sign = (userId: string) => jwt.sign({ sub: userId }, secret, { expiresIn: '1h' });

function userIdOf(token: string): string {
  const claims = jwt.verify(token, secret);
  if (typeof claims === 'string' || claims.sub === undefined) throw new Error('no subject');
  return claims.sub;
}

function authenticate(request: Request, response: Response, next: NextFunction): void {
  try {
    response.locals['userId'] = userIdOf((request.headers.authorization ?? '').replace(/^Bearer /, ''));
    next();
  } catch {
    response.status(401).json({ code: 'UNAUTHENTICATED', message: 'Unauthorized' });
  }
}

const callerOf = (response: Response): string => response.locals['userId'] as string;

function createApp({ User, Room, Member, Message }: Models): express.Express {
  const app = express();
  app.use(cors());
  app.use(express.json());

  app.get('/ready', (_request, response) => void response.json({ ok: true }));

  app.post('/api/auth/register', async (request, response) => {
    const { email, username, password } = RegisterBody.parse(request.body);
    const user = await User.create({ email, username, passwordHash: await bcrypt.hash(password, bcryptCost) });
    response.status(201).json({ token: sign(user.id), user: { id: user.id, email, username } });
  });

  app.post('/api/auth/login', async (request, response) => {
    const { email, password } = LoginBody.parse(request.body);
    const user = await User.findOne({ where: { email } });
    if (!user || !(await bcrypt.compare(password, user.passwordHash))) {
      response.status(401).json({ code: 'UNAUTHENTICATED', message: 'Wrong email or password' });
      return;
    }
    response.json({ token: sign(user.id), user: { id: user.id, email: user.email, username: user.username } });
  });

  app.post('/api/rooms', authenticate, async (request, response) => {
    const { name, isPrivate = false } = CreateRoomBody.parse(request.body);
    const room = await Room.create({ name, isPrivate, createdBy: callerOf(response) });
    await Member.create({ roomId: room.id, userId: callerOf(response), role: 'owner' });
    response.status(201).json({ room });
  });

  app.post('/api/rooms/join', authenticate, async (request, response) => {
    const { roomId } = JoinBody.parse(request.body);
    const room = await Room.findByPk(roomId);
    if (!room) {
      response.status(404).json({ code: 'ROOM_NOT_FOUND', message: 'No such room' });
      return;
    }
    const member = { roomId, userId: callerOf(response) };
    await Member.findOrCreate({ where: member, defaults: { ...member, role: 'member' } });
    response.json({ room });
  });

  app.get('/api/rooms/:roomId/messages', authenticate, async (request, response) => {
    const { roomId } = request.params;
    const limit = Math.min(100, Number(request.query['limit'] ?? 20));
    const messages = await Message.findAll({ where: { roomId }, order: [['createdAt', 'DESC']], limit });
    response.json({ messages: messages.reverse() });
  });

  app.use((error: Error, _request: Request, response: Response, next: NextFunction) => {
    if (response.headersSent) return next(error);
    response.status(error instanceof z.ZodError ? 400 : 500).json({ message: error.message });
  });
  return app;
}

function serveSockets(io: Server, { Member, Message }: Models): void {
  io.use((socket, next) => {
    try {
      const { token } = socket.handshake.auth as { token?: string };
      (socket.data as { userId: string }).userId = userIdOf(token ?? '');
      next();
    } catch {
      next(new Error('Unauthorized'));
    }
  });

  io.on('connection', (socket) => {
    const { userId } = socket.data as { userId: string };

    socket.on('join_room', async (payload: unknown, ack?: Ack) => {
      try {
        const { roomId } = JoinBody.parse(payload);
        if (!(await Member.findOne({ where: { roomId, userId } }))) throw new Error('NOT_A_MEMBER');
        await socket.join(roomId);
        ack?.({ ok: true, data: { roomId } });
      } catch (error) {
        ack?.({ ok: false, error: { message: String(error) } });
      }
    });

    socket.on('send_message', async (payload: unknown, ack?: Ack) => {
      try {
        const { roomId, content, clientMessageId } = SendPayload.parse(payload);
        const membership = await Member.findOne({ where: { roomId, userId } });
        if (!membership) throw new Error('NOT_A_MEMBER');
        const message = await Message.create({ roomId, userId, content });
        const { id, createdAt } = message;
        io.to(roomId).emit('receive_message', { id, roomId, userId, content, clientMessageId, createdAt });
        ack?.({ ok: true, data: { id, createdAt } });
      } catch (error) {
        ack?.({ ok: false, error: { message: String(error) } });
      }
    });
  });
}

const models = await connectModels(databaseUrl);
const http = createServer(createApp(models));
serveSockets(new Server(http, { cors: { origin: '*' } }), models);
http.listen(Number(process.env['PORT'] ?? 0), '127.0.0.1', () => {
  console.log(`plain server on ${(http.address() as AddressInfo).port}`);
});
process.once('SIGTERM', () => process.exit(0));
