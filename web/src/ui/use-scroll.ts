import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Row } from './rows.ts';

/** This close to the end counts as at the end. */
const END_PX = 48;
/** Older messages are asked for before the reader gets to the first one. */
const AHEAD_PX = 800;

interface ScrollOptions {
  readonly rows: readonly Row[];
  readonly pendingCount: number;
  readonly me: string;
  /** The message at this place was on the screen, of a page that is looked at. */
  readonly seen: (seq: number) => void;
  readonly nearTop: () => void;
}

export interface Scroll {
  readonly frame: RefObject<HTMLDivElement | null>;
  readonly list: RefObject<HTMLOListElement | null>;
  readonly isAtEnd: boolean;
  /** Messages of others that came while the reader was somewhere else. */
  readonly newCount: number;
  readonly scrolled: () => void;
  readonly toEnd: () => void;
}

/** Keeps what is read where it is: at the end while the reader is there, else the same row at the same height. */
export function useScroll(options: ScrollOptions): Scroll {
  const { rows, pendingCount, me } = options;
  const frame = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLOListElement>(null);
  const latest = useRef(options);
  latest.current = options;
  const place = useRef({ isAtEnd: true, anchor: null as Anchor | null, isPlaced: false });
  const [isAtEnd, setAtEnd] = useState(true);
  const lastSeq = rows.at(-1)?.entry.seq ?? 0;
  const [leftAt, setLeftAt] = useState(0);

  const note = () => {
    if (!frame.current || !list.current || !place.current.isPlaced) return;
    const { scrollTop, scrollHeight, clientHeight } = frame.current;
    const isEnd = scrollHeight - scrollTop - clientHeight <= END_PX;
    if (place.current.isAtEnd && !isEnd) setLeftAt(latest.current.rows.at(-1)?.entry.seq ?? 0);
    place.current.isAtEnd = isEnd;
    place.current.anchor = anchorIn(frame.current, list.current);
    setAtEnd(isEnd);
    tellSeen();
    if (scrollTop < AHEAD_PX) latest.current.nearTop();
  };
  const tellSeen = () => {
    if (!frame.current || !list.current || document.visibilityState !== 'visible' || !document.hasFocus()) return;
    const seq = lastVisible(frame.current, list.current);
    if (seq > 0) latest.current.seen(seq);
  };
  const settle = () => {
    const { current: box } = frame;
    if (!box || !list.current || latest.current.rows.length + latest.current.pendingCount === 0) return;
    if (!place.current.isPlaced) {
      place.current.isPlaced = true;
      const divider = list.current.querySelector('.divider');
      box.scrollTop = box.scrollHeight;
      if (divider && topIn(box, divider) < 0) box.scrollTop += topIn(box, divider) - 24;
    } else if (place.current.isAtEnd) box.scrollTop = box.scrollHeight;
    else if (place.current.anchor) {
      const row = rowOf(list.current, place.current.anchor.seq);
      if (row) box.scrollTop += topIn(box, row) - place.current.anchor.top;
    }
    note();
  };
  const toEnd = () => {
    place.current.isAtEnd = true;
    settle();
  };

  const lastRow = rows.at(-1);
  useLayoutEffect(() => {
    // Whoever writes wants to see what was written.
    if (lastRow?.isOwn) place.current.isAtEnd = true;
    settle();
  }, [lastSeq]);
  useLayoutEffect(() => {
    if (pendingCount > 0) place.current.isAtEnd = true;
    settle();
  }, [pendingCount]);
  useLayoutEffect(settle, [rows]);
  useEffect(() => {
    const { current: box } = frame;
    if (!box || !list.current) return;
    // Rows get their real heights when they come near the screen; a phone's keyboard changes that of the frame.
    const observer = new ResizeObserver(() => {
      if (place.current.isPlaced && place.current.isAtEnd) box.scrollTop = box.scrollHeight;
      note();
    });
    observer.observe(box);
    observer.observe(list.current);
    document.addEventListener('visibilitychange', tellSeen);
    addEventListener('focus', tellSeen);
    return () => {
      observer.disconnect();
      document.removeEventListener('visibilitychange', tellSeen);
      removeEventListener('focus', tellSeen);
    };
  }, []);

  const newCount = isAtEnd ? 0 : countNew(rows, leftAt, me);
  return { frame, list, isAtEnd, newCount, scrolled: note, toEnd };
}

interface Anchor {
  readonly seq: number;
  /** Pixels below the upper edge of what is visible. */
  readonly top: number;
}

const countNew = (rows: readonly Row[], after: number, me: string): number =>
  rows.filter(({ entry }) => entry.seq > after && 'content' in entry && entry.userId !== me).length;

const topIn = (box: Element, row: Element): number => row.getBoundingClientRect().top - box.getBoundingClientRect().top;

const rowOf = (list: Element, seq: number): Element | null => list.querySelector(`[data-seq="${seq}"]`);

const seqOf = (row: Element | undefined): number => Number((row as HTMLElement | undefined)?.dataset['seq'] ?? 0);

/** The first row that is to be seen. */
function anchorIn(box: Element, list: Element): Anchor | null {
  const rows = list.children;
  let [from, to] = [0, rows.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    const row = rows[middle];
    if (row && topIn(box, row) + row.clientHeight <= 0) from = middle + 1;
    else to = middle;
  }
  const row = rows[from];
  return row && seqOf(row) > 0 ? { seq: seqOf(row), top: topIn(box, row) } : null;
}

/** The last row whose end is to be seen; 0: none. */
function lastVisible(box: Element, list: Element): number {
  const bottom = box.getBoundingClientRect().bottom + END_PX / 2;
  for (let index = list.children.length - 1; index >= 0; index -= 1) {
    const row = list.children[index];
    if (row && seqOf(row) > 0 && row.getBoundingClientRect().bottom <= bottom) return seqOf(row);
  }
  return 0;
}
