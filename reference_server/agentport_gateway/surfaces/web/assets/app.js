// What makes the pages livelier. Every page works without it.
"use strict";

function announce(words) {
  const announcer = document.getElementById("announcer");
  if (announcer) announcer.textContent = words;
}

function showTimes(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const moment = new Date(time.dateTime);
    if (!time.title && !Number.isNaN(moment.valueOf())) {
      time.title = time.textContent;
      time.textContent = moment.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
    }
  }
}

// The server says how many seconds are left, so that a wrong clock here does not matter.
const deadlines = new WeakMap();
function countDown() {
  for (const timer of document.querySelectorAll("[data-seconds-left]")) {
    if (!deadlines.has(timer)) deadlines.set(timer, performance.now() + Number(timer.dataset.secondsLeft) * 1000);
    const left = Math.max(0, Math.ceil((deadlines.get(timer) - performance.now()) / 1000));
    const minutes = Math.floor(left / 60);
    timer.textContent = `${minutes}:${String(left % 60).padStart(2, "0")}`;
    if (left > 0 && left <= 60 && !timer.dataset.warned && timer.closest("#request")) {
      timer.dataset.warned = "yes";
      announce("Less than a minute left to decide");
    }
    if (left === 0 && !timer.dataset.over) {
      timer.dataset.over = "yes";
      setTimeout(refresh, 1200);
    }
  }
}

// Parts marked as live are replaced when the server's version of them is another one.
let refreshing = false;
let again = false;
async function refresh() {
  // What happens while a look is under way may not be in it: look once more.
  again = refreshing;
  if (refreshing) return;
  refreshing = true;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (answer.redirected) return location.reload();
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of document.querySelectorAll("[data-live]")) {
      const now = fresh.getElementById(part.id);
      if (!now || now.dataset.live === part.dataset.live) continue;
      const held = part.contains(document.activeElement);
      part.replaceWith(document.adoptNode(now));
      showTimes(now);
      // Who was at a button that is gone goes on reading here, not at the top of the browser.
      if (held) document.getElementById("main")?.focus();
      if (now.dataset.say) announce(now.dataset.say);
      document.title = fresh.title;
    }
  } catch {
    // The gateway cannot be reached just now; the next news or the next look tries again.
  } finally {
    refreshing = false;
    if (again) setTimeout(refresh, 200);
  }
}

// One stream while the page is looked at: browsers open only a few connections to one host.
let news = null;
function listen() {
  if (document.hidden) {
    news?.close();
    news = null;
  } else if (!news && document.querySelector("[data-live]")) {
    news = new EventSource("/events");
    news.addEventListener("changed", refresh);
    news.addEventListener("ended", () => location.reload());
    news.addEventListener("open", refresh);
    news.addEventListener("error", () => {
      // Refused for good, because nobody is signed in any more: the next look leads to the sign-in.
      if (news && news.readyState === EventSource.CLOSED) {
        news = null;
        refresh();
      }
    });
  }
}

showTimes(document);
setInterval(countDown, 500);
listen();
document.addEventListener("visibilitychange", listen);

for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(source.textContent);
      button.textContent = "Copied";
      announce("Copied");
    } catch {
      // Without TLS a browser may refuse: what is to be copied is selected instead.
      getSelection().selectAllChildren(source);
      button.textContent = "Selected: press Ctrl+C";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 2500);
  });
}

const fromFragment = document.querySelector("[data-from-fragment]");
if (fromFragment && location.hash.length > 1) {
  fromFragment.value = decodeURIComponent(location.hash.slice(1));
  history.replaceState(null, "", location.pathname);
}
