import { useId } from 'preact/hooks';

interface FieldProps {
  readonly label: string;
  readonly type?: 'text' | 'email' | 'password';
  readonly name?: string;
  readonly value?: string;
  readonly required?: boolean;
  readonly readOnly?: boolean;
  readonly autofocus?: boolean;
  readonly autocomplete?: 'off' | 'nickname' | 'email' | 'new-password' | 'current-password';
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly onInput?: (event: InputEvent & { readonly currentTarget: HTMLInputElement }) => void;
  readonly onFocus?: (event: FocusEvent & { readonly currentTarget: HTMLInputElement }) => void;
  readonly hint?: string;
  readonly error?: string | undefined;
}

/** A labelled input; what is wrong with it, or how it is meant, is read out with it. */
export function Field({ label, hint, error, type = 'text', ...input }: FieldProps) {
  const id = useId();
  // The types of elements tell kinds of inputs apart by a literal.
  const kind: 'text' = type as 'text';
  const note = error ?? hint;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        {...input}
        type={kind}
        id={id}
        aria-invalid={error === undefined ? undefined : 'true'}
        aria-describedby={note === undefined ? undefined : `${id}-note`}
      />
      {note !== undefined && (
        <p id={`${id}-note`} class={error === undefined ? 'hint' : 'hint hint-error'}>
          {note}
        </p>
      )}
    </div>
  );
}
