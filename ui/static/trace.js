// The trace page's script: keeps what is shown in the URL and hands it to rows, minimap and drawer.
// Everything it does to state is also a URL that the server answers, except zoom.

import { announce } from "./base.js";
import { Drawer } from "./trace-drawer.js";
import { onTraceKeys } from "./trace-keys.js";
import { Minimap } from "./trace-minimap.js";
import { TraceModel, countText, durationText } from "./trace-model.js";
import { Rows } from "./trace-rows.js";

const MAX_CLOSED_IN_URL = 60;
const body = document.getElementById("trace-body");
const drawer = new Drawer(body);
const columns = document.getElementById("trace-columns");

const writeUrl = (changes, push = false) => {
  const url = new URL(location.href);
  for (const [name, value] of Object.entries(changes)) value ? url.searchParams.set(name, value) : url.searchParams.delete(name);
  if (url.href !== location.href) history[push ? "pushState" : "replaceState"](null, "", url);
};

class Waterfall {
  constructor(data) {
    this.host = document.getElementById("waterfall");
    this.model = new TraceModel(JSON.parse(data));
    this.state = { closed: new Set(), unfolded: new Set(), fold: false, zoom: [0, 100], matches: new Set(), span: "", current: 0 };
    this.readUrl();
    this.rows = new Rows(document.getElementById("rows"), this.model, this.state);
    this.minimap = new Minimap(document.getElementById("minimap"), this.model, this.state, (zoom) => this.zoom(zoom));
    document.getElementById("pages")?.remove();
    this.rows.show(this.model.visible(this.state));
    this.showZoom();
    this.bind();
    if (this.state.span) this.rows.focus(this.state.current);
    const find = document.getElementById("find-text");
    if (find.value) this.find(find.value, false);
    this.host.dataset.ready = "true";
  }

  readUrl() {
    const { model, state } = this;
    const read = new URL(location.href).searchParams;
    state.fold = read.get("fold") === "1";
    state.closed.clear();
    const depth = read.get("depth");
    if (depth !== null && /^\d+$/.test(depth)) this.closeFrom(Number(depth));
    for (const id of (read.get("closed") || "").split(",")) if (model.position.has(id)) state.closed.add(model.position.get(id));
    state.span = read.get("span") || "";
    const zoom = (read.get("zoom") || "").split("-").map(Number);
    state.zoom = zoom.length === 2 && zoom[0] >= 0 && zoom[1] <= 100 && zoom[1] > zoom[0] ? zoom : [0, 100];
    const chosen = model.position.get(state.span);
    if (chosen !== undefined) { model.reveal(chosen, state); state.current = chosen; }
    this.critical(read.get("critical") !== "off");
  }

  closeFrom(depth) {
    for (let i = 0; i < this.model.count; i++) if (this.model.depth[i] >= depth && this.model.hasChildren(i)) this.state.closed.add(i);
  }

  /** Draws the open rows again; `level` is given when they are exactly "closed from this depth on". */
  rowsChanged(level) {
    const { model, state } = this;
    this.rows.show(model.visible(state));
    if (!this.rows.rank.has(state.current)) {
      while (!this.rows.rank.has(state.current) && model.parent[state.current] >= 0) state.current = model.parent[state.current];
      this.rows.remark();
    }
    const ids = [...state.closed].map((i) => model.id[i]);
    const listed = level === undefined && ids.length <= MAX_CLOSED_IN_URL ? ids.join(",") : "";
    writeUrl({ fold: state.fold ? "1" : "", depth: level === undefined ? "" : String(level), closed: listed, page: "" });
  }

  critical(on) {
    this.host.classList.toggle("no-critical", !on);
    const button = document.getElementById("critical");
    button.setAttribute("aria-pressed", String(on));
    writeUrl({ critical: on ? "" : "off" });
  }

  fold() {
    const button = document.getElementById("fold");
    if (!button) return;
    this.state.fold = !this.state.fold;
    this.state.unfolded.clear();
    button.setAttribute("aria-pressed", String(this.state.fold));
    this.rowsChanged();
  }

  zoom([from, to]) {
    const width = Math.min(Math.max(to - from, 0.01), 100);
    const low = Math.min(Math.max(from, 0), 100 - width);
    this.state.zoom = [low, low + width];
    if (!this.zooming) this.zooming = requestAnimationFrame(() => { this.zooming = 0; this.showZoom(); this.rows.draw(true); });
    clearTimeout(this.zoomWrite);
    this.zoomWrite = setTimeout(() => writeUrl({ zoom: width > 99.99 ? "" : this.state.zoom.map((edge) => Number(edge.toFixed(3))).join("-") }), 200);
  }

  showZoom() {
    const [from, to] = this.state.zoom;
    this.host.style.setProperty("--z0", from);
    this.host.style.setProperty("--zoom", 100 / (to - from));
    this.minimap.draw();
    const { total } = this.model;
    const rough = ((to - from) / 100) * total / Math.min(5, Math.max(1, Math.floor(this.rows.timeWidth / 72)));
    const power = 10 ** Math.floor(Math.log10(Math.max(rough, 1)));
    const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough);
    const [labels, lines] = [".wf-ruler .wf-time", ".wf-lines .wf-time"].map((where) => this.host.querySelector(where));
    labels.replaceChildren();
    lines.replaceChildren();
    for (let at = Math.ceil((from / 100) * total / step) * step; at <= (to / 100) * total; at += step) {
      const line = lines.appendChild(document.createElement("i"));
      const label = labels.appendChild(document.createElement("span"));
      label.className = "wf-tick";
      // A label at the right edge would be cut off.
      label.textContent = (at / total) * 100 < from + (to - from) * 0.95 ? durationText(at) : "";
      for (const mark of [line, label]) mark.style.setProperty("--l", (at / total) * 100);
    }
  }

  async find(text, write = true) {
    if (write) writeUrl({ q: text });
    const count = document.getElementById("find-count");
    const asked = (this.asked = {});
    const url = `${drawer.path}find?q=${encodeURIComponent(text)}${drawer.clocks("&")}`;
    const { positions } = text.trim() ? await (await fetch(url)).json() : { positions: [] };
    if (asked !== this.asked) return;
    this.state.matches = new Set(positions);
    count.textContent = text.trim() ? `${countText(positions.length)} ${positions.length === 1 ? "match" : "matches"}` : "";
    this.rows.remark();
  }

  /** Next or previous match; without a search, the next or previous failed span. */
  jump(step) {
    const { model, state } = this;
    const wanted = state.matches.size ? (i) => state.matches.has(i) : (i) => model.isError(i);
    for (let tried = 1; tried <= model.count; tried++) {
      const i = (state.current + step * tried + model.count * tried) % model.count;
      if (!wanted(i)) continue;
      model.reveal(i, state);
      if (!this.rows.rank.has(i)) this.rowsChanged();
      return this.rows.focus(i);
    }
    announce("Nothing to jump to");
  }

  move(step) {
    const rank = this.rows.rank.get(this.state.current) ?? 0;
    const next = this.host.contains(document.activeElement) ? rank + step : rank;
    this.rows.focus(this.rows.rows[Math.min(Math.max(next, 0), this.rows.rows.length - 1)]);
  }

  expand(i) {
    if (this.rows.groups.has(i)) this.state.unfolded.add(i);
    else if (this.state.closed.has(i)) this.state.closed.delete(i);
    else return this.model.hasChildren(i) && this.move(1);
    this.rowsChanged();
    this.rows.focus(i);
  }

  collapse(i) {
    const { model, state } = this;
    if (model.hasChildren(i) && !state.closed.has(i) && !this.rows.groups.has(i)) state.closed.add(i);
    else if (state.fold && state.unfolded.has(i)) state.unfolded.delete(i);
    else return model.parent[i] >= 0 && this.rows.focus(model.parent[i]);
    this.rowsChanged();
    this.rows.focus(i);
  }

  /** Collapses or expands one level: the deepest open one, or the shallowest closed one. */
  level(step) {
    const { model, state } = this;
    let depth = step > 0 ? Infinity : -1;
    for (const i of this.rows.rows) {
      if (!model.hasChildren(i) || this.rows.groups.has(i)) continue;
      if (step > 0 && state.closed.has(i)) depth = Math.min(depth, model.depth[i]);
      if (step < 0 && !state.closed.has(i)) depth = Math.max(depth, model.depth[i]);
    }
    if (Number.isFinite(depth) && depth >= 0) this.setLevel(step > 0 ? depth + 1 : depth);
  }

  setLevel(depth) {
    this.state.closed.clear();
    if (depth <= this.model.deepest) this.closeFrom(depth);
    this.rowsChanged(depth <= this.model.deepest ? depth : undefined);
  }

  open(i) {
    this.state.current = i;
    show(this.model.id[i]);
  }

  bind() {
    const rows = document.getElementById("rows");
    rows.addEventListener("click", (event) => {
      const row = event.target.closest("[data-span-id]");
      if (!row || event.ctrlKey || event.metaKey || event.shiftKey || getSelection().type === "Range") return;
      event.preventDefault();
      const i = [...this.rows.drawn].find(([, drawn]) => drawn === row)[0];
      if (event.target.closest(".wf-twist") && row.hasAttribute("aria-expanded")) {
        this.state.closed.has(i) || this.rows.groups.has(i) ? this.expand(i) : this.collapse(i);
      } else this.open(i);
    });
    document.getElementById("critical").addEventListener("click", () => this.critical(this.host.classList.contains("no-critical")));
    document.getElementById("fold")?.addEventListener("click", (event) => { event.preventDefault(); this.fold(); });
    const find = document.getElementById("find-text");
    let waiting = 0;
    find.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(() => this.find(find.value), 150); });
    document.getElementById("find").addEventListener("submit", (event) => { event.preventDefault(); this.jump(1); });
    this.bindResize(document.getElementById("resize"));
    onTraceKeys(this, { open: () => this.open(this.state.current), close });
  }

  bindResize(handle) {
    const set = (pixels) => {
      this.host.style.setProperty("--tree", `${Math.min(Math.max(pixels, 140), this.host.clientWidth - 240)}px`);
      this.rows.measure();
      this.rows.draw(true);
    };
    handle.addEventListener("pointerdown", (down) => {
      const move = (event) => set(event.clientX - this.host.getBoundingClientRect().left);
      handle.setPointerCapture(down.pointerId);
      handle.addEventListener("pointermove", move);
      handle.addEventListener("pointerup", () => handle.removeEventListener("pointermove", move), { once: true });
      down.preventDefault();
    });
  }

  /** The URL changed by Back or Forward. */
  restore() {
    this.readUrl();
    this.rowsChanged();
    this.showZoom();
  }
}

const waterfall = columns ? new Waterfall(columns.textContent) : null;

function show(spanId) {
  writeUrl({ span: spanId }, true);
  if (waterfall) { waterfall.state.span = spanId; waterfall.rows.remark(); }
  return drawer.open(spanId);
}

function close() {
  writeUrl({ span: "" }, true);
  drawer.close();
  if (waterfall) { waterfall.state.span = ""; waterfall.rows.remark(); }
}

document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || !event.target.closest) return;
  if (event.target.closest("[data-close]")) { event.preventDefault(); return close(); }
  const link = event.target.closest("a[data-span]");
  if (!link) return;
  event.preventDefault();
  show(link.dataset.span);
  const position = waterfall?.model.position.get(link.dataset.span);
  if (position === undefined) return;
  waterfall.model.reveal(position, waterfall.state);
  if (!waterfall.rows.rank.has(position)) waterfall.rowsChanged();
  waterfall.rows.focus(position);
});

addEventListener("popstate", () => {
  const span = new URL(location.href).searchParams.get("span");
  waterfall?.restore();
  span ? drawer.open(span) : drawer.close();
});
