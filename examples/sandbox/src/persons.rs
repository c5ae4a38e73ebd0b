//! The table of fictional persons. Each is here for a reason, which its note says.

use chrono::NaiveDate;

use crate::person::{Gender, Person};

/// What the table says of a person; the rest follows from it.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) slug: &'static str,
    pub(crate) name: &'static str,
    pub(crate) gender: Gender,
    pub(crate) birth: Birth,
    pub(crate) serial: u16,
    pub(crate) oddity: Oddity,
    /// `None` for citizens.
    pub(crate) stay: Option<Stay>,
    /// In Indonesian and in English.
    pub(crate) note: (&'static str, &'static str),
}

/// A date of birth, fixed or seen from the day the sandbox is opened.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Birth {
    /// Year, month, day.
    On(i32, u32, u32),
    /// Reaches this age today.
    Turned(u32),
    /// Reaches this age tomorrow.
    TurnsTomorrow(u32),
}

/// What does not fit together in a person's data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Oddity {
    None,
    /// The NIK was made from another birth date.
    BirthDateCorrected,
    /// The NIK was made for the other gender.
    GenderCorrected,
    /// The residence permit ended last month.
    PermitExpired,
}

/// A foreigner's stay.
#[derive(Debug)]
pub(crate) struct Stay {
    legal_status: &'static str,
    nationality: &'static str,
    birth_place: &'static str,
    pub(crate) months_left: u32,
}

impl Row {
    pub(crate) fn nationality(&self) -> &'static str {
        self.stay.as_ref().map_or("ID", |stay| stay.nationality)
    }

    pub(crate) fn legal_status(&self) -> &'static str {
        self.stay.as_ref().map_or("WNI", |stay| stay.legal_status)
    }

    pub(crate) fn birth_place(&self) -> &'static str {
        self.stay.as_ref().map_or("KOTA CONTOH", |stay| stay.birth_place)
    }

    const fn serial(mut self, serial: u16) -> Self {
        self.serial = serial;
        self
    }

    const fn odd(mut self, oddity: Oddity) -> Self {
        self.oddity = oddity;
        self
    }

    const fn stays(
        mut self,
        legal_status: &'static str,
        nationality: &'static str,
        birth_place: &'static str,
        months_left: u32,
    ) -> Self {
        self.stay = Some(Stay { legal_status, nationality, birth_place, months_left });
        self
    }
}

/// Everyone, as of `today`.
pub(crate) fn all(today: NaiveDate) -> Vec<Person> {
    ROWS.iter().zip(0..).map(|(row, index)| Person::new(row, index, today)).collect()
}

const fn man(
    slug: &'static str,
    name: &'static str,
    birth: Birth,
    note: (&'static str, &'static str),
) -> Row {
    let (gender, oddity) = (Gender::Male, Oddity::None);
    Row { slug, name, gender, birth, serial: 1, oddity, stay: None, note }
}

const fn woman(
    slug: &'static str,
    name: &'static str,
    birth: Birth,
    note: (&'static str, &'static str),
) -> Row {
    let (gender, oddity) = (Gender::Female, Oddity::None);
    Row { slug, name, gender, birth, serial: 1, oddity, stay: None, note }
}

use Birth::{On, Turned, TurnsTomorrow};

const PLAIN: (&str, &str) = ("data biasa", "ordinary data");
const SINGLE: (&str, &str) = ("nama satu kata", "single name");
const SHORT: (&str, &str) = ("nama depan disingkat", "abbreviated first name");
const TITLE: (&str, &str) = ("nama dengan gelar", "name with titles");
const TWIN: (&str, &str) = ("kembar: NIK beda satu angka", "twin: NIK differs in one digit");

static ROWS: [Row; 32] = [
    man("contoh-satu", "CONTOH SATU", On(1990, 1, 1), PLAIN),
    woman("siti-contoh", "SITI CONTOH", On(1992, 8, 17), PLAIN),
    man("budi-ujicoba", "BUDI UJICOBA", On(1985, 5, 20), PLAIN),
    woman("dewi-sampel", "DEWI SAMPEL LESTARI", On(2001, 12, 31), PLAIN),
    man("sukacontoh", "SUKACONTOH", On(1978, 3, 9), SINGLE),
    woman("ujiwati", "UJIWATI", On(1988, 11, 2), SINGLE),
    man("muhammad-contoh", "MUHAMMAD CONTOH UJICOBA", On(1995, 4, 14), PLAIN),
    man("muh-sampel", "MUH. SAMPEL PERCOBAAN", On(1999, 7, 7), SHORT),
    man("moch-uji", "MOCH. UJI COBA", On(1982, 9, 25), SHORT),
    man("dr-contoh", "DR. H. CONTOH GELAR, S.H., M.KN.", On(1970, 6, 1), TITLE),
    woman("hj-sampelina", "HJ. SAMPELINA UJICOBA, S.PD.", On(1966, 2, 28), TITLE),
    man(
        "ahmad-bin",
        "AHMAD CONTOH BIN UJICOBA SAMPEL",
        On(1991, 10, 10),
        ("nama dengan bin", "name with bin"),
    ),
    woman(
        "aisyah-binti",
        "AISYAH CONTOH BINTI UJICOBA SAMPEL",
        On(1994, 1, 30),
        ("nama dengan binti", "name with binti"),
    ),
    woman(
        "nama-panjang",
        "CONTOHNINGRUM SAMPELAWATI PERCOBAANINGTYAS UJICOBADININGRAT KUSUMASIMULASI",
        On(1997, 5, 5),
        ("nama sangat panjang", "very long name"),
    ),
    man(
        "ejaan-lama",
        "SOETJONTOH DJOEDJOER",
        On(1955, 8, 8),
        ("ejaan lama: OE, TJ, DJ", "old spelling: OE, TJ, DJ"),
    ),
    man(
        "tanda-baca",
        "MA'RUF UJI-COBA",
        On(1987, 3, 21),
        ("tanda petik dan tanda hubung", "apostrophe and hyphen"),
    ),
    man("taro-mihon", "TARO MIHON", On(1980, 2, 3), ("WNA, KITAP", "foreigner, KITAP"))
        .stays("KITAP", "JP", "TOKYO", 48),
    woman(
        "maria-muestra",
        "MARÍA MUESTRA",
        On(1976, 12, 12),
        ("WNA, KITAP, huruf Í", "foreigner, KITAP, Í"),
    )
    .stays("KITAP", "ES", "MADRID", 9),
    woman("erika-muster", "ERIKA MUSTER", On(1993, 8, 12), ("WNA, KITAS", "foreigner, KITAS"))
        .stays("KITAS", "DE", "BERLIN", 5),
    man(
        "john-specimen",
        "JOHN SPECIMEN",
        On(1989, 9, 19),
        ("WNA, KITAS sudah habis masa berlakunya", "foreigner, KITAS has ended"),
    )
    .stays("KITAS", "AU", "PERTH", 0)
    .odd(Oddity::PermitExpired),
    man("tunas-17", "TUNAS TUJUHBELAS", Turned(17), ("17 tahun hari ini", "17 today")),
    woman(
        "tunas-hampir-17",
        "TUNAS HAMPIR TUJUHBELAS",
        TurnsTomorrow(17),
        ("17 tahun besok", "17 tomorrow"),
    ),
    woman("tunas-18", "TUNAS DELAPANBELAS", Turned(18), ("18 tahun hari ini", "18 today")),
    man(
        "tunas-hampir-18",
        "TUNAS HAMPIR DELAPANBELAS",
        TurnsTomorrow(18),
        ("18 tahun besok", "18 tomorrow"),
    ),
    man("tunas-21", "TUNAS DUAPULUHSATU", Turned(21), ("21 tahun hari ini", "21 today")),
    woman(
        "tunas-hampir-21",
        "TUNAS HAMPIR DUAPULUHSATU",
        TurnsTomorrow(21),
        ("21 tahun besok", "21 tomorrow"),
    ),
    man(
        "nik-lahir-lama",
        "KOREKSI CONTOH",
        On(1996, 6, 16),
        ("tanggal lahir dikoreksi, NIK tetap", "birth date corrected, NIK stays"),
    )
    .odd(Oddity::BirthDateCorrected),
    woman(
        "nik-gender-lama",
        "KOREKSI SAMPELINA",
        On(1998, 4, 4),
        ("jenis kelamin dikoreksi, NIK tetap", "gender corrected, NIK stays"),
    )
    .odd(Oddity::GenderCorrected),
    man("kabisat", "KABISAT CONTOH", On(2000, 2, 29), ("lahir 29 Februari", "born on 29 February")),
    woman(
        "lansia",
        "SEPUH CONTOH",
        On(1926, 7, 1),
        ("lahir 1926: tahun NIK 26", "born 1926: NIK year 26"),
    ),
    woman("kembar-a", "KEMBAR CONTOH PERTAMA", On(2003, 3, 3), TWIN),
    woman("kembar-b", "KEMBAR CONTOH KEDUA", On(2003, 3, 3), TWIN).serial(2),
];
