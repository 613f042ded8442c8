// Live tail: asks for the newest matching traces and puts the unseen on top, until paused. In the URL as live=1.

import { announce } from "./base.js";

const EVERY_MS = 2000;
const MOST_ROWS = 200;
const seen = new Set();
let timer = 0;
let added = 0;
let waiting = 0;
let asked = 0;
const here = new URLSearchParams(location.search);

const part = (id) => document.getElementById(id);

async function ask() {
  if (document.hidden) return;
  const rows = part("result-rows");
  const query = new URLSearchParams(location.search);
  let text;
  try {
    const response = await fetch(`/traces/tail?${query}`);
    text = response.ok ? await response.text() : "";
  } catch { text = ""; }
  if (!timer) return;
  if (!text) { part("tail-state").textContent = "The server does not answer; still trying."; return; }
  const fresh = [...new DOMParser().parseFromString(text, "text/html").querySelectorAll("tr")].filter((row) => !seen.has(row.dataset.traceId));
  for (const row of rows.children) row.classList.remove("fresh");
  for (const row of fresh.reverse()) {
    seen.add(row.dataset.traceId);
    row.classList.add("fresh");
    rows.prepend(row);
  }
  while (rows.children.length > MOST_ROWS) rows.lastElementChild.remove();
  added += fresh.length;
  part("tail-state").textContent = `${added.toLocaleString("en-US")} new`;
}

function tail(on) {
  clearInterval(timer);
  timer = on ? setInterval(ask, EVERY_MS) : 0;
  const button = part("tail");
  button.setAttribute("aria-pressed", String(on));
  button.textContent = on ? "Pause" : "Live tail";
  const url = new URL(location.href);
  on ? url.searchParams.set("live", "1") : url.searchParams.delete("live");
  history.replaceState(history.state, "", url);
  if (on) ask();
  else announce("Paused");
}

function start() {
  const button = part("tail");
  for (const row of part("result-rows").children) seen.add(row.dataset.traceId);
  button.addEventListener("click", () => tail(!timer));
  if (new URL(location.href).searchParams.get("live") === "1") tail(true);
}

/** Offers attribute names until there is a sign, then values of that name, as they were really seen. */
async function complete(field) {
  const [, name, sign, rest] = /^([^=~]*)([=~]?)(.*)$/s.exec(field.value);
  const query = new URLSearchParams({ limit: 20, prefix: sign ? rest : name });
  for (const key of ["start", "end"]) if (here.get(key)) query.set(key, here.get(key));
  if (part("service").value) query.set("service", part("service").value);
  const question = ++asked;
  const response = await fetch(`/api/v1/attributes${sign ? `/${encodeURIComponent(name)}/values` : ""}?${query}`);
  if (!response.ok) return;
  const found = await response.json();
  if (question !== asked) return;
  const texts = sign ? found.values.map((value) => name + sign + value) : found.attributes.map((one) => `${one}=`);
  part("attribute-choices").replaceChildren(...texts.map((text) => new Option("", text)));
}

// An attribute field in use makes room for the next; empty fields are not sent.
part("attributes").addEventListener("input", (event) => {
  clearTimeout(waiting);
  waiting = setTimeout(() => complete(event.target).catch(() => {}), 150);
  const fields = [...part("attributes").querySelectorAll("input")];
  if (event.target === fields.at(-1) && event.target.value && fields.length < 8) {
    const next = event.target.cloneNode();
    next.value = "";
    next.removeAttribute("id");
    next.setAttribute("aria-label", "Attribute");
    part("attributes").append(next);
  }
});
part("search").addEventListener("formdata", ({ formData }) => {
  const filled = [...formData].filter(([, value]) => value);
  for (const name of [...formData.keys()]) formData.delete(name);
  for (const [name, value] of filled) formData.append(name, value);
});
start();
