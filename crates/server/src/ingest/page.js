/* nurture: tells which pages are looked at, once the reader has agreed.
<script src="https://…/nurture.js" data-key="nk_…" async></script> */
(() => {
  const d = document, w = window, s = localStorage, me = d.currentScript, o = me.dataset;
  const zh = /^zh/.test(navigator.language), yes = "nurture_yes", id = "nurture_id";
  const tell = (kind, body) => s[yes] == 1 && fetch(new URL("v1/" + kind, me.src), {
    method: "POST", keepalive: true, body: JSON.stringify({
      writeKey: o.key, anonymousId: s[id] = s[id] || crypto.randomUUID(), messageId: crypto.randomUUID(), ...body }) });
  const page = () => tell("page", { name: d.title, properties: {
    path: location.pathname, url: location.origin + location.pathname, title: d.title } });
  const say = (answer) => { s[yes] = answer; answer ? page() : delete s[id]; };
  w.nurture = { page, say, track: (event, properties) => tell("track", { event, properties }) };
  if (s[yes] == null) {
    const bar = d.createElement("div");
    bar.setAttribute("role", "dialog");
    bar.style = "position:fixed;bottom:0;left:0;right:0;padding:12px;background:#fff;color:#222;text-align:center;box-shadow:0 0 8px #0003";
    bar.append(o.ask || (zh ? "可以记录您在本站看了哪些页面吗？" : "May we note which pages you look at?"));
    [[1, o.yes || (zh ? "可以" : "Yes")], [0, o.no || (zh ? "不用" : "No")]].forEach(([answer, text]) => {
      const button = d.createElement("button");
      button.style.margin = "0 6px";
      button.append(text);
      button.onclick = () => { bar.remove(); say(answer); };
      bar.append(button);
    });
    d.body.append(bar);
  } else page();
})();
