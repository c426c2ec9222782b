import type { Message } from 'parley-chat/client';
import type { Member, Person } from '../chat/model.ts';
import { isMessage, textOf } from '../chat/entries.ts';
import { receiptOf, type Receipt } from '../chat/receipts.ts';
import { Avatar } from './avatar.tsx';
import { eventText } from './event-text.ts';
import { TickIcon, TicksIcon } from './icons.tsx';
import type { Row } from './rows.ts';
import { dayOf, fullTimeOf, timeOf } from './times.ts';

interface TimelineRowProps {
  readonly row: Row;
  readonly people: ReadonlyMap<string, Person>;
  readonly others: readonly Member[];
  readonly me: string;
}

export function TimelineRow({ row, people, others, me }: TimelineRowProps) {
  const { entry, startsDay, startsNew } = row;
  return (
    <li class={classOf(row)} data-seq={entry.seq}>
      {startsDay && (
        <p class="day">
          <span>{dayOf(entry.createdAt)}</span>
        </p>
      )}
      {startsNew && (
        <p class="divider">
          <span>New</span>
        </p>
      )}
      {isMessage(entry) ? (
        <Bubble message={entry} row={row} people={people} others={others} />
      ) : (
        <p class="event">{eventText(entry, people, me)}</p>
      )}
    </li>
  );
}

function classOf({ isOwn, startsGroup, endsGroup }: Row): string {
  return ['entry', isOwn && 'is-own', startsGroup && 'starts-group', endsGroup && 'ends-group']
    .filter(Boolean)
    .join(' ');
}

interface BubbleProps extends Omit<TimelineRowProps, 'me'> {
  readonly message: Message;
}

function Bubble({ message, row: { isOwn, startsGroup, endsGroup }, people, others }: BubbleProps) {
  const name = people.get(message.userId)?.username ?? 'A former member';
  return (
    <div class="message">
      {!isOwn && endsGroup && <Avatar id={message.userId} name={name} />}
      <div class="bubble">
        {!isOwn && startsGroup ? <p class="author">{name}</p> : <span class="unseen">{isOwn ? 'You' : name}: </span>}
        <p class={message.erasedAt === undefined ? 'text' : 'text is-removed'}>{textOf(message)}</p>
        <p class="meta">
          <time dateTime={message.createdAt} title={fullTimeOf(message.createdAt)}>
            {timeOf(message.createdAt)}
          </time>
          {isOwn && <Mark receipt={receiptOf(message.seq, others)} people={people} />}
        </p>
      </div>
    </div>
  );
}

function Mark({ receipt, people }: { readonly receipt: Receipt; readonly people: ReadonlyMap<string, Person> }) {
  const words = wordsFor(receipt, people);
  return (
    <span class={`mark mark-${receipt.status}`} title={words}>
      {receipt.status === 'sent' ? <TickIcon /> : <TicksIcon />}
      <span class="unseen">{words}</span>
    </span>
  );
}

function wordsFor({ status, readBy, deliveredTo, others }: Receipt, people: ReadonlyMap<string, Person>): string {
  if (others === 0) return 'Sent';
  if (status === 'read') return others === 1 ? 'Read' : 'Read by everybody';
  const names = readBy.map((id) => people.get(id)?.username ?? 'somebody');
  if (names.length > 0) return `Read by ${names.slice(0, 3).join(', ')}${names.length > 3 ? ' and others' : ''}`;
  if (status === 'delivered') return others === 1 ? 'Delivered' : 'Delivered to everybody';
  return deliveredTo.length > 0 ? `Delivered to ${deliveredTo.length} of ${others}` : 'Sent';
}
