// Draws waterfall rows: all of them when they are few, those near the screen when they are many.
// The elements are those of templates/trace_rows.html: change both together.

import { ROW_PX, countText, durationText } from "./trace-model.js";

const WHOLE_ROWS = 1200;
const OVERSCAN = 12;
const INDENT_PX = 12;
const MAX_INDENT_LEVELS = 20;
const MAX_PIECES = 100;
const LEAST_GAP = 0.001;
const CHARACTER_PX = 6.7;

function element(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

export class Rows {
  /** `state` has zoom [from, to] in percent, chosen, current and matches. */
  constructor(host, model, state) {
    this.host = host;
    this.model = model;
    this.state = state;
    this.keep([], new Map());
    this.drawn = new Map();
    this.timeWidth = 600;
    addEventListener("scroll", () => this.scrolled(), { passive: true });
    this.measure();
    // Also told when only the height changed, as with every row that is opened.
    new ResizeObserver(() => { if (this.measure()) this.draw(true); }).observe(host);
  }

  /** Reads the width that labels have; returns whether it is another. */
  measure() {
    const before = this.timeWidth;
    const head = document.querySelector(".wf-ruler .wf-time");
    this.timeWidth = Math.max(head ? head.clientWidth : 600, 60);
    return this.timeWidth !== before;
  }

  show({ rows, groups }) {
    this.keep(rows, groups);
    this.draw(true);
  }

  keep(rows, groups) {
    this.rows = rows;
    this.groups = groups;
    this.rank = new Map(rows.map((i, rank) => [i, rank]));
  }

  range() {
    if (this.rows.length <= WHOLE_ROWS) return [0, this.rows.length];
    const top = this.host.getBoundingClientRect().top;
    const first = Math.max(0, Math.floor(-top / ROW_PX) - OVERSCAN);
    return [Math.min(first, this.rows.length), Math.min(this.rows.length, first + Math.ceil(innerHeight / ROW_PX) + 2 * OVERSCAN)];
  }

  scrolled() {
    if (this.rows.length > WHOLE_ROWS && !this.pending) {
      this.pending = requestAnimationFrame(() => { this.pending = 0; this.draw(false); });
    }
  }

  draw(fresh) {
    const [from, to] = this.range();
    if (!fresh && from === this.from && to === this.to) return;
    const focused = this.host.contains(document.activeElement);
    const earlier = fresh ? new Map() : this.drawn;
    this.drawn = new Map();
    for (const i of this.rows.slice(from, to)) this.drawn.set(i, earlier.get(i) || this.row(i));
    this.from = from;
    this.to = to;
    this.host.style.paddingTop = `${from * ROW_PX}px`;
    this.host.style.paddingBottom = `${(this.rows.length - to) * ROW_PX}px`;
    this.host.replaceChildren(...this.drawn.values());
    if (focused) this.drawn.get(this.state.current)?.focus({ preventScroll: true });
  }

  /** Classes and ARIA that follow the state, not the data. */
  mark(row, i) {
    row.classList.toggle("wf-chosen", this.model.id[i] === this.state.span);
    row.classList.toggle("wf-match", this.state.matches.has(i));
    row.tabIndex = i === this.state.current ? 0 : -1;
    row.querySelector("a").tabIndex = -1;
    row.setAttribute("aria-rowindex", this.rank.get(i) + 2);
    if (this.groups.has(i)) row.setAttribute("aria-expanded", "false");
    else if (this.model.hasChildren(i)) row.setAttribute("aria-expanded", String(!this.state.closed.has(i)));
    const twist = this.groups.has(i) || this.state.closed.has(i) ? "▸" : "▾";
    row.querySelector(".wf-twist").textContent = this.groups.has(i) || this.model.hasChildren(i) ? twist : "";
  }

  remark() {
    for (const [i, row] of this.drawn) this.mark(row, i);
  }

  focus(i) {
    const rank = this.rank.get(i);
    if (rank === undefined) return;
    this.state.current = i;
    const top = this.host.getBoundingClientRect().top + rank * ROW_PX;
    const head = document.querySelector(".wf-head").offsetHeight;
    if (top < head) scrollBy(0, top - head - ROW_PX * 2);
    const sheet = document.querySelector(".has-drawer .drawer");
    const floor = sheet && getComputedStyle(sheet).position === "fixed" ? sheet.getBoundingClientRect().top : innerHeight;
    if (top >= head && top + ROW_PX > floor) scrollBy(0, top + ROW_PX * 3 - floor);
    this.draw(false);
    this.remark();
    this.drawn.get(i)?.focus({ preventScroll: true });
  }

  percent(nanoseconds) { return Math.min(100, Math.max(0, (nanoseconds / this.model.total) * 100)); }

  row(i) {
    const { model } = this;
    const group = this.groups.get(i);
    const error = model.isError(i);
    const row = element("div", `wf-row hue-${model.hues[model.service[i]]}${error ? " wf-error" : ""}`);
    row.setAttribute("role", "row");
    row.setAttribute("aria-level", model.depth[i] + 1);
    row.dataset.spanId = model.id[i];
    row.append(this.name(i, group, error), element("div", "wf-self", durationText(this.sum(model.self, i, group))), this.time(i, group));
    for (const cell of row.children) cell.setAttribute("role", "gridcell");
    this.mark(row, i);
    return row;
  }

  sum(column, i, group) { return group ? group.reduce((all, one) => all + column[one], 0) : column[i]; }

  name(i, group, error) {
    const { model } = this;
    const cell = element("div", "wf-name");
    const indent = element("i", "wf-indent");
    indent.style.width = `${Math.min(model.depth[i], MAX_INDENT_LEVELS) * INDENT_PX}px`;
    const twist = element("span", "wf-twist");
    twist.setAttribute("aria-hidden", "true");
    const link = document.createElement("a");
    link.href = `?span=${encodeURIComponent(model.id[i])}`;
    if (group) link.append(element("b", "wf-members", `${countText(group.length)} ×`), " ");
    link.append(element("b", "", model.services[model.service[i]]), ` ${model.names[model.name[i]]}`);
    cell.append(indent, twist, element("i", "wf-dot"));
    if (model.depth[i] > MAX_INDENT_LEVELS) cell.append(element("span", "wf-mark", `level ${model.depth[i]}`));
    cell.append(link);
    if (error) {
      const failed = element("span", "wf-failed", "✕");
      failed.title = model.errors[i];
      failed.append(element("span", "visually-hidden", " failed"));
      cell.append(failed);
    }
    for (const [word, detail] of model.marks[i] || []) {
      const mark = element("span", "wf-mark", word);
      mark.title = detail;
      cell.append(mark);
    }
    const below = (group ? group.reduce((all, one) => all + model.end[one] - one, 0) : model.end[i] - i) - 1;
    if (below) {
      const count = element("span", "wf-below", countText(below));
      count.title = `${countText(below)} spans below`;
      cell.append(count);
    }
    return cell;
  }

  piece(className, from, to) {
    const made = element("i", className);
    const left = this.percent(from);
    made.style.setProperty("--l", left.toFixed(4));
    made.style.setProperty("--w", (this.percent(to) - left).toFixed(4));
    return made;
  }

  /** Pieces of the critical path in sight; those too close to tell apart are one. */
  criticalPieces(i) {
    const [low, high] = this.state.zoom.map((edge) => (edge / 100) * this.model.total);
    const pieces = [];
    for (const [start, end] of this.model.critical(i)) {
      if (end < low || start > high) continue;
      const last = pieces.at(-1);
      if (last && start - last[1] < (high - low) * LEAST_GAP) last[1] = end;
      else pieces.push([start, end]);
    }
    return pieces;
  }

  time(i, group) {
    const { model } = this;
    const cell = element("div", "wf-time");
    const server = group ? undefined : model.server[i];
    const members = group || [i];
    let [from, to] = [Infinity, 0];
    const step = Math.ceil(members.length / MAX_PIECES);
    members.forEach((one, rank) => {
      const end = model.start[one] + model.duration[one];
      [from, to] = [Math.min(from, model.start[one]), Math.max(to, end)];
      if (rank % step === 0) cell.append(this.piece(server ? "wf-bar wf-call" : "wf-bar", model.start[one], end));
    });
    if (server) cell.append(this.piece("wf-server", ...server));
    if (!group) {
      for (const [start, end] of this.criticalPieces(i)) cell.append(this.piece("wf-critical", start, end));
      for (const [at, name] of (model.events[i] || []).slice(0, MAX_PIECES)) {
        const dot = this.piece("wf-event", at, at);
        dot.title = name;
        cell.append(dot);
      }
    }
    const filled = server || [from, to];
    cell.append(this.label(this.text(i, group), this.percent(from), this.percent(to), ...filled.map((edge) => this.percent(edge))));
    return cell;
  }

  text(i, group) {
    const { model } = this;
    if (!group) {
      const text = durationText(model.duration[i]);
      const [server, gap, queue] = model.calls[i] || [];
      if (server === undefined) return text;
      if (!queue && server > model.duration[i]) return `${text}, server ${durationText(server)}`;
      return queue ? `${text} · queued ${durationText(gap)} for ${queue}` : `${text} = server ${durationText(server)} + gap ${durationText(gap)}`;
    }
    const most = group.reduce((longest, one) => Math.max(longest, model.duration[one]), 0);
    return `${countText(group.length)} calls, ${durationText(this.sum(model.duration, 0, group))} in all, ${durationText(most)} at most`;
  }

  /** After the bar, else before it, else inside its filled part: where the zoomed column does not cut it. */
  label(text, from, to, filledFrom, filledTo) {
    const [low, high] = this.state.zoom;
    const scale = 100 / (high - low);
    const need = ((text.length * CHARACTER_PX + 12) / this.timeWidth) * 100;
    const [left, right] = [(from - low) * scale, (to - low) * scale];
    const [first, last] = filledTo - filledFrom >= (to - from) / 2 ? [filledFrom, filledTo] : [from, to];
    let [side, x] = ["inside", Math.max(first, low)];
    if (right + need <= 100 && right >= 0) [side, x] = ["after", to];
    else if (left >= need && left <= 100) [side, x] = ["before", from];
    const label = element("span", `wf-label wf-${side}`, text);
    label.style.setProperty("--l", x.toFixed(4));
    label.style.setProperty("--w", side === "inside" ? Math.min(last, high) - x : 0);
    return label;
  }
}
