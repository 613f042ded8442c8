// The waterfall's keyboard, after Jaeger's; `?` lists it (templates/trace.html).

const PAN = 0.1;
const ZOOM = 0.6;

export function onTraceKeys(waterfall, { open, close }) {
  let far = 1;
  const zoomBy = (factor) => {
    const [from, to] = waterfall.state.zoom;
    const [middle, half] = [(from + to) / 2, ((to - from) / 2) * factor];
    waterfall.zoom([middle - half, middle + half]);
  };
  const pan = (share) => {
    const [from, to] = waterfall.state.zoom;
    const step = (to - from) * share * far;
    waterfall.zoom([from + step, to + step]);
  };
  const scroll = (share) => scrollBy(0, innerHeight * share * far);
  const current = () => waterfall.state.current;
  const actions = {
    j: () => waterfall.move(1),
    k: () => waterfall.move(-1),
    ArrowDown: () => waterfall.move(1),
    ArrowUp: () => waterfall.move(-1),
    ArrowRight: () => waterfall.expand(current()),
    ArrowLeft: () => waterfall.collapse(current()),
    Enter: open,
    Escape: close,
    "[": () => waterfall.setLevel(Infinity),
    "]": () => waterfall.setLevel(0),
    o: () => waterfall.level(1),
    p: () => waterfall.level(-1),
    f: () => waterfall.jump(1),
    b: () => waterfall.jump(-1),
    w: () => scroll(-0.3),
    s: () => scroll(0.3),
    a: () => pan(-PAN),
    d: () => pan(PAN),
    "+": () => zoomBy(ZOOM),
    "-": () => zoomBy(1 / ZOOM),
    0: () => waterfall.zoom([0, 100]),
    y: () => waterfall.fold(),
    c: () => waterfall.critical(waterfall.host.classList.contains("no-critical")),
  };
  let prefix = 0;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const { target } = event;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) {
      if (event.key === "Escape") target.blur();
      return;
    }
    if (event.key === "g") { prefix = event.timeStamp; return; }
    // After `g` the next key names a page (base.js).
    if (prefix && event.timeStamp - prefix < 1500) { prefix = 0; return; }
    const inRows = waterfall.host.contains(target);
    const needsRows = /^(Arrow|Enter)/.test(event.key);
    const action = actions[event.key === "=" ? "+" : event.key] || actions[event.key.toLowerCase()];
    if (!action || (needsRows && !inRows) || (event.key === "Enter" && target.closest("a,button,summary"))) return;
    event.preventDefault();
    far = event.shiftKey ? 4 : 1;
    action();
  });
}
