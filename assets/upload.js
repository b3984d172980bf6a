/* Files for a case: chosen, dropped or taken with the camera, sent one request each with their true
   progress. A file that was refused says why on its line and, where it is worth it, is tried again
   under the same mark, so that one whose answer was lost is not kept twice. */
(() => {
  "use strict";
  const AT_ONCE = 2;
  const LOST = "The connection was lost on the way. Try again.";
  const waiting = [];
  let sending = 0;

  const made = (tag, name, text = "") => {
    const one = document.createElement(tag);
    if (name) one.className = name;
    if (text) one.textContent = text;
    return one;
  };
  const button = (word, name, does) => {
    const one = made("button", "button small", word);
    one.type = "button";
    one.append(made("span", "sr", ` ${name}`));
    one.addEventListener("click", does);
    return one;
  };

  const say = (job, state, words, ...doing) => {
    job.line.dataset.state = state;
    job.said.textContent = words;
    job.doing.replaceChildren(...doing);
    job.bar.hidden = !["waiting", "sending", "checking"].includes(state);
  };
  const putAway = (job) => {
    const next = job.line.nextElementSibling ?? job.line.previousElementSibling;
    job.line.remove();
    (next?.querySelector("button") ?? job.zone.querySelector("input[type=file]"))?.focus();
  };
  const refused = (job, words, again) => {
    job.said.setAttribute("role", "alert"); // before the words come, so that they are read out
    const away = button("Put away", job.file.name, () => putAway(job));
    const retry = button("Try again", job.file.name, () => enqueue(job));
    say(job, "refused", words, ...(again ? [retry, away] : [away]));
  };
  const stored = (job) => {
    say(job, "stored", "Added", button("Put away", job.file.name, () => putAway(job)));
    job.zone.querySelector("[data-upload-done]")?.click();
  };

  const answered = (job, request) => {
    let answer = {};
    try {
      answer = JSON.parse(request.responseText);
    } catch {
      // not one of our answers: something between us gave it
    }
    if (request.status === 201) return stored(job);
    if (request.status === 413) return refused(job, job.zone.dataset.tooLarge, false);
    if (request.status === 401) return refused(job, "You are signed out. Sign in, then try again.", true);
    return refused(job, answer.sentence ?? LOST, answer.again ?? request.status >= 500);
  };
  const send = (job) => {
    const request = new XMLHttpRequest();
    const over = () => {
      sending -= 1;
      next();
    };
    request.open("POST", job.zone.dataset.upload);
    request.setRequestHeader("X-File-Name", encodeURIComponent(job.file.name.toWellFormed?.() ?? job.file.name));
    request.setRequestHeader("X-Upload-Key", job.key);
    if (job.kind) request.setRequestHeader("X-Document-Type", job.kind);
    request.upload.addEventListener("progress", (event) => {
      const share = event.total ? event.loaded / event.total : 1;
      job.bar.value = share;
      say(job, "sending", `${Math.floor(share * 100)}%`);
    });
    request.upload.addEventListener("load", () => {
      job.bar.removeAttribute("value");
      say(job, "checking", "Checking it");
    });
    request.addEventListener("load", () => {
      answered(job, request);
      over();
    });
    for (const end of ["error", "abort", "timeout"])
      request.addEventListener(end, () => {
        refused(job, LOST, true);
        over();
      });
    say(job, "sending", "0%");
    request.send(job.file);
  };
  const next = () => {
    while (sending < AT_ONCE && waiting.length) {
      sending += 1;
      send(waiting.shift());
    }
  };
  const enqueue = (job) => {
    job.said.removeAttribute("role");
    job.bar.value = 0;
    say(job, "waiting", "Waiting its turn");
    waiting.push(job);
    next();
  };

  const markOf = () => // randomUUID is there over https and on this machine alone
    Array.from(crypto.getRandomValues(new Uint8Array(16)), (each) => each.toString(16).padStart(2, "0")).join("");

  const take = (zone, files) => {
    const list = zone.querySelector("[data-upload-list]");
    const kind = zone.querySelector("select")?.value;
    for (const file of zone.dataset.single === undefined ? files : [...files].slice(0, 1)) {
      const job = { zone, file, kind, key: markOf() };
      job.line = made("li", "upload-line");
      job.said = made("span", "fig upload-said");
      job.doing = made("span", "upload-doing");
      job.bar = made("progress", "");
      job.bar.max = 1;
      job.bar.setAttribute("aria-label", `Sending ${file.name}`);
      job.line.append(made("span", "upload-name", file.name), job.said, job.doing, job.bar);
      list.append(job.line);
      if (file.size > Number(zone.dataset.largest)) refused(job, zone.dataset.tooLarge, false);
      else if (!file.size) refused(job, zone.dataset.empty, false);
      else enqueue(job);
    }
  };

  document.addEventListener("change", (event) => {
    const zone = event.target.closest?.("[data-upload]");
    if (!zone || event.target.type !== "file") return;
    take(zone, event.target.files);
    event.target.value = "";
  });
  const carries = (event) => event.dataTransfer?.types?.includes("Files");
  document.addEventListener("dragover", (event) => {
    if (!carries(event)) return;
    event.preventDefault(); // a file let go beside the zone must not replace the page
    const zone = event.target.closest?.("[data-upload]");
    event.dataTransfer.dropEffect = zone ? "copy" : "none";
    for (const each of document.querySelectorAll("[data-upload]")) each.classList.toggle("over", each === zone);
  });
  const leave = () => {
    for (const each of document.querySelectorAll("[data-upload].over")) each.classList.remove("over");
  };
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) leave();
  });
  document.addEventListener("drop", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    leave();
    const zone = event.target.closest?.("[data-upload]");
    if (zone) take(zone, event.dataTransfer.files);
  });
  window.addEventListener("beforeunload", (event) => {
    if (sending || waiting.length) event.preventDefault();
  });
})();
