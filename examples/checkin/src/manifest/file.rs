//! From the bytes of a file to rows.

use std::collections::HashMap;
use std::io::Read;

use super::error::{Column, ManifestError, Notice, Problem, ProblemKind};
use super::header::Header;
use super::passenger::Passenger;
use super::{MAX_BYTES, MAX_FIELD, MAX_PASSENGERS, date, ticket_nik};
use crate::name::TicketName;

/// So many problems are told at once; a file with more has one cause.
const MAX_PROBLEMS: usize = 20;

pub(super) struct Rows {
    pub(super) passengers: Vec<Passenger>,
    pub(super) notices: Vec<Notice>,
}

pub(super) fn read(reader: impl Read, name_limits: &[usize]) -> Result<Rows, ManifestError> {
    let bytes = read_bounded(reader)?;
    let text = decode(&bytes)?;
    let (text, separator, skipped) = separator(text);
    let mut csv = csv::ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut records = csv.records();
    let header = match records.next() {
        Some(record) => Header::parse(&record.map_err(unreadable)?)?,
        None => return Err(ManifestError::MissingColumn(Column::Name)),
    };

    let mut rows = Builder { header, name_limits, ..Builder::default() };
    let mut lines = Lines { text: text.as_bytes(), seen: 0, line: skipped.saturating_add(1) };
    for record in records {
        let record = record.map_err(unreadable)?;
        let line = lines.line_of(record.position());
        if record.iter().all(|field| field.trim().is_empty()) {
            continue;
        }
        if rows.passengers.len() >= MAX_PASSENGERS {
            return Err(ManifestError::TooManyRows { limit: MAX_PASSENGERS });
        }
        rows.push(&record, line);
    }
    rows.finish()
}

fn read_bounded(reader: impl Read) -> Result<Vec<u8>, ManifestError> {
    let most = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    reader.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() > MAX_BYTES {
        return Err(ManifestError::TooLarge { limit: MAX_BYTES });
    }
    Ok(bytes)
}

fn decode(bytes: &[u8]) -> Result<&str, ManifestError> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line_ends = before.iter().filter(|b| **b == b'\n').count();
        ManifestError::NotUtf8 { line: u64::try_from(line_ends).unwrap_or(0).saturating_add(1) }
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// The text from its heading on, its separator, and how many lines are before it.
fn separator(text: &str) -> (&str, u8, u64) {
    let heading = text.lines().next().unwrap_or_default();
    // Spreadsheets may declare it in a line of its own.
    if let Some([declared]) = heading.strip_prefix("sep=").map(str::as_bytes) {
        let rest = text.split_once('\n').map_or("", |(_, rest)| rest);
        return (rest, *declared, 1);
    }
    let count = |separator: &u8| heading.bytes().filter(|b| b == separator).count();
    // The last of equals wins: the comma.
    let separator = [b'|', b'\t', b';', b','].into_iter().max_by_key(count).unwrap_or(b',');
    (text, separator, 0)
}

/// The text is in memory and UTF-8, and any number of columns is taken: nothing else can fail.
fn unreadable(error: csv::Error) -> ManifestError {
    ManifestError::Io(std::io::Error::other(error))
}

/// Line numbers as an editor counts them. The CSV reader's own are too small where lines end in
/// CR LF or are empty, because it takes such ends for a part of the next record.
struct Lines<'t> {
    text: &'t [u8],
    seen: usize,
    /// The line that the byte at `seen` is in.
    line: u64,
}

impl Lines<'_> {
    fn line_of(&mut self, position: Option<&csv::Position>) -> u64 {
        let start = position.and_then(|p| usize::try_from(p.byte()).ok()).unwrap_or(self.seen);
        let rest = self.text.get(start..).unwrap_or_default();
        let ends = rest.iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
        let start = start.saturating_add(ends);
        let passed = self.text.get(self.seen..start).unwrap_or_default();
        let passed = passed.iter().filter(|b| **b == b'\n').count();
        self.line = self.line.saturating_add(u64::try_from(passed).unwrap_or(0));
        self.seen = start;
        self.line
    }
}

/// What makes two rows the same booking.
#[derive(PartialEq, Eq, Hash)]
struct Sameness(Vec<String>);

#[derive(Default)]
struct Builder<'l> {
    header: Header,
    name_limits: &'l [usize],
    passengers: Vec<Passenger>,
    notices: Vec<Notice>,
    problems: Vec<Problem>,
    problems_more: usize,
    seen: HashMap<Sameness, u64>,
    seats: HashMap<Sameness, u64>,
}

impl Builder<'_> {
    fn push(&mut self, record: &csv::StringRecord, line: u64) {
        if let Some(at) = record.iter().position(|field| field.len() > MAX_FIELD) {
            return self.problem(line, Some(at.saturating_add(1)), ProblemKind::FieldTooLong);
        }
        if record.len() != self.header.width() {
            return self.problem(line, None, ProblemKind::ColumnCount);
        }
        let row = Sameness(record.iter().map(|field| field.trim().to_uppercase()).collect());
        if let Some(first) = self.seen.get(&row) {
            self.notices.push(Notice::Repeated { line, first: *first });
            return;
        }
        self.seen.insert(row, line);
        match self.passenger(record, line) {
            Ok(passenger) => {
                self.note_seat(&passenger);
                self.passengers.push(passenger);
            }
            Err((column, kind)) => self.problem(line, Some(column), kind),
        }
    }

    fn passenger(
        &mut self,
        record: &csv::StringRecord,
        line: u64,
    ) -> Result<Passenger, (usize, ProblemKind)> {
        let field = |column| self.header.get(record, column);
        let text =
            |column| field(column).map(|(text, _)| text.to_owned()).filter(|text| !text.is_empty());
        let (name_text, place) = field(Column::Name).unwrap_or_default();
        let name = TicketName::parse_cut_at(name_text, self.name_limits);
        if name.is_empty() {
            return Err((place, ProblemKind::NoName));
        }
        let birth_date = match field(Column::BirthDate) {
            Some((text, place)) if !text.is_empty() => {
                Some(date::parse(text).ok_or((place, ProblemKind::BadDate))?)
            }
            _ => None,
        };
        let nik = match field(Column::Nik) {
            Some((text, place)) => match ticket_nik::parse(text).map_err(|kind| (place, kind))? {
                ticket_nik::Field::Nik(nik) => Some(nik),
                ticket_nik::Field::Empty => None,
                ticket_nik::Field::OtherDocument => {
                    self.notices.push(Notice::OtherDocument { line });
                    None
                }
            },
            None => None,
        };
        Ok(Passenger {
            line,
            booking: text(Column::Booking),
            name_text: name_text.to_owned(),
            name,
            nik,
            seat: text(Column::Seat),
            service: text(Column::Service),
            coach: text(Column::Coach),
            birth_date,
        })
    }

    fn note_seat(&mut self, passenger: &Passenger) {
        // An infant on a lap has none of its own.
        let Some(seat) = passenger.seat().filter(|seat| !seat.eq_ignore_ascii_case("INF")) else {
            return;
        };
        let parts = [passenger.service(), passenger.coach(), Some(seat)];
        let seat = Sameness(parts.map(|part| part.unwrap_or_default().to_uppercase()).to_vec());
        let line = passenger.line();
        let first = *self.seats.entry(seat).or_insert(line);
        if first != line {
            self.notices.push(Notice::SeatTwice { line, first });
        }
    }

    fn problem(&mut self, line: u64, column: Option<usize>, kind: ProblemKind) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(Problem { line, column, kind });
        } else {
            self.problems_more = self.problems_more.saturating_add(1);
        }
    }

    fn finish(self) -> Result<Rows, ManifestError> {
        if self.problems.is_empty() {
            Ok(Rows { passengers: self.passengers, notices: self.notices })
        } else {
            Err(ManifestError::Rows { problems: self.problems, more: self.problems_more })
        }
    }
}
