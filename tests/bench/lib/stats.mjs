// Medians, percentiles, and words for them.

export function median(values) {
  return percentile(values, 0.5);
}

/** By nearest rank, but for the middle of an even number. */
export function percentile(values, share) {
  if (values.length === 0) return NaN;
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length / 2;
  if (share === 0.5 && Number.isInteger(middle)) return (sorted[middle - 1] + sorted[middle]) / 2;
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
}

export const round = (value) => (Number.isFinite(value) ? Math.round(value * 10) / 10 : null);

/** Lines of a table, columns as wide as they need. */
export function table(rows) {
  const width = (text) => [...text].reduce((sum, letter) => sum + (letter.codePointAt(0) > 0x2e7f ? 2 : 1), 0);
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => width(row[column]))));
  const line = (row) => row.map((cell, column) => {
    const gap = ' '.repeat(widths[column] - width(cell));
    return column === 0 ? cell + gap : gap + cell;
  }).join('  ');
  return [line(rows[0]), widths.map((size) => '-'.repeat(size)).join('  '), ...rows.slice(1).map(line)].join('\n');
}
