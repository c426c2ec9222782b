import { spreadOf, type Spread } from './statistics.ts';

export interface Row {
  readonly scenario: string;
  readonly unit: string;
  /** One value for each turn. */
  readonly product: readonly number[];
  readonly reference?: { readonly name: string; readonly values: readonly number[] };
  /** What the ratio has to be, product to reference. */
  readonly target?: { readonly atLeast?: number; readonly atMost?: number };
}

export interface RowSummary {
  readonly scenario: string;
  readonly unit: string;
  readonly product: Spread;
  readonly reference?: Spread & { readonly name: string };
  /** Of the turns one by one, so that what the machine did meanwhile counts for both. */
  readonly ratio?: Spread;
  readonly target?: string;
  readonly met?: boolean;
}

export function summarise({ scenario, unit, product, reference, target = {} }: Row): RowSummary {
  const alone = { scenario, unit, product: spreadOf(product) };
  if (reference === undefined) return alone;
  const ratio = spreadOf(product.map((value, turn) => value / (reference.values[turn] ?? NaN)));
  const { atLeast, atMost } = target;
  const compared = { ...alone, reference: { name: reference.name, ...spreadOf(reference.values) }, ratio };
  if (atLeast !== undefined) return { ...compared, target: `>= ${atLeast}`, met: ratio.median >= atLeast };
  if (atMost !== undefined) return { ...compared, target: `<= ${atMost}`, met: ratio.median <= atMost };
  return compared;
}

export function formatTable(rows: readonly RowSummary[]): string {
  const lines = rows.map(({ scenario, unit, product, reference, ratio, target = '', met }) => [
    scenario,
    unit,
    figure(product.median),
    reference === undefined ? '' : `${figure(reference.median)} ${reference.name}`,
    ratio === undefined ? '' : figure(ratio.median),
    ratio === undefined
      ? `${figure(product.min)}..${figure(product.max)}`
      : `${figure(ratio.min)}..${figure(ratio.max)}`,
    target,
    met === undefined ? '' : met ? 'met' : 'MISSED',
  ]);
  return formatColumns(['scenario', 'unit', 'product', 'reference', 'ratio', 'spread', 'target', ''], lines);
}

const rightAligned = new Set(['product', 'ratio']);

export function formatColumns(header: readonly string[], lines: readonly (readonly string[])[]): string {
  const widths = header.map((title, column) =>
    Math.max(title.length, ...lines.map((line) => line[column]?.length ?? 0)),
  );
  const format = (line: readonly string[]) =>
    line
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return rightAligned.has(header[column] ?? '') ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return [format(header), widths.map((width) => '-'.repeat(width)).join('  '), ...lines.map(format)].join('\n');
}

/** Three digits that count, and no more than that. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '-';
  if (value >= 1_000) return Math.round(value).toLocaleString('en');
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
