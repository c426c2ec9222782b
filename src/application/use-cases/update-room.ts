import type { Role } from '../../domain/room/member.ts';
import { roomName, type MessageLimit, type Room, type RoomSettings } from '../../domain/room/room.ts';
import { checkRule } from '../errors/check-rule.ts';
import type { Act, Moderation } from '../moderation/moderation.ts';

export interface UpdateRoomInput extends Act {
  readonly name?: string | undefined;
  readonly slowModeSeconds?: number | undefined;
  readonly readOnly?: boolean | undefined;
  readonly messageLimit?: MessageLimit | null | undefined;
}

/** Changes what is named. What is so already changes nothing and is not told. */
export class UpdateRoom {
  readonly #moderation: Moderation;

  constructor(deps: { readonly moderation: Moderation }) {
    this.#moderation = deps.moderation;
  }

  execute(input: UpdateRoomInput): Promise<{ readonly room: Room; readonly role: Role }> {
    const name = input.name === undefined ? undefined : checkRule('name', () => roomName(input.name ?? ''));
    return this.#moderation.perform(input, async ({ stores, room, actor }) => {
      const settings = changesOf(room.settings, input);
      const change = { ...(name === undefined || name === room.name ? {} : { name }), ...settings };
      const { role } = actor;
      if (Object.keys(change).length === 0) return { result: { room, role }, changes: [] };
      const changed = { name: name ?? room.name, settings: { ...room.settings, ...settings } };
      await stores.rooms.update(room.id, changed);
      return { result: { room: { ...room, ...changed }, role }, changes: [{ type: 'room_updated', ...change }] };
    });
  }
}

function changesOf(now: RoomSettings, { slowModeSeconds, readOnly, messageLimit }: UpdateRoomInput) {
  const isSameLimit =
    messageLimit === undefined ||
    (messageLimit?.messages === now.messageLimit?.messages &&
      messageLimit?.perSeconds === now.messageLimit?.perSeconds);
  return {
    ...(slowModeSeconds === undefined || slowModeSeconds === now.slowModeSeconds ? {} : { slowModeSeconds }),
    ...(readOnly === undefined || readOnly === now.readOnly ? {} : { readOnly }),
    ...(isSameLimit ? {} : { messageLimit }),
  };
}
