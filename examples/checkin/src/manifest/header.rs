//! The first line of a manifest: which column is which.

use super::error::{Column, ManifestError};

/// Column headings in capitals without punctuation, in Indonesian and English.
const HEADINGS: [(Column, &[&str]); 7] = [
    (
        Column::Booking,
        &["PNR", "KODE BOOKING", "BOOKING CODE", "KODE PEMESANAN", "BOOKING", "RECORD LOCATOR"],
    ),
    (
        Column::Name,
        &[
            "NAMA",
            "NAMA LENGKAP",
            "NAMA PENUMPANG",
            "NAME",
            "FULL NAME",
            "PASSENGER",
            "PASSENGER NAME",
            "PAX NAME",
            "PNR NAME",
            "NAMA PNR",
        ],
    ),
    (
        Column::Nik,
        &[
            "NIK",
            "NO NIK",
            "NOMOR NIK",
            "NO KTP",
            "NOMOR KTP",
            "NO IDENTITAS",
            "NOMOR IDENTITAS",
            "ID NUMBER",
            "NATIONAL ID",
            "NIK LAST DIGITS",
            "NIK LAST 4",
            "LAST 4 NIK",
            "LAST DIGITS",
            "DIGIT AKHIR NIK",
            "4 DIGIT NIK",
            "4 DIGIT AKHIR NIK",
            "NIK 4 DIGIT TERAKHIR",
        ],
    ),
    (Column::Seat, &["SEAT", "SEAT NO", "SEAT NUMBER", "KURSI", "NO KURSI", "NOMOR KURSI"]),
    (
        Column::Service,
        &[
            "FLIGHT",
            "FLIGHT NO",
            "PENERBANGAN",
            "NO PENERBANGAN",
            "TRAIN",
            "TRAIN NO",
            "KA",
            "KERETA",
            "KERETA API",
            "NAMA KA",
            "NO KA",
        ],
    ),
    (Column::Coach, &["COACH", "CAR", "GERBONG", "NO GERBONG", "KERETA GERBONG"]),
    (
        Column::BirthDate,
        &["TANGGAL LAHIR", "TGL LAHIR", "DATE OF BIRTH", "BIRTH DATE", "BIRTHDATE", "DOB"],
    ),
];

/// Where each known column stands. Unknown ones are passed over.
#[derive(Default)]
pub(super) struct Header {
    columns: Vec<Option<Column>>,
}

impl Header {
    pub(super) fn parse(record: &csv::StringRecord) -> Result<Self, ManifestError> {
        let columns: Vec<_> = record.iter().map(recognise).collect();
        for (at, column) in columns.iter().enumerate() {
            if let Some(column) = *column
                && columns.iter().take(at).any(|earlier| *earlier == Some(column))
            {
                return Err(ManifestError::SecondColumn { column, place: at.saturating_add(1) });
            }
        }
        if columns.contains(&Some(Column::Name)) {
            Ok(Self { columns })
        } else {
            Err(ManifestError::MissingColumn(Column::Name))
        }
    }

    pub(super) fn width(&self) -> usize {
        self.columns.len()
    }

    /// The trimmed text of a column and its number from 1.
    pub(super) fn get<'r>(
        &self,
        record: &'r csv::StringRecord,
        wanted: Column,
    ) -> Option<(&'r str, usize)> {
        let at = self.columns.iter().position(|column| *column == Some(wanted))?;
        Some((record.get(at)?.trim(), at.saturating_add(1)))
    }
}

fn recognise(heading: &str) -> Option<Column> {
    let plain: String = heading
        .chars()
        .map(|c| if c.is_alphanumeric() { c.to_ascii_uppercase() } else { ' ' })
        .collect();
    let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    HEADINGS.iter().find(|(_, names)| names.contains(&plain.as_str())).map(|(column, _)| *column)
}
