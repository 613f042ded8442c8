// Parts of a page that take longer than the rest: fetched as HTML when they come into sight. Pages say where the
// same stands without scripts.

/** Puts what `url` answers into `part`, or why it could not; `wanted` may say that the answer came too late. */
export async function fill(part, url, wanted = () => true) {
  part.setAttribute("aria-busy", "true");
  const response = await fetch(url, { headers: { accept: "text/html" }, credentials: "same-origin" });
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  if (!wanted()) return;
  if (response.ok) part.replaceChildren(...fresh.body.childNodes);
  else {
    const reason = document.createElement("p");
    reason.className = "muted";
    reason.textContent = fresh.querySelector("h1")?.textContent ?? "This could not be looked up.";
    part.replaceChildren(reason);
  }
  part.removeAttribute("aria-busy");
}

/** Fills `part` from its `data-part` once it is nearly in sight, unless the page came with it. */
export function fillWhenSeen(part) {
  if ("filled" in part.dataset) return;
  new IntersectionObserver((entries, observer) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    observer.disconnect();
    fill(part, part.dataset.part).catch(() => {});
  }, { rootMargin: "300px" }).observe(part);
}

for (const part of document.querySelectorAll("[data-when-seen]")) fillWhenSeen(part);
