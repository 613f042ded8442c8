// The map beyond reading: dims what the hovered thing does not touch, moves and zooms, and changes the panel
// without leaving the page. Links and panel work as plain links without it.

import { SWAPPED, swap } from "./base.js";

const picture = document.getElementById("map-picture");
const STEP = 1.25;
let view = null; // [x, y, width, height] while zoomed, null for the whole map

const svg = () => document.getElementById("map");

function touching(target) {
  const keep = new Set([target]);
  if (target.dataset.service !== undefined) {
    for (const link of svg().querySelectorAll("a.link")) {
      const { caller, callee } = link.dataset;
      if (caller === target.dataset.service || callee === target.dataset.service) {
        keep.add(link);
        for (const node of svg().querySelectorAll("a.node")) {
          if (node.dataset.service === caller || node.dataset.service === callee) keep.add(node);
        }
      }
    }
  } else {
    for (const node of svg().querySelectorAll("a.node")) {
      if (node.dataset.service === target.dataset.caller || node.dataset.service === target.dataset.callee) keep.add(node);
    }
  }
  return keep;
}

function light(target) {
  const map = svg();
  if (!map) return;
  for (const lit of map.querySelectorAll(".lit")) lit.classList.remove("lit");
  map.classList.toggle("focusing", Boolean(target));
  if (!target) return;
  const keep = touching(target);
  for (const item of keep) item.classList.add("lit");
  for (const label of map.querySelectorAll(".label, .flag")) {
    label.classList.toggle("lit", [...keep].some((item) => item.dataset.key === label.dataset.for));
  }
}

// A link's chip stands for the link.
const thing = (event) => {
  const near = event.target.closest?.("#map a");
  const key = near?.dataset.for;
  return key === undefined ? near : svg().querySelector(`a.link[data-key="${CSS.escape(key)}"]`);
};
picture.addEventListener("pointerover", (event) => light(thing(event)));
picture.addEventListener("pointerleave", () => light(thing({ target: document.activeElement })));
picture.addEventListener("focusin", (event) => { if (event.target.matches(":focus-visible")) light(thing(event)); });
picture.addEventListener("focusout", () => light(null));

// Typing in the search box leaves only matching services bright.
const find = document.getElementById("find");
find?.addEventListener("input", () => {
  const wanted = find.value.trim().toLowerCase();
  for (const node of svg()?.querySelectorAll("a.node") ?? []) {
    const names = `${node.dataset.service} ${node.dataset.holds ?? ""}`.toLowerCase();
    node.classList.toggle("dim", wanted !== "" && !names.includes(wanted));
  }
});

// Choosing keeps the page: only the live parts change. What changes the tools too (data-anew) loads it.
async function go(url) {
  try {
    if (!(await swap(url))) throw new Error("not a page");
    history.pushState({}, "", url);
  } catch {
    location.href = url;
  }
}
addEventListener("popstate", () => swap(location.href).catch(() => location.reload()));
document.addEventListener("click", (event) => {
  if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const anchor = event.target.closest?.("#map a, #map-panel a");
  if (!anchor || dragged || anchor.hasAttribute("data-anew")) return;
  const href = anchor.href.baseVal ?? anchor.getAttribute("href");
  if (new URL(href, location.href).pathname !== location.pathname) return;
  event.preventDefault();
  go(href);
});
// On a narrow screen the map is scrolled, not shrunk: begin at the trouble.
const first = svg()?.querySelector(".flag.is-failing, .flag.is-slow");
if (first && picture.scrollWidth > picture.clientWidth) {
  const [at, frame] = [first.getBoundingClientRect(), picture.getBoundingClientRect()];
  picture.scrollTo(at.x - frame.x - (frame.width - at.width) / 2, at.y - frame.y - frame.height / 2);
}
picture.addEventListener(SWAPPED, () => { if (view) show(view); });

// Moving and zooming change the viewBox; nothing else.
function whole() {
  const map = svg();
  map.dataset.whole ??= map.getAttribute("viewBox");
  return map.dataset.whole.split(" ").map(Number);
}
function show(next) {
  if (!svg()) return;
  whole(); // remembers what is shown at first
  view = next;
  svg().setAttribute("viewBox", next?.join(" ") ?? svg().dataset.whole);
}
function zoom(factor, at) {
  const [x, y, width, height] = view ?? whole();
  const full = whole();
  const scale = Math.min(Math.max(factor, 60 / width), (2 * full[2]) / width);
  const [px, py] = at ?? [x + width / 2, y + height / 2];
  show([px - (px - x) * scale, py - (py - y) * scale, width * scale, height * scale]);
}
function move(dx, dy) {
  const [x, y, width, height] = view ?? whole();
  show([x + dx * width, y + dy * height, width, height]);
}
function mapPoint(event) {
  const matrix = svg().getScreenCTM().inverse();
  const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix);
  return [point.x, point.y];
}

let dragged = false;
let grip = null;
picture.addEventListener("pointerdown", (event) => {
  dragged = false;
  if (event.button || !svg() || event.pointerType === "touch") return;
  grip = { x: event.clientX, y: event.clientY, view: view ?? whole() };
});
addEventListener("pointermove", (event) => {
  if (!grip) return;
  const dx = event.clientX - grip.x;
  const dy = event.clientY - grip.y;
  if (!dragged && Math.hypot(dx, dy) < 5) return;
  dragged = true;
  const scale = svg().getScreenCTM().a;
  show([grip.view[0] - dx / scale, grip.view[1] - dy / scale, grip.view[2], grip.view[3]]);
});
addEventListener("pointerup", () => { grip = null; });
picture.addEventListener("click", (event) => { if (dragged) event.preventDefault(); });
picture.addEventListener("dragstart", (event) => event.preventDefault());
picture.addEventListener("wheel", (event) => {
  // A plain wheel scrolls the page; with ctrl or the pinch gesture it zooms.
  if (!event.ctrlKey && !event.metaKey) return;
  event.preventDefault();
  zoom(event.deltaY > 0 ? STEP : 1 / STEP, mapPoint(event));
}, { passive: false });

const zoomTo = { in: () => zoom(1 / STEP), out: () => zoom(STEP), fit: () => show(null) };
for (const button of document.querySelectorAll("[data-zoom]")) {
  button.addEventListener("click", () => zoomTo[button.dataset.zoom]());
}
const keys = {
  "+": zoomTo.in, "=": zoomTo.in, "-": zoomTo.out, "0": zoomTo.fit,
  ArrowLeft: () => move(-0.1, 0), ArrowRight: () => move(0.1, 0), ArrowUp: () => move(0, -0.1), ArrowDown: () => move(0, 0.1),
  Escape: () => document.querySelector("[data-close]")?.click(),
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
  if (document.querySelector("dialog[open]") || !svg() || !keys[event.key]) return;
  // Arrow keys belong to the page unless the reader is on the map.
  if (event.key.startsWith("Arrow") && !picture.contains(document.activeElement)) return;
  keys[event.key]();
  event.preventDefault();
});
