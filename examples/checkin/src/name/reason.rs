//! Why two names match or do not: the complete list of rules.

use ikd_verifier::Message;

/// One rule that took part in an [`Outcome`](super::Outcome).
///
/// The list is closed on purpose: what no rule here explains is not a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// The same words, letter by letter.
    SameWords,
    /// Hyphens, apostrophes, dots or accents differ.
    Punctuation,
    /// The ticket has surname and given name the other way round.
    SwappedOrder,
    /// Whole words are written together on one side.
    GluedWords,
    /// `MR`, `MRS`, `MISS`, `MSTR`, `CHD` or `INF` is glued to the given name.
    GluedTitle,
    /// `MS` is glued to the given name; a few names end in these letters (ADAMS).
    GluedMs,
    /// A single name stands in both fields of the ticket.
    SingleNameDoubled,
    /// `FNU`, `LNU` or the like fills the field a single name leaves empty.
    SingleNameFilled,
    /// A salutation alone fills the given name of a single name.
    TitleAsName,
    /// Titles or degrees stand on one side only.
    TitlesDropped,
    /// `BIN` or `BINTI` stands on one side only.
    ConnectorDropped,
    /// Another spelling or abbreviation of MUHAMMAD.
    MuhammadForm,
    /// A leading `M.` stands for MUHAMMAD.
    MuhammadInitial,
    /// Spelling of before 1972: OE/U, DJ/J, TJ/C, SJ/SY, NJ/NY at the start, CH/KH.
    OldSpelling,
    /// Old J for Y, in a name that is otherwise in old spelling or is well known in both.
    OldJ,
    /// The ticket's name ends at the length where its system cuts names.
    CutAtLimit {
        /// That length in characters.
        limit: usize,
    },
    /// The ticket's name is whole and fills its field: of a longer name it would show no more.
    FillsField,
    /// The cut fell inside the salutation and left a piece of it.
    CutTitle,
    /// One side has only an initial.
    InitialOnly,
    /// One side lacks a part of the name.
    PartMissing,
    /// A spelling variant that different persons may also have (V/F, double letters, J/Y).
    WeakSpelling,
    /// The same words in an order that no ticket format explains.
    OtherOrder,
    /// The same letters, parted into words differently.
    SplitDifferently,
    /// A word is shortened at a length that is no known limit.
    ShortenedWord,
    /// Titles speak of a man on one side and of a woman on the other.
    GenderedTitlesDiffer,
    /// Some words agree, others are different names.
    OtherWordsDiffer,
    /// No word in common.
    NoCommonWord,
    /// One side holds no name, or more than a name can be.
    NameUnreadable,
}

impl Reason {
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

    /// Whether the rule, sound as it is, leaves too little of the name to board without a NIK.
    #[must_use]
    pub fn needs_nik(self) -> bool {
        matches!(
            self,
            Self::GluedMs
                | Self::MuhammadInitial
                | Self::OldJ
                | Self::CutAtLimit { .. }
                | Self::FillsField
                | Self::CutTitle
        )
    }

    /// Code, Indonesian, English.
    pub(crate) fn row(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::SameWords => ("same_words", "nama sama", "the same name"),
            Self::Punctuation => (
                "punctuation",
                "hanya tanda baca yang berbeda",
                "only punctuation or accents differ",
            ),
            Self::SwappedOrder => (
                "swapped_order",
                "nama depan dan belakang tertukar di tiket",
                "surname and given name are swapped on the ticket",
            ),
            Self::GluedWords => (
                "glued_words",
                "kata-kata nama ditulis menyambung",
                "words of the name are written together",
            ),
            Self::GluedTitle => (
                "glued_title",
                "sapaan menyambung dengan nama di tiket",
                "the salutation is glued to the name on the ticket",
            ),
            Self::GluedMs => (
                "glued_ms",
                "MS di akhir nama dibaca sebagai sapaan",
                "MS at the end of the name is read as a salutation",
            ),
            Self::SingleNameDoubled => (
                "single_name_doubled",
                "nama diulang di kolom nama belakang",
                "the name is repeated in the surname field",
            ),
            Self::SingleNameFilled => (
                "single_name_filled",
                "nama tunggal, kolom lain diisi FNU/LNU",
                "single name, the other field filled with FNU/LNU",
            ),
            Self::TitleAsName => (
                "title_as_name",
                "nama tunggal, kolom lain diisi sapaan",
                "single name, the other field filled with a salutation",
            ),
            Self::TitlesDropped => (
                "titles_dropped",
                "gelar hanya ada di satu pihak",
                "titles or degrees on one side only",
            ),
            Self::ConnectorDropped => (
                "connector_dropped",
                "bin/binti hanya ada di satu pihak",
                "bin/binti on one side only",
            ),
            Self::MuhammadForm => (
                "muhammad_form",
                "bentuk lain dari nama Muhammad",
                "another form of the name Muhammad",
            ),
            Self::MuhammadInitial => (
                "muhammad_initial",
                "M. di awal dibaca Muhammad",
                "a leading M. is read as Muhammad",
            ),
            Self::OldSpelling => ("old_spelling", "ejaan lama", "old spelling"),
            Self::OldJ => ("old_j", "ejaan lama J untuk Y", "old spelling J for Y"),
            Self::CutAtLimit { .. } => (
                "cut_at_limit",
                "nama di tiket terpotong pada batas panjangnya",
                "the ticket's name is cut at its length limit",
            ),
            Self::FillsField => (
                "fills_field",
                "nama di tiket memenuhi kolomnya, mungkin terpotong",
                "the ticket's name fills its field and may be cut",
            ),
            Self::CutTitle => {
                ("cut_title", "sapaan di tiket terpotong", "the salutation on the ticket is cut")
            }
            Self::InitialOnly => {
                ("initial_only", "hanya inisial di satu pihak", "only an initial on one side")
            }
            Self::PartMissing => (
                "part_missing",
                "sebagian nama tidak ada di satu pihak",
                "a part of the name is missing on one side",
            ),
            Self::WeakSpelling => (
                "weak_spelling",
                "ejaan mirip, bisa orang lain",
                "similar spelling, may be another person",
            ),
            Self::OtherOrder => ("other_order", "urutan kata berbeda", "words in another order"),
            Self::SplitDifferently => (
                "split_differently",
                "huruf sama, pemisahan kata berbeda",
                "same letters, parted into words differently",
            ),
            Self::ShortenedWord => {
                ("shortened_word", "ada kata yang disingkat", "a word of the name is shortened")
            }
            Self::GenderedTitlesDiffer => (
                "gendered_titles_differ",
                "sapaan atau gelar untuk jenis kelamin yang berbeda",
                "salutation or titles of different gender",
            ),
            Self::OtherWordsDiffer => (
                "other_words_differ",
                "sebagian nama sama, sebagian berbeda",
                "some words agree, others differ",
            ),
            Self::NoCommonWord => ("no_common_word", "nama berbeda", "a different name"),
            Self::NameUnreadable => {
                ("name_unreadable", "nama kosong atau tidak terbaca", "name empty or unreadable")
            }
        }
    }
}
