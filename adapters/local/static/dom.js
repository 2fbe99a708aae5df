// Elements from plain values. Whatever comes from people or from Mycel goes in as text, never as HTML.

export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else if (name in element && typeof value !== "string") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

// Something to type; an option is not broken after its dashes.
export function code(text) {
  const parts = text.split(/(--[\w-]+)/g);
  return el("code", {}, parts.map((part, at) => (at % 2 ? el("span", { class: "option" }, part) : part)));
}

// An avatar: initials on one of eight quiet colours, the same for a name everywhere.
export function avatar(name) {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + letter.codePointAt(0)) % 997;
  return el("span", { class: `avatar tone-${sum % 8}`, "aria-hidden": "true" }, name.slice(0, 1).toUpperCase());
}

export function botAvatar() {
  return el("img", { class: "avatar", src: "/try/static/mycel.svg", alt: "", width: "32", height: "32" });
}

// Links in people's words become links that can be followed, and nothing else does.
export function linked(text) {
  return text.split(/(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)])/g).map((part, at) => (at % 2 ? outward(part, part) : part));
}

export function outward(text, url) {
  if (!/^https?:\/\//i.test(url)) return el("span", {}, text);
  return el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, text);
}

const formats = new Map();

export function shown(date, zone, options) {
  const key = zone + JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options }));
  return formats.get(key).format(date);
}

export const hour = (date, zone) => shown(date, zone, { hour: "2-digit", minute: "2-digit" });
export const day = (date, zone) =>
  shown(date, zone, { weekday: "short", day: "numeric", month: "short" }).replace(",", "");
export const fullDay = (date, zone) =>
  shown(date, zone, { weekday: "short", day: "numeric", month: "short", year: "numeric" }).replace(",", "");

// Whether "HH:MM" lies in quiet hours such as "18:00-09:00".
export function within(quiet, time) {
  const found = /^(\d\d:\d\d)-(\d\d:\d\d)$/.exec(quiet);
  if (!found) return false;
  const [, from, to] = found;
  return from <= to ? time >= from && time < to : time >= from || time < to;
}
