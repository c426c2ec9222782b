import { LIMITS } from '../limits.ts';
import { ERROR_CODES, ERROR_STATUS, type WireErrorCode } from '../schemas/common.ts';

/** What a client does about each code. */
const ADVICE: Readonly<Record<WireErrorCode, string>> = {
  VALIDATION_FAILED: 'The request has another shape than documented, or breaks a rule; `details` names the fields.',
  UNAUTHENTICATED: 'No token, or not a good one, or its session has ended: sign in again.',
  TOKEN_EXPIRED: 'The token was good once: refresh it, then repeat.',
  FORBIDDEN: 'The role or the room does not allow it.',
  NOT_A_MEMBER: 'Join the room first. Also where a room is not to be seen.',
  INVITE_REQUIRED: 'The room is private: join with an invite code.',
  BANNED: 'Banned from the room, for ever or for a time.',
  MUTED: 'May read and not write, for ever or for a time.',
  NOT_FOUND: 'There is no such route, session or invite.',
  ROOM_NOT_FOUND: 'There is no such room, or nobody may know of it.',
  MESSAGE_NOT_FOUND: 'There is no such message in the room.',
  USER_NOT_FOUND: 'There is no such user, or nobody may know of them.',
  EMAIL_TAKEN: 'Another account has the address.',
  USERNAME_TAKEN: 'Another account has the name, or one that looks alike.',
  CONFLICT: 'Not possible in the present state, as the last owner leaving.',
  INVITE_EXPIRED: 'The invite is over, or was revoked.',
  INVITE_EXHAUSTED: 'The invite was used as often as it may be.',
  PAYLOAD_TOO_LARGE: 'Send less.',
  RATE_LIMITED: 'Repeat after `retryAfterMs`.',
  OVERLOADED: 'Repeat after `retryAfterMs`, a message with the same `clientMessageId`.',
  INTERNAL: 'A mistake of the server, which has logged it under `requestId`.',
};

/** A list for a description, in Markdown. */
export const ERRORS_TEXT = [
  '**Codes** (HTTP status in brackets; on a socket only the code):',
  '',
  ...ERROR_CODES.map((code) => `- \`${code}\` (${ERROR_STATUS[code]}): ${ADVICE[code]}`),
].join('\n');

export const LIMITS_TEXT = [
  '**Limits** (those with a variable are settings; the default is given):',
  '',
  ...LIMITS.map((text) => `- ${text}`),
].join('\n');
