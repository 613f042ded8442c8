// Draws the figures that Python built (data-figure) with plotly.js, in the theme's colours.

import { SWAPPED, THEMED } from "./base.js";

const probe = document.body.appendChild(document.createElement("i"));
probe.hidden = true;

/** `var(--token)` as a colour plotly.js understands. */
function colour(text) {
  probe.style.color = text;
  return getComputedStyle(probe).color;
}

function coloured(value) {
  if (typeof value === "string") return value.startsWith("var(--") ? colour(value) : value;
  if (Array.isArray(value)) return value.map(coloured);
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, coloured(inner)]));
  }
  return value;
}

function draw(element) {
  const { data, layout, config } = JSON.parse(element.dataset.figure);
  element.classList.add("drawn");
  if (element.clientWidth < 480) for (const name of Object.keys(layout)) if (name.startsWith("legend")) layout[name].font.size = 10;
  return window.Plotly.react(element, coloured(data), coloured(layout), config);
}

function drawAll(part) {
  for (const element of part.querySelectorAll("[data-figure]")) draw(element);
}

if (window.Plotly) {
  drawAll(document);
  document.addEventListener(SWAPPED, (event) => drawAll(event.target));
  document.addEventListener(THEMED, () => drawAll(document));
}
