//! What holds for all names, not only for those of the table.

use std::collections::BTreeSet;

use ikd_checkin::decision::{Decision, Gate, Identity, Rules};
use ikd_checkin::manifest::Manifest;
use ikd_checkin::name::{IdentityName, Outcome, Reason, TicketName, compare};
use proptest::prelude::*;

/// Made-up words, no two of which any rule or abbreviation brings together.
const WORDS: [&str; 24] = [
    "CONTOH", "FIKTIF", "REKAAN", "UMPAMA", "MISALNO", "SAMPELAN", "BUDI", "SITI", "AGUSNO",
    "WULANO", "TONOKA", "LESTARO", "PERMATO", "KUSUMO", "GUNARTO", "HENDRO", "INDARTO", "NURAINO",
    "OKTAFO", "PRATOMO", "RATNASO", "SULASNO", "WIBOWAN", "BAGASKO",
];

fn distinct_words(most: usize) -> impl Strategy<Value = Vec<&'static str>> {
    proptest::sample::subsequence(WORDS.to_vec(), 1..=most).prop_shuffle()
}

fn outcome(identity: &str, ticket: &str) -> Outcome {
    compare(&IdentityName::parse(identity), &TicketName::parse(ticket)).outcome()
}

/// A name as a reservation system writes it.
fn pnr(words: &[&str], surname_words: usize, glued: bool, title: &str) -> String {
    match words {
        [single] => format!("{single}/{single} {title}"),
        _ => {
            let (given, surname) = words.split_at(words.len() - surname_words.min(words.len() - 1));
            let given = given.join(if glued { "" } else { " " });
            format!("{}/{given}{}{title}", surname.join(" "), if glued { "" } else { " " })
        }
    }
}

proptest! {
    // Failures found are kept as cases of names.csv, not as seeds.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_name_in_pnr_form_matches(
        words in distinct_words(5),
        surname_words in 1..3_usize,
        glued: bool,
        title in prop::sample::select(vec!["MR", "MRS", "MS", "MISS", "MSTR"]),
    ) {
        let ticket = pnr(&words, surname_words, glued, title);
        prop_assert!(outcome(&words.join(" "), &ticket).is_yes(), "{}", ticket);
    }

    #[test]
    fn a_name_cut_at_20_is_truncated_or_whole(words in distinct_words(5), surname in 1..3_usize) {
        let ticket: String = pnr(&words, surname, false, "MR").chars().take(20).collect();
        let found = compare(&IdentityName::parse(&words.join(" ")), &TicketName::parse(&ticket));
        // Where the cut leaves no given name, too little is there for a yes.
        let has_given = ticket.split_once('/').is_some_and(|(_, given)| !given.trim().is_empty());
        prop_assert!(found.outcome().is_yes() || !has_given || words.len() == 1, "{}", ticket);
    }

    #[test]
    fn other_words_are_never_a_yes(
        ours in distinct_words(4),
        theirs in distinct_words(4),
        glued: bool,
    ) {
        prop_assume!(ours.iter().collect::<BTreeSet<_>>() != theirs.iter().collect());
        for title in ["MR", "MS", ""] {
            let ticket = pnr(&theirs, 1, glued, title);
            let found = compare(&IdentityName::parse(&ours.join(" ")), &TicketName::parse(&ticket));
            // A cut says only as much as it left; it needs a NIK beside it.
            prop_assert!(!found.stands_alone(), "{}", ticket);
            let is_cut = found.reasons().iter().any(|r| matches!(r, Reason::CutAtLimit { .. }));
            prop_assert!(!found.outcome().is_yes() || is_cut, "{}", ticket);
        }
    }

    #[test]
    fn one_wrong_letter_is_never_a_yes(
        words in distinct_words(4),
        place in any::<prop::sample::Index>(),
        letter in prop::sample::select(vec!['B', 'P', 'R', 'G']),
    ) {
        let identity = words.join(" ");
        let mut letters: Vec<char> = pnr(&words, 1, false, "MR").chars().collect();
        let spots: Vec<usize> = letters.iter().take(letters.len() - 3).enumerate()
            .filter(|(_, c)| c.is_alphabetic() && **c != letter)
            .map(|(at, _)| at)
            .collect();
        letters[spots[place.index(spots.len())]] = letter;
        let ticket: String = letters.into_iter().collect();
        prop_assert!(!outcome(&identity, &ticket).is_yes(), "{}", ticket);
    }

    #[test]
    fn old_spelling_is_symmetric(
        (old, new) in prop::sample::select(vec![
            ("SOEFIKTIF", "SUFIKTIF"), ("DJOKOAN", "JOKOAN"), ("TJONTOH", "CONTOH"),
            ("SJARIFAN", "SYARIFAN"), ("NJOMANAN", "NYOMANAN"), ("ACHIRAN", "AKHIRAN"),
            ("JUSUF", "YUSUF"), ("MOCHAMMAD", "MUHAMAD"),
        ]),
        other in prop::sample::select(WORDS.to_vec()),
    ) {
        for (identity, ticket) in [(old, new), (new, old)] {
            let found = outcome(&format!("{identity} {other}"), &format!("{other}/{ticket} MR"));
            prop_assert_eq!(found, Outcome::Normalised);
        }
    }

    #[test]
    fn no_text_is_too_odd(identity in ".{0,80}", ticket in ".{0,80}") {
        let found = compare(&IdentityName::parse(&identity), &TicketName::parse(&ticket));
        prop_assert!(!found.reasons().is_empty());
    }

    #[test]
    fn no_file_is_too_odd(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = Manifest::read(bytes.as_slice());
        let with_heading = [b"PNR,Name,NIK,Seat\n".as_slice(), &bytes].concat();
        let _ = Manifest::read(with_heading.as_slice());
    }

    /// The index loses nobody: what comparing with every passenger finds, the gate finds.
    #[test]
    fn the_index_finds_what_a_walk_finds(
        names in prop::collection::vec((distinct_words(4), 1..3_usize, any::<bool>()), 1..12),
        ours in distinct_words(4),
        variant in 0..6_usize,
    ) {
        let mut file = String::from("name\n");
        for (words, surname, glued) in &names {
            file.push_str(&pnr(words, *surname, *glued, "MR"));
            file.push('\n');
        }
        let identity = vary(&ours, variant);
        let name = IdentityName::parse(&identity);
        let manifest = Manifest::read(file.as_bytes()).map_err(|e| TestCaseError::fail(e.to_string()))?;
        let walk = manifest
            .passengers()
            .iter()
            .any(|passenger| compare(&name, passenger.name()).outcome() != Outcome::Mismatch);
        let gate = Gate::new(manifest, Rules::AIR);
        let person = Identity {
            nik: Some("3174015708900001"),
            full_name: Some(&identity),
            birth_date: None,
        };
        let refused = matches!(gate.decide(&person), Decision::Refuse { .. });
        prop_assert_eq!(!refused, walk);
    }
}

/// The same person written in another way, near and far.
fn vary(words: &[&str], variant: usize) -> String {
    let name = words.join(" ");
    match variant {
        0 => name,
        1 => format!("H. {name}, S.H."),
        2 => name.replace('U', "OE"),
        3 => words.concat(),
        4 => name.replace('F', "V"),
        _ => words.iter().rev().copied().collect::<Vec<_>>().join(" "),
    }
}
