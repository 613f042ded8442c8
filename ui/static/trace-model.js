// A trace's columns (ui/trace/columns.py) as a tree, which rows are open, and how durations read.

export const ROW_PX = 28;
const UNITS = [[8.64e7, "d"], [3.6e6, "h"], [6e4, "min"], [1e3, "s"], [1, "ms"], [1e-3, "µs"], [1e-6, "ns"]];

/** Thousands apart, as ui.formats.count; the browser's own loads 30 ms of tables for its first number. */
export const countText = (count) => String(count).replace(/\B(?=(\d{3})+$)/g, ",");

/** The same words as ui.formats.duration. */
export function durationText(nanoseconds) {
  if (!nanoseconds) return "0 ms";
  if (nanoseconds < 0) return `−${durationText(-nanoseconds)}`;
  const value = Number((nanoseconds / 1e6).toPrecision(3));
  const [size, unit] = UNITS.find(([size]) => value >= size) || UNITS[UNITS.length - 1];
  const figure = Number((value / size).toPrecision(3));
  const whole = Math.max(1, Math.floor(Math.log10(figure)) + 1);
  const text = figure >= 1000 ? countText(Math.round(figure)) : figure.toFixed(Math.max(0, 3 - whole));
  return `${text} ${unit}`;
}

export class TraceModel {
  constructor(columns) {
    Object.assign(this, columns);
    this.count = this.id.length;
    this.parent = new Int32Array(this.count).fill(-1);
    this.end = new Int32Array(this.count).fill(this.count);
    this.deepest = 0;
    const open = [];
    for (let i = 0; i < this.count; i++) {
      while (open.length && this.depth[open[open.length - 1]] >= this.depth[i]) this.end[open.pop()] = i;
      if (open.length) this.parent[i] = open[open.length - 1];
      open.push(i);
      this.deepest = Math.max(this.deepest, this.depth[i]);
    }
    this.position = new Map();
    for (let i = this.count - 1; i >= 0; i--) this.position.set(this.id[i], i);
    this.groupOf = new Map();
    this.follows = new Set();
    for (const members of this.folds) {
      this.groupOf.set(members[0], members);
      for (const member of members.slice(1)) this.follows.add(member);
    }
  }

  /** Where span `i` itself decided the duration, as ui/trace/critical_bars.py has it. */
  critical(i) {
    if (!(this.flags[i] & 2)) return [];
    if (!this.reaches) {
      this.reaches = Uint8Array.from(this.flags, (flags) => flags & 2);
      for (let one = this.count - 1; one >= 0; one--) if (this.reaches[one] && this.parent[one] >= 0) this.reaches[this.parent[one]] = 2;
    }
    const extent = (one) => [this.start[one], this.start[one] + this.duration[one]];
    const covered = [];
    for (let child = i + 1; child < this.end[i]; child = this.end[child]) if (this.reaches[child]) covered.push(extent(child));
    const [start, end] = extent(i);
    const left = [];
    let cursor = start;
    for (const [from, to] of covered.sort((a, b) => a[0] - b[0])) {
      if (from > cursor) left.push([cursor, Math.min(from, end)]);
      cursor = Math.max(cursor, to);
      if (cursor >= end) return left;
    }
    left.push([cursor, end]);
    return left;
  }

  isError(i) { return (this.flags[i] & 1) === 1; }
  hasChildren(i) { return this.end[i] > i + 1; }

  /** Open rows: positions, with the folded groups among them by position. */
  visible({ closed, fold, unfolded }) {
    const rows = [];
    const groups = new Map();
    const standing = (first) => fold && !unfolded.has(first);
    const hidden = new Set();
    if (fold) for (const members of this.folds) if (standing(members[0])) for (const one of members.slice(1)) hidden.add(one);
    for (let i = 0; i < this.count;) {
      if (hidden.has(i)) { i = this.end[i]; continue; }
      rows.push(i);
      const group = standing(i) ? this.groupOf.get(i) : undefined;
      if (group) groups.set(i, group);
      i = group || closed.has(i) ? this.end[i] : i + 1;
    }
    return { rows, groups };
  }

  /** Opens whatever hides `i`. */
  reveal(i, { closed, unfolded }) {
    for (let above = i; above >= 0; above = this.parent[above]) {
      if (above !== i) closed.delete(above);
      const siblings = this.folds.find((members) => members.includes(above));
      if (siblings && (siblings[0] !== above || above !== i)) unfolded.add(siblings[0]);
    }
  }
}
