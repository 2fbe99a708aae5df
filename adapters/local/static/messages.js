// One message, as it is shown in a column: a person's words or Mycel's card, reactions, and what can be done with it.
import { avatar, botAvatar, el, hour, linked } from "./dom.js";
import { renderMessage } from "./blocks.js";

const EMOJI = ["👍", "❤️", "❓", "✋", "🙏", "🎉"];

// `room`: { zone(), when(message), me(), nameOf(account), press, open, react, edit, remove, reply }
export function renderEntry(message, room) {
  const isBot = message.account === null;
  const name = isBot ? "Mycel" : room.nameOf(message.account);
  const at = new Date(message.at);
  const entry = el(
    "article",
    { class: `message ${isBot ? "bot" : "person"}`, "data-id": message.id, tabindex: "-1", "aria-label": `${name}, ${hour(at, room.zone())}` },
    isBot ? botAvatar() : avatar(name),
    el(
      "div",
      { class: "content" },
      el(
        "header",
        {},
        el("strong", {}, name),
        el("time", { datetime: message.at, title: at.toISOString() }, room.when(message)),
        message.isEdited && !message.isRemoved && !isBot && el("span", { class: "edited" }, "edited"),
      ),
      body(message, isBot, room),
      !message.isRemoved && reactions(message, room),
    ),
  );
  if (!message.isRemoved) entry.append(tools(message, entry, room));
  return entry;
}

function body(message, isBot, room) {
  if (message.isRemoved) return el("p", { class: "gone" }, "This message was taken back.");
  if (!isBot) return el("div", { class: "said", dir: "auto" }, linked(message.body));
  const hands = { press: (action, button) => room.press(message, action, button), open: (id) => room.open(message, id) };
  return el("div", { class: "card" }, renderMessage(message.body, hands));
}

function reactions(message, room) {
  const given = new Map(message.reactions.map((r) => [r.emoji, r.accounts]));
  const offered = message.account === null ? message.body.reactions : [];
  const all = [...new Set([...offered, ...given.keys()])];
  if (all.length === 0) return null;
  return el("div", { class: "reactions", role: "group", "aria-label": "Reactions" }, all.map((emoji) => {
    const accounts = given.get(emoji) || [];
    const isMine = accounts.includes(room.me());
    const names = accounts.map((account) => room.nameOf(account)).join(", ");
    const made = el(
      "button",
      {
        type: "button", class: "reaction", "aria-pressed": String(isMine), "data-focus": emoji,
        title: names || `React ${emoji}`, "aria-label": `${emoji} ${names || "nobody yet"}`,
      },
      emoji,
      accounts.length > 0 && el("span", {}, String(accounts.length)),
    );
    made.addEventListener("click", () => room.react(message, emoji, !isMine, made));
    return made;
  }));
}

function tools(message, entry, room) {
  const isMine = message.account !== null && message.account === room.me();
  const isSaid = message.account !== null && !message.thread;
  const log = () => room.say("/decide", message.id).catch((error) => room.app.toast(error.message));
  const tool = (label, shown, run) => {
    const made = el("button", { type: "button", title: label, "aria-label": label, "data-focus": label }, shown);
    made.addEventListener("click", () => run(made));
    return made;
  };
  return el(
    "div",
    { class: "tools", role: "group", "aria-label": "What to do with this message" },
    tool("Reply in thread", "↩", () => room.reply(message)),
    tool("React", "☺", (button) => pick(entry, button, (emoji) => room.react(message, emoji, true, button))),
    isSaid && tool("Log as decision", "⚑", log),
    isMine && tool("Edit", "✎", () => startEdit(entry, message, room)),
    isMine && tool("Delete", "✕", () => confirmed(entry, () => room.remove(message))),
  );
}

function pick(entry, button, choose) {
  const open = entry.querySelector(".picker");
  if (open) return open.remove();
  const close = () => (picker.remove(), button.focus());
  const picker = el("div", { class: "picker", role: "group", "aria-label": "Choose a reaction" }, EMOJI.map((emoji) =>
    el("button", { type: "button", "aria-label": emoji, onclick: () => (close(), choose(emoji)) }, emoji)));
  picker.addEventListener("keydown", (event) => event.key === "Escape" && (event.stopPropagation(), close()));
  entry.append(picker);
  picker.firstChild.focus();
}

function confirmed(entry, run) {
  if (entry.querySelector(".confirm")) return;
  const close = () => asked.remove();
  const asked = el(
    "div",
    { class: "confirm", role: "group", "aria-label": "Delete this message?" },
    el("span", {}, "Delete this message?"),
    el("button", { type: "button", class: "action danger", onclick: () => (close(), run()) }, "Delete"),
    el("button", { type: "button", class: "action", onclick: close }, "Keep"),
  );
  asked.addEventListener("keydown", (event) => event.key === "Escape" && (event.stopPropagation(), close()));
  entry.querySelector(".content").append(asked);
  asked.querySelector("button").focus();
}

export function startEdit(entry, message, room) {
  if (entry.querySelector(".editing")) return;
  const said = entry.querySelector(".said");
  const text = el("textarea", { "aria-label": "Change the message", rows: 2, maxLength: 10000 });
  const form = el(
    "form",
    { class: "editing" },
    text,
    el("div", { class: "actions" }, el("button", { type: "submit", class: "action primary" }, "Save"),
      el("button", { type: "button", class: "action", onclick: () => stop() }, "Cancel")),
  );
  const stop = () => (form.remove(), (said.hidden = false), room.refresh(message.id));
  text.value = message.body;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (text.value.trim() && text.value !== message.body && !(await room.edit(message, text.value))) return;
    stop();
  });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Escape") (event.stopPropagation(), stop());
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) (event.preventDefault(), form.requestSubmit());
  });
  said.hidden = true;
  said.after(form);
  text.focus();
  text.setSelectionRange(text.value.length, text.value.length);
}
