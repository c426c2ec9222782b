import { ChatError } from 'parley-chat/client';
import { useState } from 'preact/hooks';
import { logIn, register, type Account } from '../account/account.ts';
import { Field } from './field.tsx';
import { Logo } from './icons.tsx';
import { useAddress } from './use-address.ts';

interface SignInProps {
  readonly why: string | null;
  readonly signedIn: (account: Account) => void;
}

type Errors = Readonly<Record<string, string>>;

export function SignIn({ why, signedIn }: SignInProps) {
  const { inviteCode } = useAddress();
  const [isNew, setNew] = useState(why === null);
  const [isBusy, setBusy] = useState(false);
  const [errors, setErrors] = useState<Errors>(why === null ? {} : { form: why });

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const field = (name: string) => {
      const value = form.get(name);
      return typeof value === 'string' ? value : '';
    };
    const given = { email: field('email').trim(), password: field('password') };
    setBusy(true);
    setErrors({});
    try {
      signedIn(await (isNew ? register({ ...given, username: field('username').trim() }) : logIn(given)));
    } catch (error) {
      setErrors(errorsOf(error));
      setBusy(false);
    }
  };
  const turn = (toNew: boolean) => {
    setNew(toNew);
    setErrors({});
  };

  return (
    <main class="sign-in">
      <div class="sign-in-card">
        <header>
          <Logo size={44} />
          <h1>{isNew ? 'Create your account' : 'Welcome back'}</h1>
          <p class="lead">
            {inviteCode === null
              ? 'Make a room, share its link, talk.'
              : 'You are invited to a room. It opens as soon as you are signed in.'}
          </p>
        </header>
        <form onSubmit={(event) => void submit(event)} aria-busy={isBusy}>
          {errors['form'] !== undefined && (
            <p class="alert" role="alert">
              {errors['form']}
            </p>
          )}
          {isNew && (
            <Field
              label="Name"
              name="username"
              autocomplete="nickname"
              required
              minLength={3}
              maxLength={50}
              hint="What others see, 3 to 50 characters."
              error={errors['username']}
            />
          )}
          <Field
            label="Email"
            name="email"
            type="email"
            autocomplete="email"
            required
            maxLength={254}
            error={errors['email']}
          />
          <Field
            label="Password"
            name="password"
            type="password"
            required
            error={errors['password']}
            {...(isNew
              ? { autocomplete: 'new-password', minLength: 8, hint: 'At least 8 characters.' }
              : { autocomplete: 'current-password' })}
          />
          <button type="submit" class="button button-primary button-wide" disabled={isBusy}>
            {isBusy ? 'One moment…' : isNew ? 'Create account' : 'Log in'}
          </button>
        </form>
        <p class="turn">
          {isNew ? 'Already have an account?' : 'New here?'}{' '}
          <button type="button" class="text-button" onClick={() => turn(!isNew)}>
            {isNew ? 'Log in' : 'Create an account'}
          </button>
        </p>
      </div>
      <p class="sign-in-foot">A page to try Parley, the real-time chat backend.</p>
    </main>
  );
}

/** Beside the field that it is about, where the server says which. */
function errorsOf(error: unknown): Errors {
  if (!(error instanceof ChatError)) return { form: 'Something went wrong. Try again.' };
  if (error.code === 'EMAIL_TAKEN') return { email: error.message };
  if (error.code === 'USERNAME_TAKEN') return { username: error.message };
  const { retryAfterMs, details, message } = error;
  if (retryAfterMs !== undefined) return { form: `${message} Try again in ${Math.ceil(retryAfterMs / 1_000)} s.` };
  const fields = Object.entries(details ?? {}).filter(([name]) => ['email', 'username', 'password'].includes(name));
  if (fields.length === 0) return { form: message };
  return Object.fromEntries(
    fields.map(([name, text]) => [name, sentence(String(Array.isArray(text) ? text[0] : text))]),
  );
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1).replace(/\.?$/, '.');
