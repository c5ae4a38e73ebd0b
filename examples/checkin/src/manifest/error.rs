//! What is wrong with a manifest file: places and kinds, never the text that stands there.

use std::{fmt, io};

/// Why no manifest could be made of a file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// The file could not be read.
    #[error("the manifest cannot be read: {0}")]
    Io(#[from] io::Error),
    /// The file is larger than a manifest can be.
    #[error("the manifest is larger than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// The file has more rows than a manifest can have.
    #[error("the manifest has more than {limit} passengers")]
    TooManyRows {
        /// The limit in rows.
        limit: usize,
    },
    /// The file is not UTF-8.
    #[error("line {line}: not UTF-8 text; save the file as \"CSV UTF-8\"")]
    NotUtf8 {
        /// Where the first bad byte is.
        line: u64,
    },
    /// The first line has no column for something needed.
    #[error("line 1: no column for the {0}")]
    MissingColumn(Column),
    /// Two columns of the first line mean the same.
    #[error("line 1, column {place}: a second column for the {column}")]
    SecondColumn {
        /// What both columns hold.
        column: Column,
        /// Number of the second one, from 1.
        place: usize,
    },
    /// Some rows cannot be used.
    #[error("{}", list(.problems, *.more))]
    Rows {
        /// The first problems, in the order of the file.
        problems: Vec<Problem>,
        /// How many further problems there are.
        more: usize,
    },
}

fn list(problems: &[Problem], more: usize) -> String {
    let mut lines: Vec<String> = problems.iter().map(Problem::to_string).collect();
    if more > 0 {
        lines.push(format!("and {more} more"));
    }
    lines.join("\n")
}

/// What a column of the manifest holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Column {
    /// Booking code (PNR, record locator).
    Booking,
    /// Passenger's name.
    Name,
    /// NIK or its last digits.
    Nik,
    /// Seat.
    Seat,
    /// Flight or train.
    Service,
    /// Coach of a train.
    Coach,
    /// Date of birth.
    BirthDate,
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Booking => "booking code",
            Self::Name => "name",
            Self::Nik => "NIK",
            Self::Seat => "seat",
            Self::Service => "flight or train",
            Self::Coach => "coach",
            Self::BirthDate => "date of birth",
        })
    }
}

/// One thing wrong in one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Line in the file, from 1.
    pub line: u64,
    /// Column in the row, from 1; `None` if it is about the whole row.
    pub column: Option<usize>,
    /// What is wrong.
    pub kind: ProblemKind,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if let Some(column) = self.column {
            write!(f, ", column {column}")?;
        }
        write!(f, ": {}", self.kind.text())
    }
}

/// Kind of a [`Problem`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProblemKind {
    /// Fewer or more columns than the first line.
    ColumnCount,
    /// A field longer than any of a manifest can be; often a quote that is never closed.
    FieldTooLong,
    /// No name, or nothing readable in it.
    NoName,
    /// Fewer than four digits of a NIK; spreadsheets drop leading zeros.
    NikTooShort,
    /// More than sixteen digits.
    NikTooLong,
    /// A number in scientific notation: the spreadsheet has lost the last digits.
    NikRounded,
    /// Neither digits nor a mask nor another document's number.
    NikUnreadable,
    /// Not a date of any known form.
    BadDate,
}

impl ProblemKind {
    fn text(self) -> &'static str {
        match self {
            Self::ColumnCount => "not as many columns as the first line",
            Self::FieldTooLong => "the field is too long; is a quotation mark left open?",
            Self::NoName => "no readable name",
            Self::NikTooShort => "fewer than 4 digits of the NIK; did a spreadsheet drop zeros?",
            Self::NikTooLong => "more than 16 digits for a NIK",
            Self::NikRounded => "the NIK was rounded by a spreadsheet; export it as text",
            Self::NikUnreadable => "not a NIK, nor its last digits",
            Self::BadDate => "not a date; use YYYY-MM-DD or DD-MM-YYYY",
        }
    }
}

/// Something odd that does not keep a manifest from being used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Notice {
    /// The row repeats an earlier one and was left out.
    Repeated {
        /// Line of the row.
        line: u64,
        /// Line of the earlier one.
        first: u64,
    },
    /// Two passengers have one seat.
    SeatTwice {
        /// Line of the second one.
        line: u64,
        /// Line of the first one.
        first: u64,
    },
    /// The NIK column holds the number of another document.
    OtherDocument {
        /// Line of the row.
        line: u64,
    },
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Repeated { line, first } => write!(f, "line {line}: repeats line {first}"),
            Self::SeatTwice { line, first } => {
                write!(f, "line {line}: the same seat as line {first}")
            }
            Self::OtherDocument { line } => {
                write!(f, "line {line}: another document's number in place of a NIK")
            }
        }
    }
}
