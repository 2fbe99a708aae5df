// The box in which one types: Enter sends, Shift+Enter begins a line, "/" shows the commands, arrow up goes back.
import { el } from "./dom.js";

let made = 0;

export class Composer {
  // send(text) → promise of { keep } (keep: put the text back); editLast() → whether there was something to edit.
  constructor({ label, placeholder, commands, send, editLast, close }) {
    this.commands = commands;
    this.send = send;
    this.editLast = editLast;
    this.close = close;
    this.last = "";
    const id = `composer-${++made}`;
    this.text = el("textarea", {
      id, rows: 1, placeholder, "aria-label": label, autocomplete: "off", spellcheck: true, maxLength: 10000,
      "aria-autocomplete": "list", "aria-controls": `${id}-list`,
    });
    this.list = el("ul", { class: "suggestions", id: `${id}-list`, role: "listbox", "aria-label": "Commands", hidden: true });
    this.error = el("p", { class: "error", role: "alert", hidden: true });
    this.button = el("button", { type: "submit", class: "send", "aria-label": "Send", title: "Send (Enter)" }, "➤");
    this.element = el(
      "form",
      { class: "composer" },
      this.list,
      el("div", { class: "box" }, this.text, this.button),
      this.error,
    );
    this.element.addEventListener("submit", (event) => (event.preventDefault(), this.submit()));
    this.text.addEventListener("keydown", (event) => this.onKey(event));
    this.text.addEventListener("input", () => this.onInput());
    this.text.addEventListener("blur", () => setTimeout(() => document.activeElement === this.text || this.suggest([]), 150));
  }

  focus() {
    this.text.focus();
  }

  label(words, placeholder) {
    this.text.setAttribute("aria-label", words);
    this.text.placeholder = placeholder;
  }

  fill(text) {
    this.text.value = text;
    this.fit();
    this.focus();
  }

  fit() {
    this.text.style.height = "auto";
    this.text.style.height = `${Math.min(this.text.scrollHeight + 2, 220)}px`;
  }

  async submit() {
    const text = this.text.value;
    if (!text.trim() || this.isSending) return;
    this.isSending = true;
    this.element.classList.add("busy");
    this.text.value = "";
    this.suggest([]);
    this.fit();
    this.say("");
    try {
      const { keep } = await this.send(text);
      if (keep && !this.text.value) this.text.value = text;
      this.last = text;
    } catch (error) {
      if (!this.text.value) this.text.value = text;
      this.say(error.message);
    } finally {
      this.isSending = false;
      this.element.classList.remove("busy");
      this.fit();
    }
  }

  say(problem) {
    this.error.textContent = problem;
    this.error.hidden = !problem;
  }

  onInput() {
    this.fit();
    const typed = /^[/!](\S*)$/.exec(this.text.value);
    const found = typed ? this.commands().filter((c) => c.name.startsWith(typed[1].toLowerCase())) : [];
    this.suggest(found.slice(0, 7));
  }

  suggest(found) {
    this.found = found;
    this.at = found.length === 1 ? 0 : -1;
    this.list.hidden = found.length === 0;
    this.list.replaceChildren(...found.map((command, at) => this.option(command, at)));
    this.mark();
  }

  option(command, at) {
    const option = el(
      "li",
      { role: "option", id: `${this.list.id}-${at}`, title: command.usage },
      el("b", {}, `/${command.name}`),
      el("span", {}, command.summary),
    );
    option.addEventListener("mousedown", (event) => (event.preventDefault(), this.choose(at)));
    return option;
  }

  mark() {
    for (const [at, option] of Array.from(this.list.children).entries()) {
      option.setAttribute("aria-selected", String(at === this.at));
    }
    if (this.at >= 0) this.text.setAttribute("aria-activedescendant", `${this.list.id}-${this.at}`);
    else this.text.removeAttribute("aria-activedescendant");
  }

  choose(at) {
    this.text.value = `/${this.found[at].name} `;
    this.suggest([]);
    this.fit();
  }

  onKey(event) {
    const isListed = this.found && this.found.length > 0;
    if (event.isComposing) return;
    if (isListed && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.at = (this.at + step + this.found.length) % this.found.length;
      this.mark();
      event.preventDefault();
    } else if (isListed && event.key === "Tab" && !event.shiftKey) {
      this.choose(Math.max(this.at, 0));
      event.preventDefault();
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      if (isListed && this.at >= 0 && this.text.value !== `/${this.found[this.at].name}`) this.choose(this.at);
      else this.submit();
    } else if (event.key === "Escape") {
      if (isListed) this.suggest([]);
      else if (this.close) this.close();
      event.stopPropagation();
    } else if (event.key === "ArrowUp" && !this.text.value) {
      event.preventDefault();
      if (!this.editLast() && this.last) this.fill(this.last);
    }
  }
}
