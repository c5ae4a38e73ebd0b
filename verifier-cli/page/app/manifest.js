// A passenger manifest, in memory only, and the simplest honest match: exact, or "look closer".

/** Words that airlines put behind a name. */
const TITLES = new Set(["MR", "MRS", "MS", "MISS", "MSTR", "CHD", "INF", "TN", "NY", "NN"]);

const COLUMNS = {
  name: ["name", "nama", "pnr_name", "passenger", "penumpang"],
  nik: ["nik", "id", "nik_last", "nik_akhir"],
  seat: ["seat", "kursi"],
};

/** Throws when there is no column of names. */
export function parseManifest(csv) {
  const [header, ...rows] = parseCsv(csv.replace(/^\uFEFF/, ""));
  const titles = (header ?? []).map((title) => title.trim().toLowerCase().replaceAll(" ", "_"));
  const column = (names) => titles.findIndex((title) => names.includes(title));
  const [name, nik, seat] = [COLUMNS.name, COLUMNS.nik, COLUMNS.seat].map(column);
  if (name < 0) throw new Error("no name column");
  const cell = (row, at) => (at < 0 ? "" : (row[at] ?? "").trim());
  return rows
    .filter((row) => cell(row, name) !== "")
    .map((row) => ({
      name: cell(row, name),
      words: words(cell(row, name)),
      nik: cell(row, nik).replace(/\D/g, ""),
      seat: cell(row, seat),
      boarded: false,
    }));
}

/**
 * Finds a verified person. `kind` is `match`, or why somebody has to look: `none`, `nameDiffers`,
 * `nameOnly`, `several`, `boarded`.
 */
export function findPassenger(passengers, { nik, full_name: name }) {
  const sought = words(name ?? "");
  const byNik = passengers.filter((passenger) => isNik(passenger.nik, nik));
  const byBoth = byNik.filter((passenger) => passenger.words === sought);
  if (byBoth.length > 1) return { kind: "several" };
  if (byBoth.length === 1) {
    const [passenger] = byBoth;
    return { kind: passenger.boarded ? "boarded" : "match", passenger };
  }
  // A whole NIK is one person's; last digits alone are many people's.
  const whole = byNik.find((passenger) => passenger.nik.length === 16);
  if (whole) return { kind: "nameDiffers", passenger: whole };
  const byName = passengers.filter((passenger) => passenger.words === sought && !passenger.nik);
  if (byName.length > 1) return { kind: "several" };
  if (byName.length === 1) return { kind: "nameOnly", passenger: byName[0] };
  return { kind: "none" };
}

/** A whole NIK, or at least four last digits of one. */
function isNik(given, nik) {
  return given.length >= 4 && (given.length === 16 ? nik === given : nik?.endsWith(given) === true);
}

/** The words of a name in one order: capitals without marks, no titles of a booking. */
function words(name) {
  const plain = name.normalize("NFD").replace(/\p{M}/gu, "").toUpperCase();
  const all = plain.split(/[^\p{L}\p{N}']+/u).filter(Boolean);
  while (all.length > 1 && TITLES.has(all.at(-1))) all.pop();
  return all.sort().join(" ");
}

/** RFC 4180, with comma or semicolon. */
function parseCsv(text) {
  const firstLine = text.slice(0, text.indexOf("\n") >>> 0);
  const comma = firstLine.includes(";") ? ";" : ",";
  const rows = [[""]];
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    const row = rows.at(-1);
    if (quoted) {
      if (c !== '"') row[row.length - 1] += c;
      else if (text[i + 1] === '"') row[row.length - 1] += text[++i];
      else quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === comma) row.push("");
    else if (c === "\n") rows.push([""]);
    else if (c !== "\r") row[row.length - 1] += c;
  }
  return rows.filter((row) => row.some((value) => value.trim() !== ""));
}
