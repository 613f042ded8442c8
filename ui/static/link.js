// The link page: fills the parts that read single calls, and turns a frame drawn on the heatmap into a selection.
// Every selection is a plain URL, so that the page says the same without this.

import { SWAPPED, announce } from "./base.js";
import { fill } from "./parts.js";

const NAMES = ["select", "selected_start", "selected_end", "min_duration_ms", "max_duration_ms"];
const REFILL_AFTER_MS = 30000;
const selection = document.getElementById("selection");
let asked = 0;
let filledAt = 0;

function partUrl(part, search) {
  return `${location.pathname}/${part.id}${search}`;
}

/** Shows what the selection in this query string tells, and marks it. */
function show(search) {
  filledAt = performance.now();
  const question = ++asked;
  const wanted = () => question === asked;
  fill(selection, partUrl(selection, search), wanted).then(() => announce(selection.querySelector("h2")?.textContent ?? ""), () => {});
  const chosen = new URLSearchParams(search);
  const cut = NAMES.slice(1).some((name) => chosen.get(name));
  for (const chip of document.querySelectorAll("[data-chips] > *")) {
    const what = chip.href && new URL(chip.href).searchParams.get("select");
    if (!what) chip.remove();
    else if (!cut && what === chosen.get("select")) chip.setAttribute("aria-current", "true");
    else chip.removeAttribute("aria-current");
  }
}

function choose(search) {
  history.pushState(null, "", `${location.pathname}${search}`);
  show(search);
}

/** The page's query string with another selection. */
function searchWith(wanted) {
  const search = new URLSearchParams(location.search);
  for (const name of NAMES) search.delete(name);
  for (const [name, value] of Object.entries(wanted)) search.set(name, value);
  return search.size ? `?${search}` : "";
}

function moment(value) {
  const text = String(value).replace(" ", "T");
  return new Date(/Z$|[+-]\d\d:\d\d$/.test(text) ? text : `${text}Z`).toISOString();
}

function onFrame(event) {
  if (!event?.range) return;
  const [start, end] = event.range.x.map(moment).sort();
  const [least, most] = [...event.range.y].sort((a, b) => a - b);
  choose(searchWith({
    selected_start: start, selected_end: end,
    min_duration_ms: least.toPrecision(4), max_duration_ms: most.toPrecision(4),
  }));
}

function listen() {
  const heatmap = document.querySelector(".chart-heatmap.drawn");
  if (!heatmap?.on) return;
  heatmap.on("plotly_selected", onFrame);
  heatmap.on("plotly_deselect", () => choose(searchWith({})));
}

function unframed() {
  const heatmap = document.querySelector(".chart-heatmap.drawn");
  if (heatmap) window.Plotly.relayout(heatmap, { selections: [], shapes: [] });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-select]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  unframed();
  choose(new URL(link.href).search);
});
addEventListener("popstate", () => { unframed(); show(location.search); });
document.addEventListener(SWAPPED, (event) => {
  if (event.target.id !== "heatmap") return;
  listen();
  if (performance.now() - filledAt > REFILL_AFTER_MS) show(location.search);
});

listen();
if (!("filled" in selection.dataset)) {
  filledAt = performance.now();
  const question = ++asked;
  fill(selection, selection.dataset.part, () => question === asked).catch(() => {});
}
