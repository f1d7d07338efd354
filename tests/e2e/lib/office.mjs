// What the office gave out, as a second device reads it: tasks, and the clauses they ask.
import { Client } from './client.mjs';

/** Reads tasks and standards: `tasks` by id, and `clauseOf(taskItem)`. */
export async function readOffice(endpoint) {
  const client = await Client.enrolled(endpoint);
  const records = await client.pullAll();
  const bodies = (kind) => records.filter((record) => record.kind === kind).map((record) => record.body);
  const clauses = new Map();
  for (const standard of bodies('standard')) {
    for (const clause of standard.clauses) {
      const procedures = clause.procedures.map(withKind);
      clauses.set(`${standard.id}@${standard.edition}/${clause.code}`, { ...clause, procedures });
    }
  }
  const tasks = new Map(bodies('task').map((task) => [task.id, task]));
  const items = new Map([...tasks.values()].flatMap((task) => task.items.map((item) => [item.id, { ...item, task: task.id }])));
  const clauseOf = (item) => {
    const clause = clauses.get(`${item.standard}@${item.edition}/${item.clause}`);
    if (!clause) throw new Error(`no clause ${item.clause} of ${item.standard}@${item.edition}`);
    return clause;
  };
  return { tasks, items, clauseOf };
}

/** `{ask: {…}}` as `{kind: 'ask', …}`. */
export function withKind(tagged) {
  const [[kind, rest]] = Object.entries(tagged);
  return { kind, ...rest };
}

/** The kinds of procedure of a clause, in order. */
export const kinds = (clause) => clause.procedures.map((procedure) => procedure.kind);

const FACTOR = { millimetre: 1, centimetre: 10, metre: 1000, degree: 1, second: 1, minute: 60, count: 1 };

/**
 * What a person would type for one measurement: `within`, `outside`, or a `slip` of unit by ten.
 * Texts in the clause's own unit; `other` only where two measures are compared; `base` is what
 * must be stored, in base units, once a slip is put right.
 */
export function typed(measure, wish) {
  const { value, other } = figure(measure, wish);
  const text = (base) => String(base / FACTOR[measure.unit]);
  const shown = wish === 'slip' ? value * 10 : value;
  return { value: text(shown), other: other === undefined ? undefined : text(other), base: value };
}

function figure({ limit, unit }, wish) {
  const beyond = (max) => max + Math.max(FACTOR[unit], Math.ceil(max / 4));
  if (limit.range) return { value: wish === 'outside' ? beyond(limit.range.max) : limit.range.max };
  if (limit.target) return { value: wish === 'outside' ? beyond(limit.target.value) : limit.target.value };
  const other = 900;
  return { value: wish === 'outside' ? 1200 : other, other };
}
