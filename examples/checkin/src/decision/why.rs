//! Reasons of a decision, with stable codes and texts for staff.

use ikd_verifier::Message;

use crate::name::{Outcome, Reason};

/// One reason of a [`Decision`](super::Decision).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Why {
    /// The whole NIK is the ticket's.
    NikSame,
    /// All digits of the NIK that the ticket has agree.
    NikDigitsSame,
    /// The ticket has no NIK.
    NikNotOnTicket,
    /// The ticket has not the whole NIK, as this gate demands.
    NikNotWholeOnTicket,
    /// The ticket has another NIK.
    NikDiffers,
    /// The person did not share the NIK, or it is not of 16 digits.
    NikNotShared,
    /// The person did not share the name.
    NameNotShared,
    /// How far the name matches.
    Name(Outcome),
    /// A rule that took part in comparing the name.
    Rule(Reason),
    /// The date of birth is the ticket's.
    BirthDateSame,
    /// The ticket has another date of birth.
    BirthDateDiffers,
    /// More than one passenger may fit.
    SeveralMatch,
    /// Somebody has already boarded as this passenger.
    AlreadyBoarded,
    /// No passenger fits.
    NotOnManifest,
}

impl Why {
    /// The stable code for logs and interfaces.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.row().0
    }

    /// One line for staff.
    #[must_use]
    pub fn message(self) -> Message {
        let (_, id, en) = self.row();
        Message::new(id, en)
    }

    fn row(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Name(outcome) => outcome.row(),
            Self::Rule(reason) => reason.row(),
            Self::NikSame => ("nik_same", "NIK sama", "the NIK is the same"),
            Self::NikDigitsSame => (
                "nik_digits_same",
                "angka NIK di tiket cocok",
                "the digits of the NIK on the ticket agree",
            ),
            Self::NikNotOnTicket => {
                ("nik_not_on_ticket", "tiket tanpa NIK", "the ticket has no NIK")
            }
            Self::NikNotWholeOnTicket => (
                "nik_not_whole_on_ticket",
                "NIK di tiket tidak lengkap; periksa dokumen",
                "the ticket has not the whole NIK; check the document",
            ),
            Self::NikDiffers => (
                "nik_differs",
                "NIK berbeda dari NIK di tiket",
                "the NIK differs from the ticket's",
            ),
            Self::NikNotShared => (
                "nik_not_shared",
                "NIK tidak dibagikan; minta penumpang membagikan NIK",
                "the NIK was not shared; ask the passenger to share it",
            ),
            Self::NameNotShared => (
                "name_not_shared",
                "nama tidak dibagikan; minta penumpang membagikan nama",
                "the name was not shared; ask the passenger to share it",
            ),
            Self::BirthDateSame => {
                ("birth_date_same", "tanggal lahir sama", "the date of birth is the same")
            }
            Self::BirthDateDiffers => (
                "birth_date_differs",
                "tanggal lahir berbeda dari tiket",
                "the date of birth differs from the ticket's",
            ),
            Self::SeveralMatch => (
                "several_match",
                "lebih dari satu penumpang mungkin cocok; periksa tiketnya",
                "more than one passenger may fit; check the ticket",
            ),
            Self::AlreadyBoarded => (
                "already_boarded",
                "penumpang ini sudah naik; periksa kursinya",
                "this passenger has already boarded; check the seat",
            ),
            Self::NotOnManifest => {
                ("not_on_manifest", "tidak ada di daftar penumpang", "not on the passenger list")
            }
        }
    }
}
