//! Decisions at the gate, by the rules of an airline and of a railway.

use std::sync::atomic::{AtomicUsize, Ordering};

use ikd_checkin::decision::{Decision, Gate, Identity, Rules, Why};
use ikd_checkin::manifest::Manifest;

const BUDI: Identity<'static> = Identity {
    nik: Some("3174011508900001"),
    full_name: Some("H. Budi Contoh, S.H."),
    birth_date: Some("19900815"),
};

fn gate(rules: Rules, rows: &[&str]) -> Gate {
    let file = format!("name;nik;seat;dob\n{}\n", rows.join("\n"));
    Gate::new(Manifest::read(file.as_bytes()).unwrap(), rules)
}

/// The decision in a line: what, which seats, the codes.
fn told(decision: &Decision<'_>) -> String {
    let codes = |why: &[Why]| why.iter().map(|w| w.code()).collect::<Vec<_>>().join(" ");
    match decision {
        Decision::Board { passenger, why } => {
            format!("board {}: {}", passenger.seat().unwrap_or("-"), codes(why))
        }
        Decision::LookCloser { candidates, why } => {
            let seats: Vec<_> =
                candidates.iter().map(|c| c.passenger().seat().unwrap_or("-")).collect();
            format!("look {}: {}", seats.join(" "), codes(why))
        }
        Decision::Refuse { passenger, why } => {
            let seat = passenger.and_then(|passenger| passenger.seat());
            let seat = seat.map(|seat| format!(" {seat}")).unwrap_or_default();
            format!("refuse{seat}: {}", codes(why))
        }
    }
}

fn air(rows: &[&str]) -> String {
    told(&gate(Rules::AIR, rows).decide(&BUDI))
}

fn rail(rows: &[&str]) -> String {
    told(&gate(Rules::Rail, rows).decide(&BUDI))
}

#[test]
fn an_airline_boards_by_name_and_what_it_has_of_the_nik() {
    let name = "name_normalised titles_dropped";
    assert_eq!(air(&["CONTOH/BUDI MR;3174011508900001;1A;"]), format!("board 1A: nik_same {name}"));
    assert_eq!(air(&["CONTOH/BUDI MR;0001;1A;"]), format!("board 1A: nik_digits_same {name}"));
    assert_eq!(
        air(&["CONTOH/BUDI MR;0001;1A;15-08-1990"]),
        format!("board 1A: nik_digits_same {name} birth_date_same")
    );
}

#[test]
fn an_airline_looks_closer() {
    let name = "name_normalised titles_dropped";
    assert_eq!(
        air(&["CONTOH/BUDI MR;3174011508900002;1A;"]),
        format!("look 1A: nik_differs {name}")
    );
    assert_eq!(
        air(&["REKAAN/FULAN MR;3174011508900001;1A;"]),
        "look 1A: nik_same name_mismatch no_common_word"
    );
    assert_eq!(
        air(&["CONTOH/B MR;0001;1A;"]),
        "look 1A: nik_digits_same name_review titles_dropped initial_only"
    );
    assert_eq!(
        air(&["CONTOH/BUDI MR;0001;1A;1991-01-01"]),
        format!("look 1A: nik_digits_same {name} birth_date_differs")
    );
}

#[test]
fn a_name_alone_boards_only_where_the_airline_says_so() {
    let by_name = |row, name| {
        let person = Identity { full_name: Some(name), ..BUDI };
        [Rules::AIR, Rules::Air { name_alone: true }]
            .map(|rules| told(&gate(rules, &[row]).decide(&person)))
    };
    let codes = "1A: nik_not_on_ticket name_exact";
    assert_eq!(
        by_name("CONTOH/BUDI MR;;1A;", "Budi Contoh"),
        [format!("look {codes}"), format!("board {codes}")]
    );
    // MS might be the end of a name.
    let codes = "1A: nik_not_on_ticket name_normalised glued_ms";
    let look = format!("look {codes}");
    assert_eq!(by_name("CONTOH/SITIMS;;1A;", "Siti Contoh"), [look.clone(), look]);
}

#[test]
fn an_airline_refuses() {
    assert_eq!(air(&["REKAAN/FULAN MR;0001;1A;"]), "refuse: not_on_manifest");
    assert_eq!(air(&["CONTOH/B MR;0002;1A;"]), "refuse: not_on_manifest");
    let nobody = Identity::default();
    assert_eq!(
        told(&gate(Rules::AIR, &["CONTOH/BUDI MR;;1A;"]).decide(&nobody)),
        "refuse: not_on_manifest name_not_shared nik_not_shared"
    );
}

#[test]
fn two_who_fit_are_never_chosen_between() {
    let several = "look 1A 1B: several_match";
    assert_eq!(air(&["CONTOH/BUDI MR;;1A;", "CONTOH/BUDI MR;;1B;"]), several);
    assert_eq!(air(&["CONTOH/BUDI MR;0001;1A;", "CONTOH/BUDI MR;;1B;"]), several);
    assert_eq!(air(&["CONTOH/BUDI MR;0001;1A;", "CONTOH/BUDIMR;0001;1B;"]), several);
    assert_eq!(air(&["BUDI CONTOH;;1A;", "CONTOH/BUDI MR;3174011508900002;1B;"]), several);
    assert_eq!(
        air(&["CONTOH/BUDI MR;3174011508900001;1A;", "CONTOH/BUDI MR;3174011508900001;1B;"]),
        several
    );
    // His NIK is on a ticket in another name; the NIK weighs more than the name.
    assert_eq!(
        air(&["CONTOH/BUDI MR;;1A;", "REKAAN/FULAN MR;3174011508900001;1B;"]),
        "look 1B 1A: several_match"
    );
}

#[test]
fn the_nik_tells_namesakes_apart() {
    for rows in [
        ["CONTOH/BUDI MR;3174011508900001;1A;", "CONTOH/BUDI MR;3174011508900002;1B;"],
        ["CONTOH/BUDI MR;3174011508900001;1A;", "CONTOH/BUDI MR;;1B;"],
        ["CONTOH/BUDI MR;0001;1A;", "CONTOH/BUDI MR;0002;1B;"],
        // One NIK given for the whole family.
        ["CONTOH/BUDI MR;3174011508900001;1A;", "CONTOH/SITI MRS;3174011508900001;1B;"],
    ] {
        assert!(air(&rows).starts_with("board 1A:"), "{}", air(&rows));
    }
}

#[test]
fn a_railway_wants_name_and_whole_nik() {
    let name = "name_normalised titles_dropped";
    assert_eq!(rail(&["Budi Contoh;3174011508900001;1A;"]), format!("board 1A: nik_same {name}"));
    assert_eq!(
        rail(&["Budi Contoh;3174011508900002;1A;"]),
        format!("refuse 1A: nik_differs {name}")
    );
    assert_eq!(
        rail(&["Fulan Rekaan;3174011508900001;1A;"]),
        "refuse 1A: nik_same name_mismatch no_common_word"
    );
    assert_eq!(
        rail(&["Budi;3174011508900001;1A;"]),
        "look 1A: nik_same name_review titles_dropped part_missing"
    );
    assert_eq!(
        rail(&["Budi Contoh;0001;1A;"]),
        format!("look 1A: nik_digits_same {name} nik_not_whole_on_ticket")
    );
    assert_eq!(rail(&["Budi Contoh;;1A;"]), format!("look 1A: nik_not_on_ticket {name}"));
}

#[test]
fn what_is_not_shared_is_asked_for() {
    let no_name = Identity { full_name: None, ..BUDI };
    let no_nik = Identity { nik: None, ..BUDI };
    for rules in [Rules::AIR, Rules::Rail] {
        let gate = gate(rules, &["Budi Contoh;3174011508900001;1A;"]);
        assert_eq!(told(&gate.decide(&no_name)), "look 1A: nik_same name_not_shared");
        assert_eq!(
            told(&gate.decide(&no_nik)),
            "look 1A: nik_not_shared name_normalised titles_dropped"
        );
    }
}

#[test]
fn nobody_boards_twice() {
    let gate = gate(Rules::AIR, &["CONTOH/BUDI MR;0001;1A;"]);
    assert!(told(&gate.decide(&BUDI)).starts_with("board 1A:"));
    assert_eq!(told(&gate.decide(&BUDI)), "refuse 1A: already_boarded");
    let passenger = &gate.manifest().passengers()[0];
    assert!(!gate.board_by_hand(passenger));
    assert!(gate.unboard(passenger));
    assert!(gate.board_by_hand(passenger));
    assert_eq!(gate.boarded(), 1);
}

#[test]
fn of_many_scanners_one_boards_a_passenger() {
    let gate = gate(Rules::AIR, &["CONTOH/BUDI MR;0001;1A;"]);
    let boards = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                if matches!(gate.decide(&BUDI), Decision::Board { .. }) {
                    boards.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!(boards.into_inner(), 1);
}

#[test]
fn reasons_speak_both_languages_and_debug_says_nothing_personal() {
    let gate = gate(Rules::AIR, &["CONTOH/BUDI MR;3174011508900002;1A;"]);
    let decision = gate.decide(&BUDI);
    let Decision::LookCloser { why, .. } = &decision else { panic!("{decision:?}") };
    for why in why {
        let message = why.message();
        assert!(!message.id.is_empty() && !message.en.is_empty());
        assert_ne!(message.id, message.en);
    }
    let shown = format!("{decision:?} {BUDI:?} {gate:?}");
    for personal in ["CONTOH", "Contoh", "BUDI", "Budi", "890000", "1990"] {
        assert!(!shown.contains(personal), "{shown}");
    }
}
