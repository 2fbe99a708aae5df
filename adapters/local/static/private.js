// What only one person sees: the answer to what they typed or pressed. Kept in this page, for each person.
import { el } from "./dom.js";
import { renderMessage } from "./blocks.js";

// `note`: { account, typed, reply, note }; `room` as for messages, with `close` for what happens when it is put away.
export function renderPrivate(note, room, close) {
  const isWrong = note.reply.is === "invalid";
  const hands = {
    press: (action, button) => room.pressPrivate(note, action, button),
    open: (id) => room.openPrivate(note, id),
  };
  const parts = note.reply.message ? renderMessage(note.reply.message, hands) : [el("p", {}, note.words)];
  const name = room.nameOf(note.account);
  return el(
    "aside",
    { class: `private ${isWrong ? "wrong" : ""}`, "data-account": note.account, "aria-label": `Only ${name} can see this` },
    el(
      "header",
      {},
      el("span", {}, `Only ${name} can see this`),
      el("button", { type: "button", class: "plain", "aria-label": "Put this answer away", title: "Put away", onclick: close }, "✕"),
    ),
    note.typed && el("p", { class: "typed" }, note.typed),
    el("div", { class: "card" }, parts),
  );
}
