// Who speaks in a channel: everybody in the network, somebody new; and the way into their direct chat with Mycel.
import { avatar, el } from "./dom.js";
import { askForPerson } from "./growing.js";

const SOMEBODY_NEW = "+";

export class Speakers {
  // chosen(account): somebody else speaks; done(): back to the box.
  constructor(channel, app, { chosen, done }) {
    Object.assign(this, { channel, app, chosen, done });
    const id = `as-${channel.channel}`;
    this.select = el("select", { id, onchange: () => this.choose(this.select.value) });
    this.face = el("span", { class: "face" });
    this.direct = el("button", { type: "button", class: "plain direct", onclick: () => app.openDirect(this.account) }, "Direct chat");
    this.element = el("div", { class: "as" }, this.face, el("label", { for: id }, "Speaking as"), this.select, this.direct);
  }

  // Fills the list; returns who speaks.
  fill() {
    const { people, channels } = this.app.state;
    const own = (c) => (c.channel === this.channel.channel ? 0 : 1);
    const groups = [...channels].sort((a, b) => own(a) - own(b));
    this.select.replaceChildren(
      ...groups.map((c) =>
        el("optgroup", { label: c.title }, people.filter((p) => p.home === c.channel).map((p) =>
          el("option", { value: p.account }, p.role ? `${p.name} (${p.role})` : p.name)))),
      el("option", { value: SOMEBODY_NEW }, "Somebody new …"),
    );
    const known = people.map((p) => p.account);
    const remembered = this.app.remembered(this.channel.channel);
    const first = people.find((p) => p.home === this.channel.channel) || people[0];
    return known.includes(remembered) ? remembered : first?.account;
  }

  choose(account) {
    if (account !== SOMEBODY_NEW) return this.chosen(account);
    this.select.value = this.account;
    askForPerson(this.channel, (made) => {
      this.app.remember(this.channel.channel, made);
      if (this.app.state.people.some((p) => p.account === made)) this.chosen(made);
      this.done();
    });
  }

  show(account) {
    const name = this.app.nameOf(account);
    this.account = account;
    this.select.value = account;
    this.app.remember(this.channel.channel, account);
    this.face.replaceChildren(avatar(name));
    this.direct.title = `${name} alone with Mycel`;
  }

  // hasNews: Mycel has written to them there, and nobody has looked.
  mark(hasNews) {
    this.direct.classList.toggle("news", hasNews);
    this.direct.textContent = hasNews ? "Direct chat: new" : "Direct chat";
  }
}
