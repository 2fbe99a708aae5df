// A group's channel: its messages with their threads, its own time, and who speaks in it.
import { post } from "./api.js";
import { Composer } from "./composer.js";
import { openForm } from "./dialog.js";
import { code, day, el, hour, within } from "./dom.js";
import { renderEntry, startEdit } from "./messages.js";
import { renderPrivate } from "./private.js";
import { Speakers } from "./speakers.js";

export class Column {
  // app: { state, nameOf, now(), toast, remember(channel, account), remembered(channel), spoke(), openDirect(account) }
  constructor(channel, app) {
    this.app = app;
    this.channel = channel;
    this.items = new Map();
    this.messages = new Map();
    this.notes = [];
    this.title = el("h2", { id: `title-${channel.channel}` });
    this.time = el("p", { class: "local" });
    this.list = el("ol", { class: "list", role: "log", "aria-live": "polite", "aria-relevant": "additions", "aria-label": "Messages", tabindex: "0" });
    this.empty = el("li", { class: "empty" });
    this.list.append(this.empty);
    this.composer = this.makeComposer(null);
    this.speakers = this.makeSpeakers(channel);
    this.element = el(
      "section",
      { class: "column", id: `channel-${channel.channel}`, "aria-labelledby": this.title.id },
      el("header", { class: "head" }, this.title, this.time),
      this.list,
      el(
        "footer",
        {},
        this.speakers.element,
        this.composer.element,
      ),
    );
    this.setChannel(channel);
    this.fillSpeakers();
    this.showEmpty();
  }

  zone() {
    return this.channel.zone;
  }

  me() {
    return this.account;
  }

  nameOf(account) {
    return this.app.nameOf(account);
  }

  setChannel(channel) {
    this.channel = channel;
    this.title.textContent = channel.title;
    this.tick();
  }

  tick() {
    const now = this.app.now();
    const zone = this.channel.zone;
    const city = zone.split("/").pop().replaceAll("_", " ");
    const isQuiet = within(this.channel.quiet, hour(now, zone));
    const parts = [
      el("time", { datetime: now.toISOString() }, `${day(now, zone)}, ${hour(now, zone)}`),
      el("span", { class: "zone", title: zone }, city),
      isQuiet && el("span", { class: "quiet", title: `Quiet hours ${this.channel.quiet}: reminders wait` }, "quiet hours"),
    ];
    this.time.replaceChildren(...parts.filter(Boolean));
  }

  makeSpeakers(channel) {
    return new Speakers(channel, this.app, { chosen: (account) => this.speakAs(account), done: () => this.composer.focus() });
  }

  fillSpeakers() {
    this.speakAs(this.speakers.fill());
  }

  speakAs(account) {
    if (!account) return;
    this.account = account;
    const name = this.nameOf(account);
    this.speakers.show(account);
    this.composer.label(`Message to ${this.channel.title} as ${name}`, "Message, or / for commands");
    for (const item of this.items.values()) item.composer?.label(`Reply as ${name}`, `Reply as ${name}`);
    for (const id of this.messages.keys()) this.refresh(id);
    for (const note of this.notes) note.element.hidden = note.account !== account;
    this.app.spoke();
  }

  makeComposer(root) {
    return new Composer({
      label: "Reply", placeholder: root ? `Reply as ${this.nameOf(this.account)}` : "",
      commands: () => this.app.state.commands,
      send: (text) => this.say(text, root),
      editLast: () => this.editLast(root),
      close: root ? () => this.closeReply(root) : null,
    });
  }

  showEmpty() {
    this.empty.hidden = this.messages.size + this.notes.length > 0;
    if (this.empty.childNodes.length > 0) return;
    this.empty.append(el("p", {}, "Nothing has been said here yet."));
    this.fillEmpty();
  }

  fillEmpty() {
    const hint = this.app.state.hint;
    if (hint.channel === this.channel.channel) this.offer(hint);
    else if (!this.channel.group) {
      const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
      const text = "This channel belongs to no group yet. A steward makes it the home of one:";
      this.offer({ text, command: `/group ${this.channel.title} --tz ${zone}` });
    }
  }

  offer({ text, command }) {
    this.empty.append(
      el("p", {}, text),
      el("button", { type: "button", class: "try", title: "Put this into the box below", onclick: () => this.composer.fill(command) },
        code(command)),
    );
  }

  // Messages

  // When a message was sent: with its day where a thread goes on over several.
  when(message) {
    const at = new Date(message.at);
    const item = message.thread && this.items.get(message.thread);
    const shown = day(at, this.zone());
    return item && item.day !== shown ? `${shown}, ${hour(at, this.zone())}` : hour(at, this.zone());
  }

  take(message) {
    const isKnown = this.messages.has(message.id);
    this.messages.set(message.id, message);
    if (isKnown) return this.refresh(message.id);
    const isAtEnd = this.isAtEnd();
    if (message.thread) this.addReply(message);
    else this.addRoot(message);
    this.showEmpty();
    if (isAtEnd) this.toEnd();
  }

  isAtEnd() {
    return this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 120;
  }

  toEnd() {
    requestAnimationFrame(() => (this.list.scrollTop = this.list.scrollHeight));
  }

  addRoot(message) {
    const entry = renderEntry(message, this);
    const replies = el("div", { class: "replies" });
    const toggle = el("button", { type: "button", class: "plain toggle", hidden: true, "aria-expanded": "true", onclick: () => this.toggle(message.id) });
    const answer = el("button", { type: "button", class: "plain toggle", onclick: () => this.reply(message) }, "Reply in thread");
    const bar = el("div", { class: "bar" }, toggle, answer);
    const thread = el("div", { class: "thread", role: "group", "aria-label": "Thread" }, replies);
    const element = el("li", { class: `item ${message.account === null ? "of-bot" : ""}` }, entry, thread, bar);
    this.items.set(message.id, { element, thread, replies, toggle, count: 0, isOpen: true, day: day(new Date(message.at), this.zone()) });
    const fresh = this.freshNote();
    this.dayLine(message, fresh);
    this.list.insertBefore(element, fresh);
    this.hideIfGone(message);
  }

  // The answer that came just before what it led to: it stays last, next to the box.
  freshNote() {
    const note = this.notes.at(-1);
    const isFresh = note && !note.root && Date.now() - note.shownAt < 2000;
    return isFresh ? note.element.parentElement : null;
  }

  dayLine(message, before) {
    const shown = day(new Date(message.at), this.zone());
    if (shown === this.lastDay) return;
    this.lastDay = shown;
    this.list.insertBefore(el("li", { class: "day", role: "separator", "aria-label": shown }, el("span", {}, shown)), before);
  }

  addReply(message) {
    const item = this.items.get(message.thread);
    if (!item) return;
    item.replies.append(renderEntry(message, this));
    this.hideIfGone(message);
  }

  toggle(id) {
    const item = this.items.get(id);
    item.isOpen = !item.isOpen;
    item.replies.hidden = !item.isOpen;
    this.showToggle(item);
  }

  showToggle(item) {
    const words = item.count === 1 ? "1 reply" : `${item.count} replies`;
    item.toggle.hidden = item.count === 0;
    item.element.classList.toggle("has-replies", item.count > 0);
    item.toggle.textContent = item.isOpen ? `▾ ${words}` : `▸ ${words}`;
    item.toggle.setAttribute("aria-expanded", String(item.isOpen));
  }

  refresh(id) {
    const message = this.messages.get(id);
    const old = this.element.querySelector(`article[data-id="${CSS.escape(id)}"]`);
    if (!message || !old || old.querySelector(".editing")) return;
    const entry = renderEntry(message, this);
    const focused = old.contains(document.activeElement) ? document.activeElement.dataset.focus : null;
    old.replaceWith(entry);
    if (focused) entry.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
    this.hideIfGone(message);
  }

  // A message of Mycel's that was taken back leaves no trace, unless people answered it.
  hideIfGone(message) {
    const item = this.items.get(message.thread || message.id);
    if (!item) return;
    if (message.thread) {
      const isGone = message.isRemoved && message.account === null;
      item.replies.querySelector(`article[data-id="${CSS.escape(message.id)}"]`).hidden = isGone;
      item.count = item.replies.querySelectorAll(":scope > article:not([hidden])").length;
      this.showToggle(item);
    } else item.element.hidden = message.isRemoved && item.count === 0 && !item.notes;
  }

  // What people do

  async say(text, root) {
    const { reply, note } = await post("say", { channel: this.channel.channel, account: this.account, text, thread: root });
    const typed = this.typed(text);
    this.answer(reply, { typed, root, note });
    if (!root && !typed) this.toEnd();
    return { keep: reply.is === "invalid" };
  }

  // The command in what was typed; talk is shown as a message.
  typed(text) {
    return /^[/!]/.test(text.trim()) ? text.trim() : "";
  }

  async press(message, action, button) {
    const root = message.thread || message.id;
    await this.pressed(button, action, { message: message.id, thread: root }, root);
  }

  async pressPrivate(note, action, button) {
    await this.pressed(button, action, { thread: note.root }, note.root, () => this.putAway(note));
  }

  async pressed(button, action, where, root, after = () => {}) {
    const deed = { channel: this.channel.channel, account: this.account, command: action.command, ...where };
    button.disabled = true;
    try {
      const { reply, note } = await post("press", deed);
      this.answer(reply, { typed: action.label, root, note });
      if (reply.is !== "invalid") after();
    } catch (error) {
      this.app.toast(error.message);
    } finally {
      button.disabled = false;
    }
  }

  async open(message, id) {
    await this.show(id, message.thread || message.id);
  }

  async openPrivate(note, id) {
    await this.show(id, note.root);
  }

  async show(id, root) {
    try {
      await this.say(`/show ${id}`, root);
    } catch (error) {
      this.app.toast(error.message);
    }
  }

  async react(message, emoji, isOn) {
    await this.deed("react", { message: message.id, emoji, is_on: isOn });
  }

  async edit(message, text) {
    return this.deed("edit", { message: message.id, text });
  }

  async remove(message) {
    await this.deed("delete", { message: message.id });
  }

  async deed(kind, what) {
    try {
      const { reply, note } = await post(kind, { channel: this.channel.channel, account: this.account, ...what });
      const about = this.messages.get(what.message);
      this.answer(reply, { typed: "", root: about ? about.thread || about.id : null, note });
      return true;
    } catch (error) {
      this.app.toast(error.message);
      return false;
    }
  }

  reply(message) {
    const root = message.thread || message.id;
    const item = this.items.get(root);
    if (!item.isOpen) this.toggle(root);
    if (!item.composer) {
      item.composer = this.makeComposer(root);
      item.thread.append(item.composer.element);
    }
    item.composer.element.hidden = false;
    item.composer.focus();
    item.composer.element.scrollIntoView({ block: "nearest" });
  }

  closeReply(root) {
    const item = this.items.get(root);
    if (!item.composer.text.value) item.composer.element.hidden = true;
    item.element.querySelector(".bar button:last-child").focus();
  }

  editLast(root) {
    const isMine = (m) => m.account === this.account && !m.isRemoved && (m.thread || null) === root;
    const last = [...this.messages.values()].filter(isMine).sort((a, b) => a.position - b.position).pop();
    if (!last) return false;
    startEdit(this.element.querySelector(`article[data-id="${CSS.escape(last.id)}"]`), last, this);
    return true;
  }

  // Answers for one person only

  answer(reply, { typed, root, note }) {
    if (reply.is === "form") return this.showForm(reply, root);
    if (reply.is === "nothing" && !note) return;
    this.keep({ account: this.account, typed, root, reply, words: note || "" });
  }

  keep(note) {
    const item = note.root ? this.items.get(note.root) : null;
    note.element = renderPrivate(note, this, () => this.putAway(note));
    note.element.setAttribute("role", "status");
    note.element.hidden = note.account !== this.account;
    note.shownAt = Date.now();
    this.notes.push(note);
    if (item) {
      item.notes = (item.notes || 0) + 1;
      item.thread.insertBefore(note.element, item.composer?.element || null);
    } else {
      this.list.append(el("li", { class: "item" }, note.element));
      this.showEmpty();
    }
    requestAnimationFrame(() => this.bringIntoView(note.element));
  }

  bringIntoView(element) {
    const isTall = element.offsetHeight > this.list.clientHeight - 40;
    element.scrollIntoView({ block: isTall ? "start" : "nearest" });
  }

  putAway(note) {
    this.notes = this.notes.filter((other) => other !== note);
    (note.root ? note.element : note.element.parentElement).remove();
    this.composer.focus();
  }

  showForm(form, root) {
    const account = this.account;
    openForm(form, {
      account,
      people: this.app.state.people.map((p) => p.name),
      submit: async (values) => {
        const { reply, note } = await post("submit", { channel: this.channel.channel, account, command: form.command, values, thread: root });
        if (reply.is !== "invalid") this.answer(reply, { typed: form.title, root, note });
        return reply;
      },
      done: () => this.composer.focus(),
    });
  }
}
