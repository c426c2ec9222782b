import type { Run } from '../run.ts';
import { everyViewIsTheLog, liveClientsConverge, onlyMembersHear, pushesAscendAfterTheirCommit } from './delivery.ts';
import { everyRoomIsDense, onlyMembersSpeak } from './log.ts';
import { receiptsAreExact, unreadCountsAreRecounts } from './receipts.ts';
import {
  everySendIsAnswered,
  nothingAckedIsLost,
  nothingIsMadeUp,
  nothingIsThereTwice,
  pipelinedSendsKeepTheirOrder,
} from './sends.ts';
import type { Violation } from './violation.ts';

const CHECKERS = [
  nothingAckedIsLost,
  nothingIsThereTwice,
  nothingIsMadeUp,
  everyRoomIsDense,
  onlyMembersSpeak,
  everyViewIsTheLog,
  liveClientsConverge,
  pushesAscendAfterTheirCommit,
  pipelinedSendsKeepTheirOrder,
  receiptsAreExact,
  unreadCountsAreRecounts,
  onlyMembersHear,
  everySendIsAnswered,
] as const;

/** Everything that a run breaks; nothing, as a rule. */
export function check({ history, bugs }: Run): Violation[] {
  const unexpected = bugs.map((bug): Violation => ({ checker: 'C12', what: bug }));
  return [...CHECKERS.flatMap((checker) => checker(history)), ...unexpected];
}
