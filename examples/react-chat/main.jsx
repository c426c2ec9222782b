// A chat in React. With the server running in one terminal: `npx vite examples/react-chat` in another one.
import { useEffect, useState, useSyncExternalStore } from 'react';
import { createRoot } from 'react-dom/client';
import { connect } from 'parley-chat/client';

const url = import.meta.env.VITE_PARLEY_URL ?? 'http://localhost:4000';

async function post(path, body) {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  const reply = await response.json();
  return response.ok ? reply : Promise.reject(new Error(reply.message));
}

function SignIn({ done }) {
  const [error, setError] = useState(null);
  async function submit(event) {
    event.preventDefault();
    const { username, ...account } = Object.fromEntries(new FormData(event.currentTarget));
    // Asked again whenever the server wants another one.
    const token = async () => (await post('/api/auth/login', account)).token;
    try {
      await post('/api/auth/register', { ...account, username }).catch(() => null); // It may be there already.
      await token();
      done(await connect({ url, token }));
    } catch (error) {
      setError(error.message);
    }
  }
  return (
    <form onSubmit={submit}>
      <input name="username" placeholder="Name" required />
      <input name="email" placeholder="Email" type="email" required />
      <input name="password" placeholder="Password" type="password" required />
      <button>Chat</button>
      {error && <p role="alert">{error}</p>}
    </form>
  );
}

/** The room whose invite code is in the address, or a new one. */
async function enter(chat) {
  if (location.hash) return chat.join({ inviteCode: location.hash.slice(1) });
  const { room } = await chat.request('post /api/rooms', { body: { name: 'Tea room', isPrivate: true } });
  const invite = await chat.request('get /api/rooms/{roomId}/invite', { params: { roomId: room.id } });
  location.hash = invite.inviteCode;
  return chat.join({ roomId: room.id });
}

function Room({ chat }) {
  const [room, setRoom] = useState(null);
  const [names, setNames] = useState({});
  const [messages, setMessages] = useState({}); // By seq: history and what is new may overlap.
  const [pending, setPending] = useState([]);
  const onState = (changed) => chat.on('state', changed);
  const state = useSyncExternalStore(onState, () => chat.state);
  useEffect(() => {
    const know = (people) => setNames((known) => ({ ...known, ...byKey(people, 'userId', 'username') }));
    const show = (more) => setMessages((known) => ({ ...known, ...byKey(more, 'seq') }));
    chat.on('message', (message) => show([message]));
    chat.on('outgoing', () => setPending([...chat.pending]));
    chat.on('member_joined', (event) => know([event]));
    enter(chat).then(async ({ room, members }) => {
      setRoom(room);
      know(members);
      show((await chat.request('get /api/rooms/{roomId}/messages', { params: { roomId: room.id } })).messages);
    });
    return () => chat.close();
  }, [chat]);
  function submit(event) {
    event.preventDefault();
    chat.send(room.id, event.currentTarget.text.value);
    event.currentTarget.reset();
  }
  return (
    <>
      <h1>{room?.name}</h1>
      <p>{state === 'live' ? Object.values(names).join(', ') : `${state} …`}</p>
      <ul>
        {Object.values(messages).map((one) => line(one.seq, `${names[one.userId]}: ${one.content}`))}
        {pending.map((one) => line(one.clientMessageId, `${one.content} …`))}
      </ul>
      <form onSubmit={submit}>
        <input name="text" aria-label="Message" autoComplete="off" required />
        <button disabled={!room}>Send</button>
      </form>
    </>
  );
}

const line = (key, text) => <li key={key}>{text}</li>;
const byKey = (list, key, field) => Object.fromEntries(list.map((one) => [one[key], field ? one[field] : one]));

function App() {
  const [chat, setChat] = useState(null);
  return chat ? <Room chat={chat} /> : <SignIn done={setChat} />;
}

createRoot(document.getElementById('root')).render(<App />);
