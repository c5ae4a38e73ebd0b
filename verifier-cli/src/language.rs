//! Indonesian or English, from a flag or the locale.

use clap::ValueEnum;
use ikd_verifier::{Language, Message};

/// The `--lang` flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LanguageArg {
    /// Bahasa Indonesia.
    Id,
    /// English.
    En,
}

/// The language of the output: the flag's, or else the locale's.
pub(crate) fn choose(flag: Option<LanguageArg>) -> Language {
    match flag {
        Some(LanguageArg::Id) => Language::Indonesian,
        Some(LanguageArg::En) => Language::English,
        None => {
            let variables = ["LC_ALL", "LC_MESSAGES", "LANG"];
            let locale = variables.iter().filter_map(|name| std::env::var(name).ok());
            of_locale(locale.into_iter().find(|value| !value.is_empty()).as_deref())
        }
    }
}

/// The text in one language.
pub(crate) fn say(language: Language, id: &'static str, en: &'static str) -> &'static str {
    Message::new(id, en).in_language(language)
}

/// English for an English locale and for the plain `C`, which developers and scripts use.
/// Indonesian for all others, and for devices that are set to nothing: they stand in Indonesia.
fn of_locale(locale: Option<&str>) -> Language {
    let Some(locale) = locale else { return Language::Indonesian };
    let name = locale.split(['.', '@', '_', '-']).next().unwrap_or_default();
    if ["C", "POSIX", "en"].contains(&name) { Language::English } else { Language::Indonesian }
}

#[cfg(test)]
mod tests {
    use super::of_locale;
    use ikd_verifier::Language::{English, Indonesian};

    #[test]
    fn the_locale_decides() {
        for (locale, language) in [
            (None, Indonesian),
            (Some("id_ID.UTF-8"), Indonesian),
            (Some("jv_ID"), Indonesian),
            (Some("C"), English),
            (Some("C.UTF-8"), English),
            (Some("POSIX"), English),
            (Some("en_GB.UTF-8"), English),
        ] {
            assert_eq!(of_locale(locale), language, "{locale:?}");
        }
    }
}
