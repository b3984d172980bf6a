/* The end of a sign-in: warned two minutes before, extended by one click; when it is over the page
   is covered and the same person goes on in place, with everything typed still there. */
(() => {
  "use strict";
  const WARN = 120;
  const headers = { Accept: "application/json" };
  const frame = () => document.querySelector(".app");
  let timer;
  let endsAt = 0;

  const ask = async (path, method = "GET") => {
    const answer = await fetch(path, { method, headers, cache: "no-store" });
    return { ok: answer.ok, over: answer.status === 401, ...(await answer.json()) };
  };
  const again = (seconds) => {
    clearTimeout(timer);
    timer = setTimeout(check, Math.max(1, seconds) * 1000);
  };
  const left = () => Math.max(0, Math.round((endsAt - Date.now()) / 1000));

  async function check() {
    if (cover.open) return;
    try {
      const said = await ask("/session");
      if (said.over) ended();
      else if (said.ok) told(said.seconds);
      else again(60);
    } catch {
      again(30); // no connection: the frame says so
    }
  }
  function told(seconds) {
    endsAt = Date.now() + seconds * 1000;
    if (seconds > WARN) {
      if (warning.open) warning.close();
      again(Math.min(seconds - WARN, 300));
    } else {
      if (!warning.open) warning.showModal();
      count();
    }
  }
  function count() {
    if (!warning.open) return;
    const seconds = left();
    const words = seconds >= 60 ? `${Math.ceil(seconds / 60)} minutes` : `${seconds} seconds`;
    warning.querySelector("[data-left]").textContent =
      seconds === 60 ? "1 minute" : words;
    clearTimeout(timer);
    timer = setTimeout(seconds === 0 ? check : count, 1000);
  }

  /* Made here and not by React: they must work when the page cannot. */
  const make = (tag, props = {}, ...children) => {
    const made = Object.assign(document.createElement(tag), props);
    made.append(...children);
    return made;
  };
  const warning = make("dialog", { id: "session-warning" });
  warning.setAttribute("aria-labelledby", "session-warning-title");
  const stay = make("button", { type: "button", className: "button main", textContent: "Stay signed in" });
  const leave = make("button", { type: "button", className: "button", textContent: "Sign out" });
  const leftText = make("strong");
  leftText.dataset.left = "";
  warning.append(
    make(
      "div",
      { className: "stack" },
      make("h2", { id: "session-warning-title", textContent: "Are you still there?" }),
      make("p", {}, "You will be signed out in ", leftText, ". What you typed is kept."),
      make("p", { className: "chips" }, stay, leave),
    ),
  );
  const extend = async () => {
    try {
      const said = await ask("/session/extend", "POST");
      if (said.over) ended();
      else told(said.seconds);
    } catch {
      again(5);
    }
  };
  stay.addEventListener("click", extend);
  warning.addEventListener("cancel", (event) => {
    event.preventDefault();
    extend();
  });
  leave.addEventListener("click", () =>
    document.querySelector("form[action='/sign-out']")?.requestSubmit(),
  );

  const cover = make("dialog", { id: "session-cover", className: "cover" });
  cover.setAttribute("aria-labelledby", "session-cover-title");
  const alarm = () => {
    const made = make("p", { className: "field-error", hidden: true });
    made.setAttribute("role", "alert");
    return made;
  };
  const sentence = alarm();
  const box = (id, label, type, auto) => {
    const input = make("input", { id, name: id, type, autocomplete: auto, className: "box w20", required: true });
    return make("div", { className: "field" }, make("label", { htmlFor: id, textContent: label }), input);
  };
  /* Only where somebody has signed in that way in this browser: it leaves the page. */
  const organisation = make("a", {
    className: "button wide",
    textContent: "Sign in with your organisation",
    hidden: !/(^|; )(__Host-)?cma-organisation=/.test(document.cookie),
  });
  const form = make(
    "form",
    { className: "stack", method: "post" },
    make("h2", { id: "session-cover-title", textContent: "You are signed out" }),
    make("p", { textContent: "Sign in to go on where you were. What you typed is kept." }),
    sentence,
    box("cover-identifier", "Username or e-mail address", "text", "username"),
    box("cover-password", "Password", "password", "current-password"),
    make("button", { type: "submit", className: "button main wide", textContent: "Sign in" }),
    organisation,
  );
  /* The second step of who has a second factor: a code, a recovery code or a passkey, in place. */
  const secondSentence = alarm();
  const codeBox = box("cover-code", "Code", "text", "one-time-code");
  codeBox.append(make("p", { className: "hint", id: "cover-code-hint", textContent: "From your authenticator app, or a recovery code." }));
  codeBox.querySelector("input").setAttribute("aria-describedby", "cover-code-hint");
  const byPasskey = make("button", { type: "button", className: "button wide", textContent: "Use a passkey", hidden: true });
  const second = make(
    "form",
    { className: "stack", method: "post", hidden: true },
    make("h2", { textContent: "One more step" }),
    secondSentence,
    codeBox,
    make("button", { type: "submit", className: "button main wide", textContent: "Sign in" }),
    byPasskey,
  );
  cover.append(form, second);
  cover.addEventListener("cancel", (event) => event.preventDefault());
  const say = (where, words) => {
    where.textContent = words;
    where.hidden = !words;
  };
  const CUT = "The connection is interrupted. Try again in a moment.";
  const show = (step) => {
    form.hidden = step !== form;
    second.hidden = step !== second;
    step.querySelector("input").focus();
  };
  /* Send a step; who is let in goes on where they were, and who waits is asked once more. */
  async function send(step, words, path, fields) {
    try {
      const answer = await fetch(path, { method: "POST", headers, body: new URLSearchParams(fields) });
      const said = await answer.json();
      if (!answer.ok) {
        if (said.over) show(form);
        say(said.over ? sentence : words, said.sentence);
        return;
      }
      const mine = String(said.person) === frame()?.dataset.person;
      if (!mine || said.must_change_password) {
        location.assign(said.waits.length ? "/sign-in/second" : "/");
        return;
      }
      say(words, "");
      if (said.waits.length) {
        byPasskey.hidden = !said.waits.includes("passkey") || !("PublicKeyCredential" in window);
        show(second);
        return;
      }
      show(form);
      delete document.documentElement.dataset.covered;
      cover.close();
      renew();
    } catch {
      say(words, CUT);
    }
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const typed = {
      identifier: form.elements["cover-identifier"].value,
      password: form.elements["cover-password"].value,
    };
    form.elements["cover-password"].value = "";
    send(form, sentence, "/sign-in", typed);
  });
  second.addEventListener("submit", (event) => {
    event.preventDefault();
    const code = second.elements["cover-code"].value;
    second.elements["cover-code"].value = "";
    send(second, secondSentence, "/sign-in/second", { code });
  });
  byPasskey.addEventListener("click", async () => {
    const { askPasskey, whyNot } = await import("/passkeys.js");
    try {
      const passkey = await askPasskey("/sign-in/second/options");
      await send(second, secondSentence, "/sign-in/second", { passkey });
    } catch (error) {
      say(secondSentence, whyNot(error));
    }
  });
  /* The open socket still carries the old cookie: let Reflex close it as it does when a page is
     hidden, and open it again as it does when a page is shown. */
  let renewed = 0; // when: what the old socket still refuses is no reason to load the page anew
  function renew() {
    renewed = Date.now();
    window.dispatchEvent(new PageTransitionEvent("pagehide", { persisted: false }));
    document.dispatchEvent(new Event("visibilitychange"));
    check();
  }

  function ended() {
    clearTimeout(timer);
    if (document.documentElement.dataset.ready !== "true" && frame()?.dataset.person === "0") {
      location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
      return;
    }
    if (warning.open) warning.close();
    document.querySelectorAll("dialog[open]").forEach((dialog) => {
      if (dialog !== cover) dialog.close();
    });
    document.documentElement.dataset.covered = "true";
    const here = encodeURIComponent(location.pathname + location.search);
    organisation.href = `/sign-in/organisation?next=${here}`;
    if (!cover.open) cover.showModal();
  }
  /* The gate said that an event came without a living sign-in, or with another person's. */
  async function refused() {
    try {
      const said = await ask("/session");
      if (said.over) ended();
      else if (document.querySelector("[data-visit-left]")) location.assign("/centres");
      else if (said.ok && !cover.open && Date.now() - renewed > 3000) reloadOnce();
    } catch {
      again(5);
    }
  }

  function reloadOnce() {
    const last = Number(sessionStorage.getItem("cma-reloaded") ?? 0);
    if (Date.now() - last < 10000) return; // never in a circle
    sessionStorage.setItem("cma-reloaded", String(Date.now()));
    location.reload();
  }

  let seen = "";
  const begin = () => {
    document.body.append(warning, cover);
    const look = () => {
      const now = frame()?.dataset.ended ?? "";
      if (!now || now === seen) return false;
      seen = now;
      refused();
      return true;
    };
    new MutationObserver(look).observe(document, {
      subtree: true,
      childList: true,
      attributeFilter: ["data-ended"],
    });
    if (!look()) check();
    document.addEventListener("visibilitychange", (event) => {
      if (event.isTrusted && document.visibilityState === "visible") check();
    });
  };
  /* After React has taken the page over: what it did not make before that, it would remove. */
  const waiting = new MutationObserver(() => {
    if (document.documentElement.dataset.ready === "true" || frame()?.dataset.ended) {
      waiting.disconnect();
      begin();
    }
  });
  waiting.observe(document, {
    subtree: true,
    childList: true,
    attributeFilter: ["data-ready", "data-ended", "data-hydrated"],
  });
})();
