import fc from 'fast-check';
import { expect, it } from 'vitest';
import { advance } from '../../../src/domain/room/member.ts';

const seq = fc.nat(50);
const report = fc.record({ deliveredSeq: seq, readSeq: seq }, { requiredKeys: [] });

it('watermarks never move back, read never passes delivered, delivered never passes the head', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(report, seq), { maxLength: 30 }), (reports) => {
      let marks = { deliveredSeq: 0, readSeq: 0 };
      let headSeq = 0;
      for (const [next, grown] of reports) {
        headSeq = Math.max(headSeq, grown);
        const before = marks;
        marks = advance(before, next, headSeq);
        expect(marks.readSeq).toBeGreaterThanOrEqual(before.readSeq);
        expect(marks.deliveredSeq).toBeGreaterThanOrEqual(before.deliveredSeq);
        expect(marks.readSeq).toBeLessThanOrEqual(marks.deliveredSeq);
        expect(marks.deliveredSeq).toBeLessThanOrEqual(headSeq);
        expect(marks.readSeq).toBeGreaterThanOrEqual(Math.min(next.readSeq ?? 0, headSeq));
      }
    }),
  );
});
