// Direct chats: a person alone with Mycel. One is there once it was opened, and as long as somebody speaks as that person.
import { Column } from "./column.js";
import { avatar, el } from "./dom.js";

export const isDirect = (channel) => channel.startsWith("@");
const accountOf = (channel) => channel.slice(1);

class OnlySpeaker {
  constructor(channel, app) {
    this.account = accountOf(channel.channel);
    const name = app.nameOf(this.account);
    const close = el("button", { type: "button", class: "plain direct", onclick: () => app.closeDirect(this.account) }, "Close");
    close.setAttribute("aria-label", `Close ${name}’s direct chat`);
    this.element = el("div", { class: "as" }, avatar(name), `Only ${name} sees this`, close);
  }

  fill() {
    return this.account;
  }

  show() {}

  mark() {}
}

class DirectColumn extends Column {
  makeSpeakers(channel) {
    return new OnlySpeaker(channel, this.app);
  }

  // Whatever is said here is said to Mycel.
  typed(text) {
    return text.trim();
  }

  fillEmpty() {
    this.offer({ text: "What do you owe? Mycel answers here, and sends your own digest, if you want one.", command: "/mine" });
    this.offer({ text: "Once a week:", command: "/my-digest on" });
  }
}

export class Directs {
  // add(column, title): shows a column; columns: all there are, by channel.
  constructor(app, columns, add) {
    Object.assign(this, { app, columns, add, news: new Set(), opened: new Map() });
  }

  // Those that were open before the page was loaded again.
  start() {
    for (const { account } of this.app.state.people) if (this.isOpen(account)) this.column(`@${account}`);
  }

  isOpen(account) {
    return this.opened.get(account) ?? this.app.remembered(`@${account}`) === "open";
  }

  setOpen(account, isOpen) {
    this.opened.set(account, isOpen);
    this.app.remember(`@${account}`, isOpen ? "open" : "closed");
    this.news.delete(account);
    this.app.spoke();
  }

  // The chat of this channel, made where it is not there yet; undefined for somebody who is not known.
  column(channel) {
    const person = this.app.state.people.find((p) => p.account === accountOf(channel));
    if (!this.columns.has(channel) && person) {
      const about = { channel, title: `${person.name} and Mycel`, group: null, zone: person.zone, quiet: "off" };
      this.add(new DirectColumn(about, this.app), about.title);
      this.app.spoke();
    }
    return this.columns.get(channel);
  }

  open(account) {
    this.column(`@${account}`);
    this.setOpen(account, true);
  }

  close(account) {
    this.setOpen(account, false);
  }

  heard(message) {
    const account = accountOf(message.channel);
    if (message.account === null && this.columns.get(message.channel)?.element.hidden) this.news.add(account);
    this.app.spoke();
  }

  refresh() {
    const channels = [...this.columns.values()].filter((column) => !isDirect(column.channel.channel));
    for (const column of channels) column.speakers.mark(this.news.has(column.me()));
    const spokenAs = new Set(channels.map((column) => column.me()));
    for (const [channel, column] of this.columns) {
      if (!isDirect(channel)) continue;
      column.element.hidden = !this.isOpen(accountOf(channel)) || !spokenAs.has(accountOf(channel));
    }
  }
}
