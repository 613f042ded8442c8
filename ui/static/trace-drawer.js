// The panel beside the waterfall: fetches one span's HTML and shows it; the page works the same without it.

export class Drawer {
  constructor(body) {
    this.body = body;
    this.panel = body.querySelector("#drawer");
    this.path = `/trace/${encodeURIComponent(body.dataset.traceId)}/`;
  }

  /** The page's choice of clocks, for requests that follow it. */
  clocks(joint) {
    return new URL(location.href).searchParams.get("times") === "raw" ? `${joint}times=raw` : "";
  }

  async open(spanId) {
    this.request?.abort();
    this.request = new AbortController();
    try {
      const response = await fetch(`${this.path}span/${encodeURIComponent(spanId)}${this.clocks("?")}`, { signal: this.request.signal });
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      if (response.ok) this.panel.replaceChildren(...page.body.childNodes);
      else this.panel.textContent = response.status === 404 ? "This span has not arrived." : "It cannot be read now. Try again.";
    } catch (error) {
      if (error.name === "AbortError") return;
      this.panel.textContent = "The server does not answer. Try again.";
    }
    this.panel.scrollTop = 0;
    this.panel.hidden = false;
    this.body.classList.add("has-drawer");
  }

  close() {
    this.request?.abort();
    this.panel.hidden = true;
    this.panel.replaceChildren();
    this.body.classList.remove("has-drawer");
  }
}
