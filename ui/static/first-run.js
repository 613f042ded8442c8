// Listens for the first span on the first-run page, then turns it into the map.

const line = document.getElementById("listening");
const refusal = document.getElementById("refusal");
const POLL_MS = 1500;

async function ask() {
  try {
    const answer = await (await fetch(line.dataset.poll)).json();
    if (answer.arrived) {
      document.getElementById("listening-text").textContent = "The first span is here.";
      location.reload();
      return;
    }
    refusal.hidden = !answer.refusal;
    document.getElementById("refusal-text").textContent = answer.refusal || "";
    document.getElementById("listening-text").textContent = "Waiting for the first span…";
  } catch {
    document.getElementById("listening-text").textContent = "The server does not answer; trying again.";
  }
  setTimeout(ask, POLL_MS);
}

setTimeout(ask, POLL_MS);
