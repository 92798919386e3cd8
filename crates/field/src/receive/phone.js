"use strict";
/* Sends chosen files to the laptop piece by piece; after a break it goes on at the byte that the laptop has. What the laptop may have is compared
   by its SHA-256 before anything is sent; browsers have none of their own for pages without encryption. */
(() => {
  const PIECE = 1024 * 1024;
  const zh = {
    title: "把照片传到检查员的电脑",
    lead: "照片只传到旁边这台电脑，不经过互联网。请选原图；传完以前不要关闭此页。",
    pick: "选择照片和视频",
    sum: (n, of) => `电脑已收下 ${n} 个，共 ${of} 个`,
    sending: "正在传…",
    comparing: "正在核对电脑里已有的部分…",
    waiting: "连接断开，正在重试…",
    checking: "电脑正在保存…",
    taken: "已收下，原图完整",
    kept: "已收下",
    duplicate: "电脑里已有这张，没有重复存放",
    refused: (why) => `没有收下：${why}`,
    closed: "电脑已关闭接收。已收下的照片完好；没有传完的请让检查员重新打开接收页，扫码再传。",
    other: "这个二维码已由另一部手机使用。请让检查员点“换一个二维码”，再扫新码。",
    lost: { position: "没有位置", time: "没有拍摄时间", device: "没有机型" },
    lack: (what) => `文件里${what}`,
    hint: "有照片到达时没有位置：手机可能在选取时去掉了。苹果手机：在选照片的界面点“选项”，打开“包括：位置”，并选“当前（不转换）”；安卓手机：请从“文件”里选取原文件。位置和时间不会由电脑补上。",
    reasons: { empty: "文件是空的", too_large: "文件太大", disk_full: "电脑磁盘已满", sealed: "这次走访已经封存", locked: "电脑已锁定", not_a_photo: "不是照片、视频或 PDF", unreadable: "手机没有给出这个文件" },
    unknown: "请看电脑上的导入清单",
  };
  const en = {
    title: "Send photos to the inspector's laptop",
    lead: "Photos go to the laptop beside you only, not over the internet. Choose originals, and leave this page open until all have arrived.",
    pick: "Choose photos and films",
    sum: (n, of) => `${n} of ${of} are on the laptop`,
    sending: "Sending…",
    comparing: "Comparing with what the laptop has…",
    waiting: "The connection broke; trying again…",
    checking: "The laptop is storing it…",
    taken: "Stored, the original whole",
    kept: "Stored",
    duplicate: "The laptop has it already; it was not stored twice",
    refused: (why) => `Not stored: ${why}`,
    closed: "The laptop no longer takes photos. What was stored is safe; for the rest ask the inspector to open the page again, and scan its code.",
    other: "Another phone uses this code. Ask the inspector to press “New code”, and scan that one.",
    lost: { position: "no position", time: "no time of taking", device: "no device" },
    lack: (what) => `The file holds ${what}`,
    hint: "Some photos arrived without a position: the phone may have taken it out. On an iPhone tap “Options” where you choose photos, include the location and keep the current format; on Android choose the original from “Files”. The laptop adds neither place nor time.",
    reasons: { empty: "the file is empty", too_large: "the file is too large", disk_full: "the laptop's disk is full", sealed: "the visit is sealed already", locked: "the laptop is locked", not_a_photo: "it is no photo, film or PDF", unreadable: "the phone did not give the file" },
    unknown: "see the laptop's list",
  };
  const words = (navigator.language || "zh").toLowerCase().startsWith("zh") ? zh : en;
  document.documentElement.lang = words === zh ? "zh-CN" : "en";
  for (const place of document.querySelectorAll("[data-say]")) place.textContent = words[place.dataset.say];

  const base = location.pathname.replace(/\/$/, "");
  const list = document.getElementById("list");
  const rows = [];
  let over = "";
  const pause = (ms) => new Promise((go) => setTimeout(go, ms));

  function add(file) {
    const line = document.createElement("li");
    const name = document.createElement("div");
    name.textContent = file.name;
    const bar = document.createElement("progress");
    bar.max = Math.max(1, file.size);
    bar.value = 0;
    bar.setAttribute("aria-label", file.name);
    const note = document.createElement("div");
    line.append(name, bar, note);
    list.append(line);
    const row = { file, line, bar, note, state: "queued" };
    rows.push(row);
    return row;
  }
  function say(row, text, kind) {
    row.note.textContent = text;
    row.note.className = kind;
  }
  function tally() {
    const done = rows.filter((row) => row.state === "taken" || row.state === "duplicate").length;
    document.getElementById("sum").textContent = over || (rows.length ? words.sum(done, rows.length) : "");
  }

  /* SHA-256 (FIPS 180-4, 6.2) of bytes that come in parts. Its constants are fractions of square and cube roots of the first primes. */
  const fraction = (root) => Math.floor((root - Math.floor(root)) * 4294967296);
  const primes = [];
  for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime)) primes.push(n);
  const ROUNDS = Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime)));
  const BEGINNING = Uint32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));
  class Sha256 {
    state = BEGINNING.slice();
    words = new Int32Array(64);
    rest = new Uint8Array(64);
    filled = 0;
    bytes = 0;

    block(view, at) {
      const { state, words: w } = this;
      for (let i = 0; i < 16; i++) w[i] = view.getInt32(at + i * 4);
      for (let i = 16; i < 64; i++) {
        const x = w[i - 15], y = w[i - 2];
        const one = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
        const two = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
        w[i] = (w[i - 16] + one + w[i - 7] + two) | 0;
      }
      let [a, b, c, d, e, f, g, h] = state;
      for (let i = 0; i < 64; i++) {
        const high = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
        const first = (h + high + ((e & f) ^ (~e & g)) + ROUNDS[i] + w[i]) | 0;
        const low = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
        const second = (low + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        h = g, g = f, f = e, e = (d + first) | 0;
        d = c, c = b, b = a, a = (first + second) | 0;
      }
      state[0] += a, state[1] += b, state[2] += c, state[3] += d, state[4] += e, state[5] += f, state[6] += g, state[7] += h;
    }
    take(part) {
      this.bytes += part.length;
      let at = 0;
      if (this.filled) {
        at = Math.min(64 - this.filled, part.length);
        this.rest.set(part.subarray(0, at), this.filled);
        this.filled += at;
        if (this.filled < 64) return;
        this.block(new DataView(this.rest.buffer), 0);
      }
      const view = new DataView(part.buffer, part.byteOffset, part.length);
      for (; at + 64 <= part.length; at += 64) this.block(view, at);
      this.rest.set(part.subarray(at));
      this.filled = part.length - at;
    }
    hex() {
      const { bytes } = this;
      const end = new Uint8Array((this.filled < 56 ? 64 : 128) - this.filled);
      end[0] = 128;
      const view = new DataView(end.buffer);
      view.setUint32(end.length - 8, Math.floor(bytes / 536870912));
      view.setUint32(end.length - 4, bytes << 3);
      this.take(end);
      return Array.from(this.state, (word) => word.toString(16).padStart(8, "0")).join("");
    }
  }
  /* The digest of so many of a file's first bytes. */
  async function digest(row, bytes) {
    const hash = new Sha256();
    for (let at = 0; at < bytes; at += PIECE) {
      row.bar.value = at;
      hash.take(new Uint8Array(await row.file.slice(at, Math.min(at + PIECE, bytes)).arrayBuffer()));
    }
    return hash.hex();
  }

  /* Asks until there is an answer; a break is waited out, an end is final. */
  async function ask(path, options, row) {
    for (let wait = 500; ; wait = Math.min(wait * 2, 8000)) {
      if (over) throw new Error("over");
      try {
        const answer = await fetch(base + path, { ...options, cache: "no-store" });
        if (answer.status === 404 || answer.status === 403) {
          over = answer.status === 403 ? words.other : words.closed;
          throw new Error("over");
        }
        if (answer.ok) return answer;
        if (answer.status < 500) throw new Error("refused");
      } catch (cause) {
        if (over || cause.message === "refused") throw cause;
      }
      if (row) say(row, words.waiting, "lack");
      await pause(wait);
    }
  }
  function ended(row, told) {
    row.bar.hidden = true;
    row.state = told.state;
    if (told.state === "refused") return say(row, words.refused(words.reasons[told.reason] || words.unknown), "bad");
    const lost = (told.missing || []).map((one) => words.lost[one]).filter(Boolean);
    // What came without its position is no whole original.
    say(row, words[told.state === "taken" && lost.length ? "kept" : told.state] + (lost.length ? ` · ${words.lack(lost.join(words === zh ? "、" : ", "))}` : ""), lost.length ? "lack" : "good");
    if ((told.missing || []).includes("position")) {
      const hint = document.getElementById("hint");
      hint.textContent = words.hint;
      hint.hidden = false;
    }
  }
  async function send(row) {
    const { file } = row;
    row.state = "sending";
    say(row, words.sending, "quiet");
    const asks = async (path, what) => {
      const answer = await ask(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(what) }, row);
      return answer.json();
    };
    let begun = await asks("/files", { name: file.name, size: file.size, modified_ms: Math.round(file.lastModified || 0) });
    while (begun.compare) {
      say(row, words.comparing, "quiet");
      let sha256;
      try {
        sha256 = await digest(row, begun.compare);
      } catch {
        return ended(row, { state: "refused", reason: "unreadable" });
      }
      begun = await asks(`/files/${begun.id}`, { bytes: begun.compare, sha256 });
    }
    if (!begun.id) return ended(row, { state: "refused", reason: begun.reason });
    let offset = begun.offset;
    say(row, words.sending, "quiet");
    while (offset < file.size) {
      row.bar.value = offset;
      let piece;
      try {
        piece = await file.slice(offset, offset + PIECE).arrayBuffer();
      } catch {
        return ended(row, { state: "refused", reason: "unreadable" });
      }
      const answer = await ask(`/files/${begun.id}`, { method: "PATCH", headers: { "content-type": "application/octet-stream", "upload-offset": String(offset) }, body: piece }, row);
      const told = await answer.json();
      if (told.reason) return ended(row, { state: "refused", reason: told.reason });
      offset = told.offset;
      say(row, words.sending, "quiet");
    }
    row.bar.value = file.size;
    say(row, words.checking, "quiet");
    for (;;) {
      const told = await (await ask(`/files/${begun.id}`, {}, row)).json();
      if (told.state !== "checking") return ended(row, told);
      await pause(300);
    }
  }
  let running = false;
  async function work() {
    if (running) return;
    running = true;
    for (let row; (row = rows.find((one) => one.state === "queued"));) {
      try {
        await send(row);
      } catch {
        if (!over) ended(row, { state: "refused" });
      }
      tally();
      if (over) break;
    }
    running = false;
    tally();
  }
  document.getElementById("files").addEventListener("change", (event) => {
    for (const file of event.target.files) add(file);
    event.target.value = "";
    tally();
    void work();
  });
})();
