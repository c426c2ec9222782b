import type { Notice } from '../chat/model.ts';
import { CloseIcon, WarningIcon } from './icons.tsx';

interface NoticesProps {
  readonly notices: readonly Notice[];
  readonly dismiss: (id: number) => void;
}

/** What went wrong, until somebody has read it. */
export const Notices = ({ notices, dismiss }: NoticesProps) => (
  <div class="notices" role="alert">
    {notices.map(({ id, text }) => (
      <div key={id} class="notice">
        <WarningIcon />
        <span>{text}</span>
        <button type="button" class="icon-button" aria-label="Dismiss" onClick={() => dismiss(id)}>
          <CloseIcon />
        </button>
      </div>
    ))}
  </div>
);
