// The playground's page: several groups' channels side by side, kept up to date by server-sent events.
import { getState, listen } from "./api.js";
import { Clock } from "./clock.js";
import { Column } from "./column.js";
import { Directs, isDirect } from "./direct.js";
import { el } from "./dom.js";
import { askForChannel } from "./growing.js";

const byId = (id) => document.getElementById(id);
const columns = new Map();
const tabs = new Map();
const app = { state: null, clock: null, nameOf, now, toast, remember, remembered, spoke, openDirect, closeDirect };
const directs = new Directs(app, columns, show);

function nameOf(account) {
  return app.state.people.find((p) => p.account === account)?.name || account;
}

function now() {
  return app.clock ? app.clock.now() : new Date(app.state.clock.now);
}

let toastTimer;
function toast(words) {
  byId("toast").textContent = words;
  byId("toast").classList.add("shown");
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => byId("toast").classList.remove("shown"), 8000);
}

// What this browser remembers, where it may: who speaks in which channel (this tab), light or dark (always).
function stored(store, key, value) {
  try {
    if (value === undefined) return window[store].getItem(key);
    window[store].setItem(key, value);
  } catch {
    return null;
  }
  return value;
}

function remember(channel, account) {
  stored("sessionStorage", `speaker ${channel}`, account);
}

function remembered(channel) {
  return stored("sessionStorage", `speaker ${channel}`);
}

function showChannels(channels) {
  app.state.channels = channels;
  for (const channel of channels) {
    const column = columns.get(channel.channel);
    if (column) column.setChannel(channel);
    else show(new Column(channel, app), channel.title);
    tabs.get(channel.channel).textContent = channel.title;
  }
}

function show(column, title) {
  const channel = column.channel.channel;
  columns.set(channel, column);
  byId("columns").append(column.element);
  const tab = el("button", { type: "button", onclick: () => goTo(channel) }, title);
  tabs.set(channel, tab);
  byId("tabs").append(tab);
  watcher.observe(column.element);
}

function openDirect(account) {
  directs.open(account);
  enter(`@${account}`);
}

function closeDirect(account) {
  directs.close(account);
}

// Somebody else speaks in a channel: whose direct chats are there follows.
function spoke() {
  directs.refresh();
  for (const [channel, column] of columns) tabs.get(channel).hidden = column.element.hidden;
}

// A new channel comes with the next change.
function whenThere(channel, then, tries = 50) {
  if (columns.has(channel)) then(channel);
  else if (tries > 0) setTimeout(() => whenThere(channel, then, tries - 1), 100);
}

function enter(channel) {
  goTo(channel);
  columns.get(channel).composer.text.focus({ preventScroll: true });
}

function goTo(channel) {
  const column = columns.get(channel);
  byId("columns").scrollTo({ left: column.element.offsetLeft - byId("columns").offsetLeft, behavior: "smooth" });
}

// On a phone one column is seen at a time: its tab is the current one.
const watcher = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    const channel = entry.target.id.replace("channel-", "");
    const isSeen = entry.intersectionRatio > 0.6;
    if (isSeen) tabs.get(channel).classList.remove("news");
    if (isSeen) tabs.get(channel).scrollIntoView({ block: "nearest", inline: "nearest" });
    tabs.get(channel).setAttribute("aria-current", String(isSeen));
  }
}, { threshold: [0.6] });

function take(messages, isNew) {
  for (const message of messages) {
    const column = isDirect(message.channel) ? directs.column(message.channel) : columns.get(message.channel);
    column?.take(message);
    if (isNew && isDirect(message.channel)) directs.heard(message);
    const tab = tabs.get(message.channel);
    if (isNew && tab && tab.getAttribute("aria-current") === "false") tab.classList.add("news");
  }
}

function onChange(news) {
  app.clock.set(news.clock);
  const hasNew = news.people.length > app.state.people.length || news.channels.length > app.state.channels.length;
  app.state.people = news.people;
  showChannels(news.channels);
  if (hasNew) for (const column of columns.values()) column.fillSpeakers();
  take(news.messages, true);
}

function onConnection(isThere) {
  byId("connection").textContent = isThere ? "" : "The connection is gone; trying again…";
}

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  byId("theme").textContent = theme === "dark" ? "Light" : "Dark";
  byId("theme").setAttribute("aria-label", `Switch to ${theme === "dark" ? "light" : "dark"} colours`);
}

function startTheme() {
  const system = matchMedia("(prefers-color-scheme: dark)");
  setTheme(stored("localStorage", "theme") || (system.matches ? "dark" : "light"));
  system.addEventListener("change", () => !stored("localStorage", "theme") && setTheme(system.matches ? "dark" : "light"));
  byId("theme").addEventListener("click", () => {
    const theme = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    stored("localStorage", "theme", theme);
    setTheme(theme);
  });
}

async function start() {
  startTheme();
  try {
    app.state = await getState();
  } catch (error) {
    return toast(error.message || "The playground could not be loaded. Is Mycel running?");
  }
  document.title = `${app.state.network} – Mycel playground`;
  showChannels(app.state.channels);
  app.clock = new Clock(app.state.clock, { toast, moved: () => columns.forEach((column) => column.tick()) });
  take(app.state.messages, false);
  directs.start();
  for (const column of columns.values()) column.toEnd();
  byId("columns").setAttribute("aria-busy", "false");
  byId("new-channel").addEventListener("click", () => askForChannel((channel) => whenThere(channel, enter)));
  const source = listen(app.state.change, onChange, onConnection);
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => event.persisted && location.reload());
}

start();
