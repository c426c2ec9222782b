import { describe, expect, it } from 'vitest';
import type { Contract } from '../../src/contract/contract.ts';
import { contract, type HttpOperation } from '../../src/contract/contract.ts';
import { useSite, type Start } from '../support/harness/site.ts';
import { KINDS, ROLES, Stages, type Kind, type Role } from '../support/harness/stage.ts';
import { EVENT_ACTS, HTTP_ACTS, type Act } from './matrix-acts.ts';
import { EXPECTED, type Action, type Expectation } from './matrix-expectations.ts';

const HTTP = Object.keys(contract.http) as (keyof Contract['http'])[];
const EVENTS = Object.keys(contract.clientEvents) as (keyof Contract['clientEvents'])[];

/** Every action of the contract, by everybody, in every kind of room: a new action without a line does not compile. */
export function matrixSuite(database: string, start: Start): void {
  describe(`who may do what, on ${database}`, () => {
    const site = useSite(start);
    const stages = new Stages(site);

    const check = async (action: Action, act: Act, expectation: Expectation) => {
      for (const kind of expectation.kinds ?? KINDS) {
        const stage = await stages.of(kind, act.isFresh === true);
        const found: Partial<Record<Role, string>> = {};
        const expected: Partial<Record<Role, string>> = {};
        for (const role of ROLES) {
          await act.prepare?.(stage, role);
          found[role] = await act.perform(stage, role);
          expected[role] = expectation.of(role, kind);
        }
        expect({ action, kind, ...found }).toEqual({ action, kind, ...expected });
      }
    };

    it.each(HTTP)('the route %s', async (name) => {
      await check(name, HTTP_ACTS[name], EXPECTED[name]);
      const { errors, auth }: HttpOperation = contract.http[name];
      if (auth === 'none') return;
      // What the table expects is what the contract announces.
      const outcomes = ROLES.flatMap((role) => KINDS.map((kind: Kind) => EXPECTED[name].of(role, kind)));
      for (const code of outcomes.filter((outcome) => !['ok', 'gone', 'UNAUTHENTICATED'].includes(outcome))) {
        expect(errors, `${name}: ${code}`).toContain(code);
      }
    });

    it.each(EVENTS)('the event %s', async (name) => check(name, EVENT_ACTS[name], EXPECTED[name]));
  });
}
