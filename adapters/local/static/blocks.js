// Mycel's neutral messages as elements. `hands` is what can be done with them: press(action, button), open(recordId).
import { code, el, outward } from "./dom.js";

export function renderMessage(message, hands) {
  return message.blocks.map((block) => renderBlock(block, hands)).filter(Boolean);
}

function renderBlock(block, hands) {
  switch (block.is) {
    case "heading":
      return el("h3", {}, spans(block.spans, hands));
    case "paragraph":
      return el("p", {}, spans(block.spans, hands));
    case "note":
      return el("p", { class: "note" }, spans(block.spans, hands));
    case "bullets":
      return el("ul", {}, block.items.map((item) => el("li", {}, spans(item, hands))));
    case "fields":
      return el(
        "dl",
        {},
        block.rows.map(([label, value]) => el("div", {}, el("dt", {}, label), el("dd", {}, spans(value, hands)))),
      );
    case "quote":
      return el(
        "blockquote",
        {},
        el("p", { class: "words" }, block.text),
        block.source.length > 0 && el("footer", {}, spans(block.source, hands)),
      );
    case "table":
      return table(block, hands);
    case "picture":
      return el("img", {
        class: "picture",
        src: `/try/picture/${encodeURIComponent(block.name)}`,
        alt: block.alternative,
        loading: "lazy",
      });
    case "actions":
      return el("div", { class: "actions", role: "group" }, block.actions.map((action) => button(action, hands)));
    default:
      return el("p", { class: "note" }, "(Something this page cannot show yet.)");
  }
}

function table(block, hands) {
  const head = el("tr", {}, block.header.map((title) => el("th", { scope: "col" }, title)));
  const rows = block.rows.map((row) => el("tr", {}, row.map((cell) => el("td", {}, spans(cell, hands)))));
  return el(
    "div",
    { class: "table", tabindex: "0", role: "group", "aria-label": block.header.join(", ") },
    el("table", {}, el("thead", {}, head), el("tbody", {}, rows)),
  );
}

function button(action, hands) {
  const made = el(
    "button",
    { type: "button", class: `action ${action.style}`, title: action.command, "data-focus": action.command },
    action.label,
  );
  made.addEventListener("click", () => hands.press(action, made));
  return made;
}

function spans(list, hands) {
  return list.map((span) => {
    switch (span.is) {
      case "text":
        return span.text;
      case "bold":
        return el("strong", {}, span.text);
      case "code":
        return code(span.text);
      case "link":
        return outward(span.text, span.url);
      case "personmention":
        return el("span", { class: span.is_addressed ? "mention addressed" : "mention" }, `${span.is_addressed ? "@" : ""}${span.name}`);
      case "groupmention":
        return el("span", { class: "mention" }, span.name);
      case "recordmention":
        return record(span.id, hands);
      case "moment":
        return el("time", { datetime: span.at }, span.shown);
      default:
        return "";
    }
  });
}

function record(id, hands) {
  const made = el(
    "button",
    { type: "button", class: "record", title: `/show ${id}`, "aria-label": `Show ${id}`, "data-focus": `show ${id}` },
    id,
  );
  made.addEventListener("click", () => hands.open(id, made));
  return made;
}
