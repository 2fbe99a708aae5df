// Talking to Mycel: every deed has an id made here, so that sending it again does not do it again.

export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

export class Refusal extends Error {}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

// Posts a deed. Where no answer comes (Mycel was restarted) it is sent again, with the same id.
export async function post(kind, deed) {
  const body = JSON.stringify({ id: newId(), ...deed });
  for (let attempt = 0; ; attempt++) {
    let response;
    try {
      response = await fetch(`/try/${kind}`, { method: "POST", headers: { "Content-Type": "application/json" }, body });
    } catch (error) {
      if (attempt >= 5) throw new Refusal("Mycel does not answer. Is it running? What you typed is still here.");
      await pause(400 * 2 ** attempt);
      continue;
    }
    const answer = await response.json().catch(() => ({ error: "Mycel answered something that is no JSON." }));
    if (response.status === 202) return { reply: { is: "nothing" }, note: answer.error };
    if (!response.ok) throw new Refusal(answer.error || "That did not work.");
    return answer;
  }
}

export async function getState() {
  const response = await fetch("/try/state");
  const state = await response.json();
  if (!response.ok) throw new Refusal(state.error);
  return state;
}

// Live changes. The browser comes back by itself and says which change it saw last.
export function listen(since, onChange, onConnection) {
  const source = new EventSource(`/try/events?since=${since}`);
  source.addEventListener("changed", (event) => onChange(JSON.parse(event.data)));
  source.addEventListener("reload", () => location.reload());
  source.addEventListener("open", () => onConnection(true));
  source.addEventListener("error", () => onConnection(false));
  return source;
}
