// What every page gains from scripts: theme, auto-refresh, shortcuts, copy buttons, times in the reader's zone.
// Pages are complete without it.

const root = document.documentElement;

/** Tells the page's other modules that live parts were replaced: `event.target` is the new part. */
export const SWAPPED = "spanhouse:swapped";
/** Tells charts to draw again in the other theme. */
export const THEMED = "spanhouse:themed";

export function announce(text) {
  document.getElementById("announcer").textContent = text;
}

function isDark() {
  return root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function toggleTheme() {
  const theme = isDark() ? "light" : "dark";
  root.dataset.theme = theme;
  document.querySelector("meta[name=color-scheme]").content = theme;
  document.cookie = `spanhouse_theme=${theme}; path=/; max-age=31536000; samesite=lax`;
  document.dispatchEvent(new CustomEvent(THEMED));
}

/** Fetches `url` and replaces the live parts of this page with its; returns whether that worked. */
export async function swap(url) {
  const response = await fetch(url, { headers: { accept: "text/html" }, credentials: "same-origin" });
  if (!response.ok) return false;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  const focused = document.activeElement?.getAttribute("href");
  for (const part of document.querySelectorAll("[data-live][id]")) {
    const next = fresh.getElementById(part.id);
    if (!next || next.innerHTML === part.innerHTML) continue;
    part.replaceChildren(...next.childNodes);
    if (focused && document.activeElement === document.body) {
      [...part.querySelectorAll("a")].find((a) => a.getAttribute("href") === focused)?.focus({ preventScroll: true });
    }
    part.dispatchEvent(new CustomEvent(SWAPPED, { bubbles: true }));
  }
  document.title = fresh.title;
  return true;
}

let timer = 0;
function schedule(seconds) {
  clearInterval(timer);
  if (!seconds) return;
  timer = setInterval(() => {
    if (!document.hidden && !document.querySelector("dialog[open]")) swap(location.href).catch(() => {});
  }, seconds * 1000);
}

function chooseRefresh(select) {
  const url = new URL(location.href);
  if (select.value) url.searchParams.set("refresh", select.value);
  else url.searchParams.delete("refresh");
  location.href = url;
}

async function copy(button) {
  const text = button.dataset.copy || button.previousElementSibling.textContent;
  try {
    await navigator.clipboard.writeText(text);
    announce("Copied");
    const label = button.textContent;
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = label; }, 1200);
  } catch {
    getSelection().selectAllChildren(button.previousElementSibling);
  }
}

let zone;
/** Adds the reader's own zone to a moment's title, once somebody points at it: making the format takes long. */
function addZone({ target }) {
  const time = target.closest?.("time[data-ns]");
  if (!time || time.dataset.zoned) return;
  const milliseconds = Number(BigInt(time.dataset.ns) / 1000000n);
  zone ??= new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });
  time.dataset.zoned = "true";
  time.title += `\n${zone.format(milliseconds)}`;
}
document.addEventListener("pointerover", addZone);

function typing(target) {
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

let pendingGo = 0;
const pageKeys = { m: "map", l: "links", t: "traces", s: "services" };
function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  const help = document.getElementById("help");
  if (event.key === "?") { help.open ? help.close() : help.showModal(); }
  else if (event.key === "/") {
    const field = document.querySelector("[data-search]");
    if (!field) return;
    field.focus();
    field.select();
  } else if (event.key === "g") { pendingGo = event.timeStamp; return; }
  else if (pendingGo && event.timeStamp - pendingGo < 1500 && pageKeys[event.key]) {
    location.href = document.querySelector(`[data-page=${pageKeys[event.key]}]`).href;
  } else if (event.key === "r") swap(location.href).catch(() => {});
  else return;
  pendingGo = 0;
  event.preventDefault();
}

document.addEventListener("keydown", onKey);
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (button) copy(button);
  for (const open of document.querySelectorAll("details[data-closes][open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") for (const open of document.querySelectorAll("details[data-closes][open]")) open.open = false;
});

const theme = document.getElementById("theme");
theme.addEventListener("click", toggleTheme);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => document.dispatchEvent(new CustomEvent(THEMED)));
const helpButton = document.getElementById("help-button");
helpButton.addEventListener("click", () => document.getElementById("help").showModal());
const refresh = document.getElementById("refresh");
refresh.addEventListener("change", () => chooseRefresh(refresh));
schedule(Number(document.body.dataset.refreshSeconds || 0));
