// The sheet on which the citizen sees who asks for what, and decides.
"use strict";
(() => {
  const words = {
    id: {
      request: "Permintaan data", asks: "{who} meminta data Anda", basis: "Dasar hukum", kept: "Disimpan",
      place: "Tempat", compare: "Kode ini harus sama dengan di layar petugas",
      wanted: "{n} data yang diminta", needed: "wajib", chosen: "opsional", only: "hanya dijawab ya atau tidak",
      pin: "PIN Anda", hint: "PIN sandbox: 123456", approve: "Setujui", deny: "Tolak",
      wrong: "PIN salah. Sisa percobaan: {n}.", empty: "Masukkan PIN 6 angka.", sent: "Data dikirim",
      sentTo: "{who} menerima: {what}.", nothing: "{who} tidak menerima data apa pun.", denied: "Anda menolak",
      locked: "Terlalu banyak PIN salah", late: "Waktu sudah habis", offline: "Gateway tidak menjawab. Coba lagi.",
      close: "Tutup", waiting: "{who} menunggu jawaban Anda", left: "Sisa waktu {time}",
      never: "tidak disimpan", days: "{n} hari", years: "{n} tahun",
      bases: { consent: "Persetujuan Anda", contract: "Perjanjian", legal_obligation: "Kewajiban hukum",
        vital_interest: "Kepentingan vital", public_task: "Pelayanan publik",
        legitimate_interest: "Kepentingan yang sah" },
      claims: { nik: "NIK", full_name: "Nama lengkap", birth_date: "Tanggal lahir", gender: "Jenis kelamin",
        address: "Alamat", email: "Surel", phone: "Telepon", nationality: "Kewarganegaraan", photo: "Foto",
        photo_format: "Format foto", legal_status: "Status penduduk", kk_number: "Nomor KK",
        birth_place: "Tempat lahir", blood_type: "Golongan darah", religion: "Agama",
        marital_status: "Status kawin", occupation: "Pekerjaan", rt: "RT", rw: "RW",
        village: "Kelurahan/desa", district: "Kecamatan", regency: "Kabupaten/kota", province: "Provinsi",
        region_code: "Kode wilayah", postal_code: "Kode pos", mother_name: "Nama ibu kandung",
        residence_permit_expiry: "Akhir izin tinggal", age_over_17: "Sudah 17 tahun?",
        age_over_18: "Sudah 18 tahun?", age_over_21: "Sudah 21 tahun?", nik_match: "Apakah NIK cocok?",
        name_match: "Apakah nama cocok?", birth_date_match: "Apakah tanggal lahir cocok?" },
    },
    en: {
      request: "Request for data", asks: "{who} asks for your data", basis: "Legal basis", kept: "Kept",
      place: "Place", compare: "This code must be the one on the clerk's screen",
      wanted: "Asked for: {n}", needed: "required", chosen: "optional", only: "answered yes or no only",
      pin: "Your PIN", hint: "Sandbox PIN: 123456", approve: "Approve", deny: "Deny",
      wrong: "Wrong PIN. Tries left: {n}.", empty: "Enter the PIN of 6 digits.", sent: "Data sent",
      sentTo: "{who} gets: {what}.", nothing: "{who} gets no data at all.", denied: "You said no",
      locked: "Too many wrong PINs", late: "The time is over", offline: "The gateway does not answer. Try again.",
      close: "Close", waiting: "{who} waits for your answer", left: "Time left {time}",
      never: "not kept", days: "{n} days", years: "{n} years",
      bases: { consent: "Your consent", contract: "Contract", legal_obligation: "Legal obligation",
        vital_interest: "Vital interest", public_task: "Public task", legitimate_interest: "Legitimate interest" },
      claims: { nik: "NIK", full_name: "Full name", birth_date: "Date of birth", gender: "Gender",
        address: "Address", email: "E-mail", phone: "Telephone", nationality: "Nationality", photo: "Photo",
        photo_format: "Photo format", legal_status: "Legal status", kk_number: "Family card number",
        birth_place: "Place of birth", blood_type: "Blood type", religion: "Religion",
        marital_status: "Marital status", occupation: "Occupation", rt: "RT", rw: "RW", village: "Village",
        district: "District", regency: "Regency", province: "Province", region_code: "Region code",
        postal_code: "Postal code", mother_name: "Mother's maiden name",
        residence_permit_expiry: "End of residence permit", age_over_17: "17 or older?",
        age_over_18: "18 or older?", age_over_21: "21 or older?", nik_match: "Does the NIK match?",
        name_match: "Does the name match?", birth_date_match: "Does the birth date match?" },
    },
  };
  const $ = (id) => document.getElementById(id);
  const sheet = $("consent");
  const behind = () => [...sheet.parentElement.children].filter((item) => item !== sheet);
  let phone = null, request = null, until = 0, outcome = null, asking = 0, before = null;

  const say = (name, values = {}) => words[phone.language][name]
    .replace(/\{(\w+)\}/g, (_, key) => values[key]);
  const label = (name) => words[phone.language].claims[name] || name;
  const who = () => ({ who: request.client_name });
  const put = (id, text) => { $(id).textContent = text; };

  async function poll() {
    if (!phone || !phone.consent || document.hidden) return;
    const mine = ++asking;
    let requests;
    try {
      const answer = await fetch("/phone/pending?" + new URLSearchParams({ person: phone.person.slug }));
      if (!answer.ok) return;
      ({ requests } = await answer.json());
    } catch { return; }
    if (mine !== asking || outcome) return;
    const current = request && requests.find((other) => other.auth_req_id === request.auth_req_id);
    if (request && !current) { if (sheet.open) finish("late"); else forget(); return; }
    const next = current || requests[0];
    if (!next) return;
    until = performance.now() + next.expires_in * 1000;
    if (current) return;
    request = next;
    draw();
    open();
  }

  function open() {
    if (sheet.open) return;
    before = document.activeElement;
    $("waiting").hidden = true;
    for (const item of behind()) item.inert = true;
    sheet.show();
    $("asker").focus();
  }

  function hide() {
    sheet.close();
    for (const item of behind()) item.inert = false;
    if (before) before.focus();
  }

  function forget() {
    request = outcome = null;
    $("waiting").hidden = true;
  }

  function draw() {
    put("request", say("request"));
    put("asker", say("asks", who()));
    put("purpose", request.purpose.purpose_text);
    put("compare", say("compare"));
    put("binding", request.binding_message);
    put("wanted", say("wanted", { n: request.claims.length }));
    put("pinlabel", say("pin"));
    put("pinhint", say("hint"));
    put("approve", say("approve"));
    put("deny", say("deny"));
    put("close", say("close"));
    put("other", $("lang").textContent);
    put("waiting", say("waiting", who()));
    put("wrong", "");
    const { legal_basis: basis, retention_days: days, terminal } = request.purpose;
    const years = days > 0 && days % 365 === 0;
    const kept = days === 0 ? say("never") : say(years ? "years" : "days", { n: years ? days / 365 : days });
    const terms = [["basis", words[phone.language].bases[basis] || basis], ["kept", kept]];
    if (terminal) terms.push(["place", terminal]);
    $("terms").replaceChildren(...terms.flatMap(([name, value]) => {
      const term = document.createElement("dt"), text = document.createElement("dd");
      term.textContent = say(name);
      text.textContent = value;
      return [term, text];
    }));
    const unticked = new Set([...$("claims").querySelectorAll("input:not(:checked)")].map((box) => box.value));
    const same = $("claims").dataset.of === request.auth_req_id;
    const first = (a, b) => b.essential - a.essential;
    $("claims").replaceChildren(...[...request.claims].sort(first).map((claim) => {
      const item = document.createElement("li"), row = document.createElement("label");
      const box = document.createElement("input"), text = document.createElement("span");
      const tag = document.createElement("em");
      const checked = claim.essential || !(same && unticked.has(claim.name));
      Object.assign(box, { type: "checkbox", value: claim.name, checked });
      // Still reached by keyboard and read aloud, which a disabled box would not be.
      if (claim.essential) box.setAttribute("aria-disabled", "true");
      text.textContent = label(claim.name);
      if (claim.match) {
        const only = document.createElement("small");
        only.textContent = say("only");
        text.append(only);
      }
      tag.textContent = say(claim.essential ? "needed" : "chosen");
      row.append(box, text, tag);
      item.append(row);
      return item;
    }));
    $("claims").dataset.of = request.auth_req_id;
    if (outcome) tell();
    tick();
  }

  function tell() {
    const good = outcome.kind === "sent" && outcome.claims.length > 0;
    put("mark", good ? "✓" : "–");
    $("mark").classList.toggle("no", !good);
    put("outcome", say(outcome.kind));
    put("told", good
      ? say("sentTo", { ...who(), what: outcome.claims.map(label).join(", ") }) : say("nothing", who()));
  }

  function finish(kind, claims = []) {
    outcome = { kind, claims };
    $("pin").value = "";
    $("asking").hidden = true;
    $("done").hidden = false;
    tell();
    $("outcome").focus();
  }

  async function decide(approve) {
    const pin = $("pin").value;
    if (approve && !/^\d{6}$/.test(pin)) { put("wrong", say("empty")); $("pin").focus(); return; }
    const claims = [...$("claims").querySelectorAll("input:checked")].map((box) => box.value);
    const body = { auth_req_id: request.auth_req_id, approve, claims: approve ? claims : [], pin };
    busy(true);
    try {
      const answer = await fetch("/phone/decision", {
        method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
      });
      const result = await answer.json();
      if (answer.ok) finish(approve ? "sent" : "denied", body.claims);
      else if (result.error === "wrong_pin" && result.left > 0) {
        $("pin").value = "";
        put("wrong", say("wrong", { n: result.left }));
      } else finish(result.error === "wrong_pin" ? "locked" : "late");
    } catch {
      put("wrong", say("offline"));
    }
    busy(false);
    if (!outcome) $("pin").focus();
  }

  function busy(is) {
    for (const button of [$("approve"), $("deny")]) button.disabled = is;
  }

  function tick() {
    if (!request) return;
    const seconds = Math.max(0, Math.ceil((until - performance.now()) / 1000));
    const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    put("clock", time);
    $("clock").setAttribute("aria-label", say("left", { time }));
    $("clock").classList.toggle("soon", seconds <= 20);
  }

  function close() {
    hide();
    forget();
    $("asking").hidden = false;
    $("done").hidden = true;
    poll();
  }

  document.addEventListener("phone", ({ detail }) => {
    const other = phone && phone.person.slug !== detail.person.slug;
    phone = detail;
    if (other && request) { sheet.open ? close() : forget(); }
    if (request) draw();
    poll();
  });
  $("asking").addEventListener("submit", (event) => { event.preventDefault(); decide(true); });
  $("deny").addEventListener("click", () => decide(false));
  $("claims").addEventListener("click", (event) => {
    if (event.target.getAttribute("aria-disabled")) event.preventDefault();
  });
  $("other").addEventListener("click", () => $("lang").click());
  $("close").addEventListener("click", close);
  $("waiting").addEventListener("click", open);
  // Leaving the sheet decides nothing: the request goes on waiting.
  sheet.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (outcome) { close(); return; }
    hide();
    $("waiting").hidden = false;
  });
  document.addEventListener("visibilitychange", poll);
  setInterval(tick, 500);
  setInterval(poll, 2000);
})();
