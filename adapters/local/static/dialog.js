// A form as a real dialog. What was typed stays: while an error is shown, and when the dialog is opened again.
import { code, el } from "./dom.js";
import { renderMessage } from "./blocks.js";

const FIRST = 4; // fields that are seen at once; a form with more folds the rest away
const drafts = new Map();

// submit(values) → promise of the reply; people: names to offer where a person is asked for.
export function openForm(form, { account, people, submit, done }) {
  const key = `${account} ${form.command}`;
  const draft = drafts.get(key) || {};
  const fields = form.fields.map((field) => new FormField(field, draft[field.name], people));
  const rest = fields.slice(FIRST);
  const more = rest.length > 0 && el("details", { class: "more" }, el("summary", {}, `More (${rest.length})`),
    el("div", { class: "form-fields" }, rest.map((field) => field.element)));
  if (more) more.open = rest.some((field) => field.isRequired || field.value());
  const problem = el("div", { class: "problem", role: "alert", hidden: true });
  const send = el("button", { type: "submit", class: "action primary" }, "Send");
  const body = el(
    "form",
    { noValidate: true },
    el("h2", { id: "form-title" }, form.title || form.command),
    problem,
    el("div", { class: "form-fields" }, fields.slice(0, FIRST).map((field) => field.element), more),
    form.typed && el("p", { class: "note" }, "The same, typed: ", code(form.typed)),
    el("div", { class: "actions end" }, el("button", { type: "button", class: "action", onclick: () => dialog.close() }, "Cancel"), send),
  );
  const dialog = el("dialog", { class: "form", "aria-labelledby": "form-title" }, body);
  const values = () => Object.fromEntries(fields.map((field) => [field.name, field.value()]));
  const keep = () => drafts.set(key, values());
  body.addEventListener("input", keep);
  body.addEventListener("keydown", (event) => event.stopPropagation());
  dialog.addEventListener("close", () => (dialog.remove(), done()));
  body.addEventListener("submit", async (event) => {
    event.preventDefault();
    keep();
    send.disabled = true;
    try {
      const reply = await submit({ ...form.hidden, ...values() });
      if (reply.is === "invalid") return show(reply);
      drafts.delete(key);
      dialog.close();
    } catch (error) {
      show({ errors: {}, words: error.message });
    } finally {
      send.disabled = false;
    }
  });

  function show(reply) {
    for (const field of fields) field.complain(reply.errors[field.name]);
    if (more && rest.some((field) => reply.errors[field.name])) more.open = true;
    const isPlaced = fields.some((field) => reply.errors[field.name]);
    problem.replaceChildren(...(reply.message ? renderMessage(reply.message, { press() {}, open() {} }) : [reply.words]));
    problem.hidden = false;
    (isPlaced ? fields.find((field) => reply.errors[field.name]) : fields[0])?.focus();
  }

  document.body.append(dialog);
  dialog.showModal();
  (fields.find((field) => !field.value()) || fields[0])?.focus();
}

class FormField {
  constructor(field, draft, people) {
    this.name = field.name;
    this.isRequired = field.isRequired;
    this.field = field;
    const id = `field-${field.name}`;
    this.error = el("p", { class: "error", id: `${id}-error`, hidden: true });
    const hint = field.hint && el("p", { class: "hint", id: `${id}-hint` }, field.hint);
    this.input = this.widget(field, id, people);
    this.set(draft ?? field.value);
    const isMany = field.widget === "groups";
    const label = el(isMany ? "legend" : "label", isMany ? {} : { for: id }, field.label, field.isRequired && el("span", { class: "required" }, " (needed)"));
    this.element = el(isMany ? "fieldset" : "div", { class: `field ${field.widget}` }, label, hint, this.input, this.error);
    this.control().setAttribute("aria-describedby", `${field.hint ? `${id}-hint ` : ""}${id}-error`);
    if (field.isRequired && !isMany) this.control().setAttribute("aria-required", "true");
  }

  widget(field, id, people) {
    const options = field.options;
    switch (field.widget) {
      case "long_text":
        return el("textarea", { id, rows: 3, maxLength: 10000 });
      case "groups":
        return el("div", { class: "choices" }, options.map(([value, label], at) =>
          el("label", {}, el("input", { type: "checkbox", value, id: at ? undefined : id }), label)));
      case "group":
      case "choice":
        return el("select", { id }, el("option", { value: "" }, "–"), options.map(([value, label]) => el("option", { value }, label)));
      case "flag":
        return el("input", { type: "checkbox", id });
      case "date":
        return el("input", { type: "date", id });
      case "person": {
        const names = options.length ? options.map(([value]) => value) : people;
        return el("span", {}, el("input", { type: "text", id, list: `${id}-names` }),
          el("datalist", { id: `${id}-names` }, names.map((name) => el("option", { value: name }))));
      }
      default:
        return el("input", { type: "text", id, maxLength: 10000, autocomplete: "off" });
    }
  }

  control() {
    return this.input.matches("input, textarea, select") ? this.input : this.input.querySelector("input") || this.input;
  }

  value() {
    if (this.field.widget === "flag") return this.input.checked ? "yes" : "";
    if (this.field.widget === "groups") {
      const chosen = Array.from(this.input.querySelectorAll("input:checked"), (box) => box.value);
      return [...chosen, ...this.others].join(",");
    }
    return this.control().value;
  }

  set(value) {
    if (this.field.widget === "flag") this.input.checked = !["", "no", "false", undefined].includes(value);
    else if (this.field.widget === "groups") {
      const wanted = new Set((value || "").split(",").map((slug) => slug.trim()).filter(Boolean));
      const boxes = Array.from(this.input.querySelectorAll("input"));
      for (const box of boxes) box.checked = wanted.has("all") || wanted.delete(box.value);
      this.others = wanted.has("all") ? [] : [...wanted];
    } else this.control().value = value || "";
  }

  complain(words) {
    this.error.textContent = words || "";
    this.error.hidden = !words;
    this.control().setAttribute("aria-invalid", String(Boolean(words)));
  }

  focus() {
    this.control().focus();
  }
}
