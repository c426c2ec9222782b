import type { Bench } from '../harness/bench.ts';
import { call, register } from '../harness/rest.ts';
import { median } from '../harness/statistics.ts';

const attempts = 40;

/** Whether the time of a refusal tells that an address has an account. */
export async function signIn(bench: Bench): Promise<void> {
  const product = await bench.startProduct('memory:', 'product in memory', { BCRYPT_COST: '10' });
  const refusedMs = async (email: string): Promise<number> => {
    const start = performance.now();
    const body = { email, password: 'a wrong password' };
    await call(product.port, { method: 'POST', path: '/api/auth/login', body }).then(
      () => Promise.reject(new Error('A wrong password was taken.')),
      () => undefined,
    );
    return performance.now() - start;
  };
  try {
    const { email } = await register(product.port);
    const known: number[] = [];
    const unknown: number[] = [];
    await refusedMs(email);
    await bench.inTurns(async (turn) => {
      const times: [number[], number[]] = [[], []];
      for (let attempt = 0; attempt < attempts; attempt += 1) {
        times[0].push(await refusedMs(`nobody-${turn}-${attempt}@example.com`));
        times[1].push(await refusedMs(email));
      }
      unknown.push(median(times[0]));
      known.push(median(times[1]));
    });
    bench.add({
      scenario: 'a refused log-in without an account',
      unit: 'p50, ms',
      product: unknown,
      reference: { name: 'wrong password', values: known },
      target: { atMost: 1.1 },
    });
  } finally {
    await product.stop();
  }
}
