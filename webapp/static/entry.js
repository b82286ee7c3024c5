"use strict";
// Sheets are sent without leaving the page, since a browser loses what is typed between two pages.
// What is typed meanwhile is kept in its order, and typed once the next page is there.
const AGAIN = 2000; // ms until a server that does not answer is asked once more
const keys = [];
let waiting = false; // for the server
let held = false; // the page complains, and what follows was not typed for it

function tell(name) {
  for (const each of document.querySelectorAll("[data-tell]")) {
    each.hidden = each.dataset.tell !== name;
  }
}

function move(field, steps) {
  const stops = (each) => each.type !== "hidden" && each.tabIndex >= 0;
  const fields = [...field.form.elements].filter(stops);
  const next = fields[fields.indexOf(field) + steps];
  next?.focus();
  next?.select?.();
}

function enter(field) {
  if (field.matches(".typing input")) move(field, 1);
  else if (field.matches("button")) field.click();
  else field.form.requestSubmit();
}

function write(field, text) {
  if (!field.matches("input:not([type=date])")) return;
  const { selectionStart: start, selectionEnd: end } = field;
  const from = text || start < end ? start : Math.max(start - 1, 0); // without text: delete
  field.setRangeText(text, from, end, "end");
}

function press(key) {
  const field = document.activeElement;
  if (key === "Enter") enter(field);
  else if (key === "Tab") move(field, 1);
  else if (key === "Shift+Tab") move(field, -1);
  else write(field, key === "Backspace" ? "" : key);
}

async function answer(form, button) {
  const said = new URLSearchParams(new FormData(form));
  if (button?.name) said.append(button.name, button.value);
  const isGet = form.method === "get";
  for (;;) {
    try {
      const found = isGet
        ? await fetch(`${form.action}?${said}`)
        : await fetch(form.action, { method: "POST", body: said });
      const page = new DOMParser().parseFromString(await found.text(), "text/html");
      if (found.status < 500) return [found, page];
    } catch {
      // No network: a sheet that is sent twice is stored once.
    }
    tell("away");
    await new Promise((resolve) => setTimeout(resolve, AGAIN));
  }
}

async function send(form, button) {
  waiting = form.inert = true;
  const [found, page] = await answer(form, button);
  waiting = form.inert = false;
  if (!page.querySelector("[data-entry]")) {
    keys.length = 0;
    tell("refused");
    return;
  }
  history.pushState(null, "", found.url);
  document.title = page.title;
  document.body = page.body;
  const field = document.querySelector("[autofocus]");
  field.focus();
  held = !found.ok && keys.length > 0;
  if (held) tell("held");
  if (!found.ok) return;
  field.select?.();
  while (keys.length && !waiting) press(keys.shift());
}

function release() {
  if (held) tell("");
  held = false;
}

function keep(event) {
  event.preventDefault();
  if (held && event.key === "Escape") release();
  else if (event.key === "Tab" && event.shiftKey) keys.push("Shift+Tab");
  else if (/^(Enter|Tab|Backspace|.)$/u.test(event.key)) keys.push(event.key);
}

function listen() {
  document.addEventListener("keydown", (event) => {
    const isCommand = event.ctrlKey || event.metaKey || event.altKey;
    if (event.isComposing || (isCommand && !event.getModifierState("AltGraph"))) return;
    if (event.key === "Enter" && event.repeat) event.preventDefault();
    else if (waiting || held) keep(event);
    else if (event.key === "Enter" && event.target.matches(".typing input")) {
      event.preventDefault();
      enter(event.target);
    }
  });
  document.addEventListener("pointerdown", release);
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-entry]")) return;
    event.preventDefault();
    send(event.target, event.submitter);
  });
  addEventListener("popstate", () => location.reload());
  addEventListener("beforeunload", (event) => {
    if (waiting || keys.length) event.preventDefault();
  });
}

// An old browser sends each sheet as a page of its own.
if ("inert" in document.body && "requestSubmit" in HTMLFormElement.prototype) listen();
