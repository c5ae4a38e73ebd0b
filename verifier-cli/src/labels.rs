//! Attributes as people read them: labels and values in both languages.

use ikd_verifier::{
    AttributeName as A, AttributeValue, Attributes, Gender, Language, MaritalStatus, Message, Nik,
    PhotoFormat,
};

/// The label of an attribute.
pub(crate) fn label(name: A) -> Message {
    let (id, en) = match name {
        A::Nik => ("NIK", "NIK"),
        A::FullName => ("Nama lengkap", "Full name"),
        A::BirthDate => ("Tanggal lahir", "Birth date"),
        A::Gender => ("Jenis kelamin", "Gender"),
        A::Address => ("Alamat", "Address"),
        A::Email => ("Surel", "E-mail"),
        A::Phone => ("Telepon", "Telephone"),
        A::Nationality => ("Kewarganegaraan", "Nationality"),
        A::Photo => ("Foto", "Photo"),
        A::PhotoFormat => ("Format foto", "Photo format"),
        A::LegalStatus => ("Status penduduk", "Legal status"),
        A::KkNumber => ("Nomor KK", "Family card"),
        A::BirthPlace => ("Tempat lahir", "Birth place"),
        A::BloodType => ("Golongan darah", "Blood type"),
        A::Religion => ("Agama", "Religion"),
        A::MaritalStatus => ("Status kawin", "Marital status"),
        A::Occupation => ("Pekerjaan", "Occupation"),
        A::Rt => ("RT", "RT"),
        A::Rw => ("RW", "RW"),
        A::Village => ("Kelurahan/desa", "Village"),
        A::District => ("Kecamatan", "District"),
        A::Regency => ("Kabupaten/kota", "Regency"),
        A::Province => ("Provinsi", "Province"),
        A::RegionCode => ("Kode wilayah", "Region code"),
        A::PostalCode => ("Kode pos", "Postal code"),
        A::MotherName => ("Nama ibu kandung", "Mother's name"),
        A::ResidencePermitExpiry => ("Izin tinggal s.d.", "Permit until"),
        A::AgeOver17 => ("Sudah 17 tahun", "17 or older"),
        A::AgeOver18 => ("Sudah 18 tahun", "18 or older"),
        A::AgeOver21 => ("Sudah 21 tahun", "21 or older"),
        // A name that this software does not know yet stands for itself.
        other => (other.as_str(), other.as_str()),
    };
    Message::new(id, en)
}

/// The value of a disclosed attribute on one line, numbers of persons and families masked unless
/// `full`.
pub(crate) fn value(
    attributes: &Attributes,
    name: A,
    full: bool,
    language: Language,
) -> Option<String> {
    let value = attributes.get(name)?;
    let words = match name {
        A::BirthDate => attributes.birth_date().map(|date| date.format("%d-%m-%Y").to_string()),
        A::ResidencePermitExpiry => {
            attributes.residence_permit_expiry().map(|date| date.format("%d-%m-%Y").to_string())
        }
        A::Gender => attributes.gender().map(|gender| word(gender_word(gender), language)),
        A::MaritalStatus => {
            attributes.marital_status().map(|status| word(marital_word(status), language))
        }
        A::KkNumber if !full => attributes.kk_number().map(|number| Nik::from(number).masked()),
        A::Photo => attributes.photo().map(|photo| {
            let format = photo.format.map_or("?", format_name);
            format!("{format}, {} B", photo.bytes.len())
        }),
        _ => None,
    };
    Some(printable(&words.unwrap_or_else(|| plain(value, full, language))))
}

fn plain(value: &AttributeValue, full: bool, language: Language) -> String {
    match value {
        AttributeValue::Nik(nik) if full => nik.as_str().to_owned(),
        AttributeValue::Nik(nik) => nik.masked(),
        AttributeValue::Text(text) => text.clone(),
        AttributeValue::Uint(number) => number.to_string(),
        AttributeValue::Bytes(bytes) => format!("{} B", bytes.len()),
        AttributeValue::Bool(true) => word(Message::new("YA", "YES"), language),
        AttributeValue::Bool(false) => word(Message::new("TIDAK", "NO"), language),
        _ => String::from("?"),
    }
}

fn word(message: Message, language: Language) -> String {
    message.in_language(language).to_owned()
}

fn gender_word(gender: Gender) -> Message {
    match gender {
        Gender::Male => Message::new("laki-laki", "male"),
        Gender::Female => Message::new("perempuan", "female"),
    }
}

fn marital_word(status: MaritalStatus) -> Message {
    match status {
        MaritalStatus::Single => Message::new("belum kawin", "single"),
        MaritalStatus::Married => Message::new("kawin", "married"),
        MaritalStatus::Divorced => Message::new("cerai hidup", "divorced"),
        MaritalStatus::Widowed => Message::new("cerai mati", "widowed"),
    }
}

fn format_name(format: PhotoFormat) -> &'static str {
    match format {
        PhotoFormat::Jpeg => "JPEG",
        PhotoFormat::Jpeg2000 => "JPEG 2000",
        PhotoFormat::Avif => "AVIF",
        PhotoFormat::WebP => "WebP",
    }
}

/// Text that moves no cursor and turns no line around, whoever wrote it.
pub(crate) fn printable(text: &str) -> String {
    let replace = |c: char| match c {
        '\n' => ' ',
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        c if c.is_control() => '\u{fffd}',
        c => c,
    };
    text.chars().map(replace).collect()
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn text_cannot_steer_the_terminal() {
        assert_eq!(printable("JL. A\nRT 1"), "JL. A RT 1");
        assert_eq!(
            printable("A\u{1b}[32m\u{9b}B\u{202e}C\r"),
            "A\u{fffd}[32m\u{fffd}B\u{fffd}C\u{fffd}"
        );
    }
}
