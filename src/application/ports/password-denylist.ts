export interface PasswordDenylist {
  /** Whether so many people choose this password that it is among the first guesses. Case does not count. */
  isCommon(password: string): boolean;
}
