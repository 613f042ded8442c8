// The whole trace as thin lines, with the window that the waterfall shows: drag to choose, move or resize it.

import { THEMED } from "./base.js";

const EDGE_PX = 6;
const LEAST_PERCENT = 0.01;

export class Minimap {
  /** `changed(zoom)` is called with [from, to] in percent. */
  constructor(host, model, state, changed) {
    this.host = host;
    this.model = model;
    this.state = state;
    this.changed = changed;
    this.canvas = host.querySelector("canvas");
    this.picture = document.createElement("canvas");
    host.addEventListener("pointerdown", (event) => this.grab(event));
    host.addEventListener("dblclick", () => changed([0, 100]));
    document.addEventListener(THEMED, () => this.paint());
    new ResizeObserver(() => this.paint()).observe(host);
  }

  paint() {
    const scale = devicePixelRatio || 1;
    const [width, height] = [this.host.clientWidth * scale, this.host.clientHeight * scale];
    if (!width) return;
    for (const canvas of [this.canvas, this.picture]) [canvas.width, canvas.height] = [width, height];
    const context = this.picture.getContext("2d");
    const { model } = this;
    const probe = document.body.appendChild(document.createElement("i"));
    const resolve = (name) => { probe.style.color = `var(--${name})`; return getComputedStyle(probe).color; };
    this.colours = { accent: resolve("accent"), shade: resolve("sunken"), trouble: resolve("trouble") };
    const hues = model.hues.map((hue) => resolve(`hue-${hue}`));
    probe.remove();
    const thick = Math.max(1, Math.min(3 * scale, (height - 4) / model.count));
    for (let i = 0; i < model.count; i++) {
      context.fillStyle = model.isError(i) ? this.colours.trouble : hues[model.service[i]];
      const y = 2 + (i / model.count) * (height - 4);
      context.fillRect((model.start[i] / model.total) * width, y, Math.max((model.duration[i] / model.total) * width, 1), thick);
    }
    this.draw();
  }

  draw() {
    const { canvas, colours } = this;
    if (!colours) return;
    const context = canvas.getContext("2d");
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.drawImage(this.picture, 0, 0);
    const [from, to] = this.state.zoom.map((edge) => (edge / 100) * canvas.width);
    context.globalAlpha = 0.8;
    context.fillStyle = colours.shade;
    context.fillRect(0, 0, from, canvas.height);
    context.fillRect(to, 0, canvas.width - to, canvas.height);
    context.globalAlpha = 1;
    if (to - from < canvas.width) {
      context.strokeStyle = colours.accent;
      context.lineWidth = 2;
      context.strokeRect(from + 1, 1, to - from - 2, canvas.height - 2);
    }
  }

  grab(down) {
    const box = this.host.getBoundingClientRect();
    const at = (event) => Math.min(100, Math.max(0, ((event.clientX - box.left) / box.width) * 100));
    const [from, to] = this.state.zoom;
    const start = at(down);
    const edge = (EDGE_PX / box.width) * 100;
    const zoomed = to - from < 100;
    let follow = (x) => [Math.min(start, x), Math.max(start, x)];
    if (zoomed && Math.abs(start - from) < edge) follow = (x) => [Math.min(x, to - LEAST_PERCENT), to];
    else if (zoomed && Math.abs(start - to) < edge) follow = (x) => [from, Math.max(x, from + LEAST_PERCENT)];
    else if (zoomed && start > from && start < to) {
      follow = (x) => { const low = Math.min(Math.max(from + x - start, 0), 100 - (to - from)); return [low, low + to - from]; };
    }
    const move = (event) => {
      const next = follow(at(event));
      if (next[1] - next[0] >= LEAST_PERCENT) this.changed(next);
    };
    this.host.setPointerCapture(down.pointerId);
    this.host.addEventListener("pointermove", move);
    this.host.addEventListener("pointerup", () => this.host.removeEventListener("pointermove", move), { once: true });
    down.preventDefault();
  }
}
