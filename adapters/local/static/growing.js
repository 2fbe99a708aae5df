// More channels and people than the playground begins with.
import { post } from "./api.js";
import { openForm } from "./dialog.js";

// made(channel): its id.
export function askForChannel(made) {
  const title = { name: "title", label: "Name", hint: "A city, a team. A steward makes it a group’s home with /group." };
  ask("channel", "A new channel", title, async (values) => made((await post("channel", values)).channel));
}

// made(account): who can be spoken as from now on, at home in `channel`.
export function askForPerson(channel, made) {
  const name = { name: "name", label: "Name", hint: `At home in ${channel.title}. Mycel learns to know them when they speak.` };
  const add = async (values) => made((await post("person", { ...values, channel: channel.channel })).account);
  ask("person", "Somebody new", name, add);
}

function ask(command, title, field, add) {
  const fields = [{ ...field, widget: "text", value: "", isRequired: true, options: [] }];
  const submit = async (values) => (await add(values), { is: "nothing" });
  openForm({ command, title, fields, hidden: {}, typed: "" }, { account: "", people: [], submit, done() {} });
}
