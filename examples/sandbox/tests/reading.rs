//! What the sandbox writes, read by other means.

mod reader;

use std::collections::HashSet;

use ciborium::Value;
use ikd_sandbox::{
    Attribute, Coverage, CredentialKey, CredentialOptions, DocumentShare, KeyKind, Person,
    PresentOptions, Profile, Sandbox, Status, Trouble,
};
use reader::{Setup, decode, key, read, text_key, trust_list};

const NOW: i64 = 1_790_000_000;

fn sandbox() -> Sandbox {
    Sandbox::new([7; 32], NOW)
}

fn setup(sandbox: &Sandbox) -> Setup {
    Setup::of(&sandbox.bundle(), &sandbox.roots(), 2)
}

fn labels(attributes: &[Attribute]) -> Vec<(i64, i64)> {
    attributes.iter().map(|attribute| (attribute.claim(), attribute.label())).collect()
}

#[test]
fn every_person_shows_what_each_profile_asks() {
    let sandbox = sandbox();
    let setup = setup(&sandbox);
    for person in sandbox.persons() {
        for profile in Profile::ALL {
            let text = sandbox.present(person, profile, NOW).text();
            let mut shown = labels(profile.shown());
            let reading = read(&setup, &text, NOW, &shown);
            let reading = reading.unwrap_or_else(|code| panic!("{}: {code}", person.slug()));
            shown.sort_unstable();
            assert!(reading.attributes.keys().eq(&shown), "{} {profile}", person.slug());
            if profile != Profile::Age {
                assert_eq!(reading.attributes[&(169, 1)].as_text(), Some(person.nik()));
                assert_eq!(reading.attributes[&(169, 4)].as_text(), Some(person.full_name()));
            }
        }
    }
}

#[test]
fn texts_have_a_size_that_scans_well() {
    let sandbox = sandbox();
    for profile in Profile::ALL {
        let sizes = sandbox.persons().iter().map(|p| sandbox.present(p, profile, NOW).text().len());
        let (least, most) = sizes.fold((usize::MAX, 0), |(a, b), n| (a.min(n), b.max(n)));
        println!("{profile}: {least} to {most} characters");
        assert!(least >= 500 && most <= 1_800, "{profile}: {least} to {most}");
    }
}

#[test]
fn every_trouble_has_its_code() {
    let sandbox = sandbox();
    let setup = setup(&sandbox);
    for slug in ["contoh-satu", "siti-contoh", "tunas-hampir-17", "erika-muster"] {
        let person = sandbox.person(slug).expect("there");
        for profile in Profile::ALL {
            for trouble in Trouble::ALL.into_iter().chain([Trouble::Screenshot(u16::MAX)]) {
                let bad = trouble.make(&sandbox, person, profile, NOW + 60);
                let result = read(&setup, &bad.text, NOW + 60, &labels(profile.shown()));
                if bad.good_at_first {
                    assert_eq!(bad.text, sandbox.present(person, profile, NOW + 60).text());
                    assert!(result.is_ok());
                } else {
                    assert_eq!(result.err(), Some(bad.code), "{trouble} {profile} {slug}");
                }
            }
        }
    }
}

#[test]
fn names_of_troubles_and_profiles_lead_back_to_them() {
    for trouble in Trouble::ALL.into_iter().chain([Trouble::Screenshot(30)]) {
        assert_eq!(trouble.to_string().parse(), Ok(trouble));
    }
    for profile in Profile::ALL {
        assert_eq!(profile.to_string().parse(), Ok(profile));
    }
    assert_eq!(Trouble::Screenshot(30).to_string(), "screenshot:30");
    for name in ["", "Expired", "screenshot:1", "screenshot:x"] {
        let error = name.parse::<Trouble>().expect_err("no such trouble").to_string();
        assert!(error.contains("stolen-credential"), "{error}");
    }
}

#[test]
fn options_of_a_credential() {
    let sandbox = sandbox();
    let setup = setup(&sandbox);
    let person = sandbox.person("taro-mihon").expect("there");
    let device = sandbox.device(person);
    let show = |options: &CredentialOptions, present: &PresentOptions| {
        let credential = sandbox.credential_with(person, Profile::Bank, &device, options);
        let text = device.present(&credential, NOW, present).text();
        assert!(text.len() <= 4_296, "{}", text.len());
        read(&setup, &text, NOW, &[])
    };

    let everything = CredentialOptions { coverage: Coverage::Everything, ..Default::default() };
    let plain = PresentOptions::default();
    assert_eq!(show(&everything, &plain).expect("good").attributes.len(), 8);

    let all: Vec<_> = Attribute::all().collect();
    let disclose = |attributes: &[Attribute]| PresentOptions {
        disclose: Some(attributes.to_vec()),
        ..Default::default()
    };
    let without_photo = all.len() - 2;
    assert_eq!(show(&everything, &disclose(&all)).expect("good").attributes.len(), without_photo);
    assert!(show(&everything, &disclose(&[])).expect("good").attributes.is_empty());

    let photo = CredentialOptions { photo: true, ..Default::default() };
    let reading = show(&photo, &plain).expect("good");
    let photo = reading.attributes[&(169, 16)].as_bytes().expect("bytes");
    assert!(photo.starts_with(&[0xff, 0xd8, 0xff]));

    let old = |issued| CredentialOptions {
        key: CredentialKey::Retired,
        issued: Some(issued),
        ..Default::default()
    };
    assert!(show(&old(NOW - 2 * 86_400), &plain).is_ok());
    assert_eq!(show(&old(NOW - 86_400), &plain).err(), Some("issuer_key_not_valid"));
}

#[test]
fn options_of_a_presentation() {
    let sandbox = sandbox();
    let setup = setup(&sandbox);
    let person = sandbox.person("siti-contoh").expect("there");
    let document = DocumentShare {
        kind: "kk".to_owned(),
        path: "dokumen/kk/contoh".to_owned(),
        sha256: [1; 32],
        media_type: "application/pdf".to_owned(),
        size: Some(48_213),
    };
    let options = PresentOptions {
        challenge: Some(vec![9; 16]),
        life: 3_600,
        document: Some(document),
        ..Default::default()
    };
    let text = sandbox.present_with(person, Profile::Travel, NOW, &options).text();
    let claims = read(&setup, &text, NOW + 3_000, &[]).map(|reading| reading.presentation);
    let claims = claims.expect("good");
    assert_eq!(key(&claims, 39).and_then(Value::as_bytes), Some(&vec![9; 16]));
    let share = key(&claims, -70003).expect("the share");
    assert_eq!(key(share, 2).and_then(Value::as_text), Some("dokumen/kk/contoh"));
    assert_eq!(key(share, 5), Some(&Value::from(48_213)));
}

#[test]
fn both_kinds_of_phone() {
    let sandbox = sandbox();
    let setup = setup(&sandbox);
    let person = sandbox.person("siti-contoh").expect("there");
    for kind in [KeyKind::Ed25519, KeyKind::P256] {
        let device = sandbox.device_with(person, kind);
        let options = CredentialOptions::default();
        let credential = sandbox.credential_with(person, Profile::Travel, &device, &options);
        let text = device.present(&credential, NOW, &PresentOptions::default()).text();
        assert!(read(&setup, &text, NOW, &[]).is_ok(), "{kind:?}");
    }
}

#[test]
fn each_qr_has_an_identifier_of_its_own() {
    let sandbox = sandbox();
    let setup = setup(&sandbox);
    let person = sandbox.person("siti-contoh").expect("there");
    let mut seen = HashSet::new();
    for serial in 0..3 {
        for disclose in [None, Some(vec![Attribute::Nik]), Some(vec![])] {
            for life in [60, 61] {
                let options = PresentOptions {
                    serial,
                    life,
                    disclose: disclose.clone(),
                    ..Default::default()
                };
                let text = sandbox.present_with(person, Profile::Bank, NOW, &options).text();
                let reading = read(&setup, &text, NOW, &[]).expect("good");
                let cti = key(&reading.presentation, 7).and_then(Value::as_bytes).cloned();
                assert!(seen.insert(cti), "{options:?}");
            }
        }
    }
}

#[test]
fn one_seed_and_time_is_one_sandbox() {
    let (one, two, other) = (sandbox(), sandbox(), Sandbox::new([8; 32], NOW));
    assert_eq!(one.bundle(), two.bundle());
    assert_ne!(one.roots(), other.roots());
    for (a, b) in one.persons().iter().zip(two.persons()) {
        for profile in Profile::ALL {
            assert_eq!(one.present(a, profile, NOW), two.present(b, profile, NOW));
            assert_ne!(one.present(a, profile, NOW), other.present(b, profile, NOW));
        }
    }
}

#[test]
fn a_bundle_serves_for_later_runs_with_its_seed() {
    let setup = setup(&sandbox());
    let later = NOW + 5 * 86_400;
    let run = Sandbox::new([7; 32], later);
    let person = run.person("siti-contoh").expect("there");
    let text = run.present(person, Profile::Travel, later).text();
    assert!(read(&setup, &text, later, &[]).is_ok());
}

#[test]
fn roots_rotate() {
    let sandbox = sandbox();
    let rotated = decode(&sandbox.trust_list_rotated(2, NOW, 0)).expect("CBOR");
    let public = |generation| -> Vec<[u8; 32]> {
        let keys = sandbox.root_keys(generation).public().into_iter();
        keys.map(|key| match key {
            ikd_sandbox::PublicKey::Ed25519(bytes) => bytes,
            ikd_sandbox::PublicKey::P256 { .. } => unreachable!("roots are Ed25519"),
        })
        .collect()
    };
    assert_eq!(public(0), sandbox.roots());
    assert_ne!(public(0), public(1));
    assert_eq!(trust_list(&rotated, &public(0), 2).len(), 1);
    assert_eq!(trust_list(&rotated, &public(1), 2).len(), 1);
    let next = decode(&sandbox.trust_list_of(3, NOW, 1)).expect("CBOR");
    assert_eq!(trust_list(&next, &public(1), 2).len(), 1);
}

#[test]
fn the_trust_list_has_what_a_verifier_needs() {
    let sandbox = sandbox();
    let issuers = trust_list(&decode(&sandbox.trust_list()).expect("CBOR"), &sandbox.roots(), 2);
    let gateway = text_key(text_key(&issuers[0], "gateway"), "issuer").as_text();
    assert!(gateway.is_some_and(|url| url.starts_with("https://")));
    let keys = text_key(&issuers[0], "keys").as_array().expect("keys");
    let uses: Vec<_> = keys.iter().filter_map(|key| text_key(key, "use").as_text()).collect();
    assert_eq!(uses, ["credential", "credential", "credential", "status", "gateway"]);
}

#[test]
fn a_status_can_change() {
    let mut sandbox = sandbox();
    let person = sandbox.person("siti-contoh").expect("there").clone();
    let credential = sandbox.credential(&person, Profile::Travel);
    let index = credential.status().expect("a status").index;
    let text = sandbox.present(&person, Profile::Travel, NOW).text();
    assert!(read(&setup(&sandbox), &text, NOW, &[]).is_ok());
    assert!(sandbox.issuer_mut().set_status(index, Status::Suspended));
    assert_eq!(read(&setup(&sandbox), &text, NOW, &[]).err(), Some("suspended"));
    assert!(!sandbox.issuer_mut().set_status(u32::MAX, Status::Revoked));
}

#[test]
fn persons_are_fictional_and_apart() {
    let sandbox = sandbox();
    assert!(sandbox.persons().len() >= 24);
    let mut seen = HashSet::new();
    for person in sandbox.persons() {
        assert!(person.nik().len() == 16 && person.nik().starts_with("99"), "{}", person.slug());
        assert!(seen.insert(person.nik()) && seen.insert(person.slug()), "{}", person.slug());
        assert!(!format!("{person:?}").contains(person.full_name()));
    }
    let nik_of = |slug: &str| sandbox.person(slug).map(Person::nik).expect("there");
    assert_eq!(nik_of("contoh-satu"), "9901010101900001");
    assert_eq!(&nik_of("siti-contoh")[6..], "5708920001");
    assert_eq!(nik_of("kembar-a")[..15], nik_of("kembar-b")[..15]);
    assert!(sandbox.person("siapa").is_err());
}

#[test]
fn ages_at_their_edges_on_every_day_of_a_leap_year() {
    for day in 0..366 {
        // From 1 January 2028, at half past midnight in Jakarta.
        let sandbox = Sandbox::new([7; 32], 1_830_274_200 + day * 86_400);
        let age = |slug: &str| sandbox.person(slug).map(Person::age).expect("there");
        for years in [17, 18, 21] {
            assert_eq!(age(&format!("tunas-{years}")), years, "day {day}");
            assert_eq!(age(&format!("tunas-hampir-{years}")), years - 1, "day {day}");
        }
    }
}
