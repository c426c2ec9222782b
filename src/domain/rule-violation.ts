/** Every rule of the domain that input can break. The use case decides what a broken rule means to a caller. */
export type Rule =
  | 'content_empty'
  | 'content_too_long'
  | 'text_not_well_formed'
  | 'text_has_control_characters'
  | 'username_length'
  | 'username_characters'
  | 'username_scripts'
  | 'password_length'
  | 'password_is_name'
  | 'room_name_length'
  | 'reason_length';

export class RuleViolation extends Error {
  override readonly name = 'RuleViolation';
  readonly rule: Rule;

  constructor(rule: Rule) {
    super(rule);
    this.rule = rule;
  }
}
