// The network's clock: what it shows, and moving it on.
import { post } from "./api.js";
import { day, fullDay, hour } from "./dom.js";

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
const byId = (id) => document.getElementById(id);

export class Clock {
  constructor(clock, { toast, moved }) {
    this.toast = toast;
    this.moved = moved;
    this.set(clock);
    for (const button of byId("clock-buttons").querySelectorAll("button")) {
      button.addEventListener("click", () => this.move(button));
    }
    setInterval(() => this.tick(), 5000);
  }

  set(clock) {
    this.clock = clock;
    this.offset = new Date(clock.now) - Date.now();
    this.tick();
  }

  now() {
    return new Date(Date.now() + this.offset);
  }

  tick() {
    const now = this.now();
    const total = Math.round(this.clock.ahead / 3600);
    const [days, hours] = [Math.floor(total / 24), total % 24];
    const ahead = [days && `${days} ${days === 1 ? "day" : "days"}`, hours && `${hours} h`].filter(Boolean).join(" ");
    byId("clock-now").textContent = `${fullDay(now, zone)}, ${hour(now, zone)}`;
    byId("clock-now").dateTime = now.toISOString();
    byId("clock-now").title = `Shown in ${zone}`;
    byId("clock-ahead").textContent = ahead ? `${ahead} ahead` : "";
    byId("clock-buttons").hidden = !this.clock.isFree;
    const next = byId("clock-next");
    const due = this.clock.nextDue && new Date(this.clock.nextDue);
    next.disabled = !due;
    next.textContent = due ? `Next: ${day(due, zone)}, ${hour(due, zone)}` : "Nothing is due";
    next.title = due ? "Move on to the next thing that falls due" : "";
    this.moved();
  }

  async move(button) {
    const buttons = [...byId("clock-buttons").querySelectorAll("button")];
    for (const other of buttons) other.disabled = true;
    button.classList.add("busy");
    this.toast("Time passes…");
    try {
      const { said, clock } = await post("clock", { by: button.dataset.by, zone });
      this.set(clock);
      this.toast(said);
    } catch (error) {
      this.toast(error.message);
    } finally {
      button.classList.remove("busy");
      for (const other of buttons) other.disabled = false;
      this.tick();
      button.focus();
    }
  }
}
