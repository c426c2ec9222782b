import { RuleViolation, type Rule } from '../../domain/rule-violation.ts';
import { AppError } from './app-error.ts';

const MESSAGES: Record<Rule, string> = {
  content_empty: 'The message is empty.',
  content_too_long: 'The message is longer than 4,000 characters or 16 KiB.',
  text_not_well_formed: 'The text is not valid Unicode.',
  text_has_control_characters: 'The text contains characters that are not allowed.',
  username_length: 'The username must have 3 to 50 characters.',
  username_characters: 'The username may contain single plain spaces only, and four marks on a letter at most.',
  username_scripts: 'The username mixes letters of different scripts.',
  password_length: 'The password must have at least 8 characters and at most 72 bytes in UTF-8.',
  password_is_name: 'The password must not be the e-mail address or the username.',
  room_name_length: 'The room name must have 1 to 120 characters.',
  reason_length: 'The reason must have 300 characters at most.',
};

/** Runs a rule of the domain; a broken one becomes VALIDATION_FAILED naming the field it is about. */
export function checkRule<T>(field: string, rule: () => T): T {
  try {
    return rule();
  } catch (error) {
    if (!(error instanceof RuleViolation)) throw error;
    const message = MESSAGES[error.rule];
    throw new AppError('VALIDATION_FAILED', { message, details: { [field]: message }, cause: error });
  }
}
